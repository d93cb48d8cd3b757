"""Pars that are built here for aarch64, run by qemu-user: with the libc of such a machine, and with their own."""

from __future__ import annotations

import os
import struct
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.e2e.par import built, says
from tests.e2e.sandbox import tool

PROGRAMS = ("c_extension", "hello", "numerics")
LIBCS = ("carried", "system")

#: qemu's own option for where the program's addresses begin: /proc/self/pagemap then tells of other pages than it means.
MOVED = ("-B", "0x100000000")

_AARCH64 = 183  # EM_AARCH64
_ROOT = Path("/usr/lib/aarch64-linux-gnu")


def par(program: str, libc: str) -> Path:
    return built(f"tests/aarch64/{program}_{libc}_aarch64.par")


def emulated(path: Path, *options: str, libc: str, **variables: str) -> list[str]:
    """A command line. With a libc of its own a par finds no other: qemu-user looks below an empty folder."""
    assert (_ROOT / "libc.so.6").exists(), "there is no libc6:arm64 (dpkg --add-architecture arm64)"
    settings = [word for name, value in variables.items() for word in ("-E", f"{name}={value}")]
    root = "/" if libc == "system" else os.environ["TEST_TMPDIR"]
    return [tool("qemu-aarch64", "qemu-user"), "-L", root, *settings, *options, str(path)]


def run(command: list[str], *arguments: str, **kw: object) -> str:
    completed = subprocess.run(
        [*command, *arguments], capture_output=True, text=True, timeout=300, check=False, **kw
    )  # type: ignore[call-overload]
    assert (completed.returncode, completed.stderr) == (0, ""), completed
    return str(completed.stdout)


@pytest.mark.parametrize("libc", LIBCS)
@pytest.mark.parametrize("options", [(), MOVED], ids=["", "moved"])
@pytest.mark.parametrize("program", PROGRAMS)
def test_program(program: str, options: tuple[str, ...], libc: str) -> None:
    run(emulated(par(program, libc), *options, libc=libc))


@pytest.mark.parametrize("tier", ["sparse", "full", "plain"])
@pytest.mark.parametrize("libc", LIBCS)
def test_tier(tier: str, libc: str) -> None:
    printed = run(emulated(par("c_extension", libc), libc=libc, MEMFD_PAR_TIER=tier))
    assert {line.split()[3] for line in printed.splitlines()[1:]} == {tier}


@pytest.mark.parametrize("libc", LIBCS)
def test_the_standard_library(libc: str) -> None:
    code = """
import bz2, ctypes, hashlib, lzma, platform, sqlite3, ssl, zlib
assert sqlite3.connect(":memory:").execute("select 40 + 2").fetchone() == (42,)
assert hashlib.new("sha3_256", b"").digest() and ssl.create_default_context()
assert ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(abs)(-3) == 3
for module in (bz2, lzma, zlib):
    assert module.decompress(module.compress(b"x" * 1000)) == b"x" * 1000
print(platform.machine(), platform.python_version()[:4])
"""
    command = emulated(par("hello", libc), libc=libc, MEMFD_PAR_INTERPRETER="1")
    assert run(command, "-c", code) == "aarch64 3.14\n"


@pytest.mark.parametrize("program", PROGRAMS)
def test_native_members_lie_at_pages_of_64_kib(program: str) -> None:
    """Kernels for aarch64 may use these."""
    path = par(program, "carried")
    native = 0
    with zipfile.ZipFile(path) as archive, path.open("rb") as file:
        for member in archive.infolist():
            file.seek(member.header_offset + 26)
            name, extra = struct.unpack("<HH", file.read(4))
            offset = member.header_offset + 30 + name + extra
            file.seek(offset)
            head = file.read(20)
            if head[:4] == b"\x7fELF":
                assert struct.unpack_from("<H", head, 18) == (_AARCH64,), member.filename
                assert offset % 65536 == 0, member.filename
                native += 1
    assert native > 50


@pytest.mark.parametrize("libc", LIBCS)
def test_another_machine(libc: str) -> None:
    """The kernel of the machine that builds refuses it, where no emulator is registered for such files (binfmt_misc)."""
    registered = Path("/proc/sys/fs/binfmt_misc/qemu-aarch64").exists()
    if registered:
        run([str(par("hello", libc))])
    else:
        with pytest.raises(OSError, match="Exec format error"):
            run([str(par("hello", libc))])


def test_damage(tmp_path: Path) -> None:
    path = tmp_path / "cut.par"
    path.write_bytes(par("hello", "carried").read_bytes()[:-1])
    path.chmod(0o755)  # qemu-user ends without a word where it may not execute a file
    completed = subprocess.run(
        emulated(path, libc="carried"), capture_output=True, text=True, timeout=60, check=False
    )
    assert completed.returncode == 1
    says(completed.stderr, f"memfd_par: {path} is truncated or was altered", "Copy it again")
