"""What a par with its own interpreter says of damage, and of callers and surroundings that programs seldom meet."""

from __future__ import annotations

import ctypes
import os
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.carried.root import bare
from tests.e2e.par import Par, says
from tests.e2e.sandbox import as_nobody, without_memfd

_MARK = b"memfd_par launcher 0001\0"
_CODE = "import sys; print(sys.argv[1:], __name__)"
#: struct vfs_cap_data (linux/capability.h), version 2: CAP_NET_BIND_SERVICE, permitted and effective.
_CAPABILITY = struct.pack("<5I", 0x02000001, 1 << 10, 0, 0, 0)


@pytest.fixture
def par(folder: Path) -> Par:
    """A par that runs its first argument, for one test alone."""
    return Par.copied("tests/carried/3_14/probe.par", folder)


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder that every user may read."""
    path = Path(tempfile.mkdtemp(prefix="carried."))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


def record(par: Par) -> tuple[int, list[int]]:
    """Where the launcher's record is, and its numbers: the start block's offset, size and checksum, and the par's size."""
    data = par.path.read_bytes()
    place = data.index(_MARK) + len(_MARK)
    return place, list(struct.unpack_from("<4Q", data, place))


def change(par: Par, position: int, data: bytes) -> None:
    with par.path.open("r+b") as file:
        file.seek(position)
        file.write(data)


def test_a_launcher_alone(par: Par) -> None:
    place, _ = record(par)
    change(par, place, bytes(32))
    says(par.fails(_CODE), f"memfd_par: {par.path} is a launcher without a par behind it", "NAME.par")


@pytest.mark.parametrize("part", [0.999, 0.9, 0.5, 0.1])
def test_cut(par: Par, part: float) -> None:
    os.truncate(par.path, int(par.path.stat().st_size * part))
    says(
        par.fails(_CODE),
        f"memfd_par: {par.path} is truncated",
        "shorter than it was built",
        "Copy it again",
    )


@pytest.mark.parametrize("part", [0.0, 0.5, 0.99])
def test_a_flipped_bit_in_what_every_start_reads(par: Par, part: float) -> None:
    _, (start, size, _, _) = record(par)
    data = par.path.read_bytes()
    boot = struct.unpack_from("<2Q", data, start + 24)
    for offset, length in ((start, size), boot):
        place = offset + int(length * part)
        change(par, place, bytes([data[place] ^ 1]))
        says(par.fails(_CODE), "memfd_par: ", "does not match its checksum", "Copy it again")
        change(par, place, data[place : place + 1])
    assert par.output(_CODE) == "[] __main__\n"


def test_another_file_behind_the_launcher(par: Par) -> None:
    """As long as the par, so that only its content tells."""
    data = par.path.read_bytes()
    place, (start, size, _, _) = record(par)
    change(par, start, bytes(size))
    says(
        par.fails(_CODE), f"memfd_par: {par.path} is truncated or was altered", "does not match its checksum"
    )
    with par.path.open("r+b") as file:
        file.truncate(place + 4096)
        file.truncate(len(data))
    completed = par.run(_CODE)
    assert completed.returncode not in (0, None) and completed.stdout == ""


def test_something_behind_the_par(par: Par) -> None:
    with par.path.open("ab") as file:
        file.write(b"a signature\n" * 1000)
    assert par.output(_CODE, "a") == "['a'] __main__\n"


def test_another_file_in_its_place_while_it_starts(par: Par) -> None:
    """The name leads elsewhere than to the program that runs: /proc still knows the file."""
    link = par.path.parent / "link"
    link.symlink_to("/proc/self/exe")
    code = "import os, sys; print(os.path.samefile(sys.executable, sys.argv[1]))"
    completed = subprocess.run(
        [link, code, par.path], executable=par.path, **par.surroundings(capture_output=True)
    )
    assert (completed.stdout, completed.stderr) == ("True\n", "")


def test_another_machine(par: Par) -> None:
    change(par, 18, struct.pack("<H", 0xF3))  # e_machine: RISC-V
    with pytest.raises(OSError, match="Exec format error"):
        par.run(_CODE)


def test_no_proc(par: Par) -> None:
    completed = subprocess.run(
        [*bare(par.path, proc=False), _CODE], capture_output=True, text=True, check=False
    )
    assert completed.returncode == 1
    says(completed.stderr, "memfd_par: /app.par", "/proc is not mounted", "mount -t proc")


def test_no_memfd(par: Par) -> None:
    with without_memfd(1) as (prefix, fds):
        says(
            par.fails(_CODE, prefix=prefix, pass_fds=fds),
            "memfd_create(2) failed: Operation not permitted",
            "seccomp",
        )


def test_no_arguments_at_all(par: Par) -> None:
    """execve(2) with an empty list: the first argument is missing as well."""
    libc = ctypes.CDLL(None, use_errno=True)
    read, write = os.pipe()
    child = os.fork()
    if not child:
        os.dup2(write, 1)
        os.dup2(write, 2)
        libc.execve(os.fsencode(par.path), (ctypes.c_char_p * 1)(None), (ctypes.c_char_p * 1)(None))
        os._exit(99)
    os.close(write)
    with os.fdopen(read) as file:
        printed = file.read()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1
    assert "IndexError: pop index out of range" in printed, printed  # the program asks for its first argument


def test_a_megabyte_of_arguments(par: Par) -> None:
    arguments = ["x" * 1023] * 1024 + ["y" * 131_000]
    code = "import sys; print(sum(map(len, sys.argv[1:])), len(sys.orig_argv))"
    assert par.output(code, *arguments) == f"{1023 * 1024 + 131_000} {len(arguments) + 2}\n"


@pytest.mark.parametrize("closed", [(0,), (1,), (2,), (0, 1, 2)])
def test_closed_standard_streams(par: Par, closed: tuple[int, ...]) -> None:
    """The par's own descriptors are none of these, so that nobody writes to them or reads from them."""
    result = par.path.parent / "result"
    code = f"""
import json, os, sys
streams = [number for number, stream in enumerate((sys.stdin, sys.stdout, sys.stderr)) if stream is None]
import json, sqlite3
with open({str(result)!r}, "w") as file: file.write(repr((streams, file.fileno())))
"""
    command = "exec " + " ".join(f"{number}>&-" for number in closed) + '; exec "$@"'
    par.run(code, prefix=["/bin/sh", "-c", command, "sh"])
    assert result.read_text() == repr((list(closed), closed[0]))


def test_a_working_directory_that_nobody_may_write_to_or_that_is_gone(par: Par) -> None:
    locked = par.path.parent / "locked"
    locked.mkdir(mode=0o111)
    command = [*as_nobody(), par.path, _CODE, "a"]
    completed = subprocess.run(command, capture_output=True, text=True, cwd=locked, check=False, env={})
    assert (completed.stdout, completed.stderr) == ("['a'] __main__\n", "")
    gone = 'cd "$1" && rmdir "$1" && shift && exec "$@"'
    command = ["/bin/sh", "-c", gone, "sh", str(locked), par.path, _CODE, "a"]
    completed = subprocess.run(command, capture_output=True, text=True, check=False, env={})
    assert (completed.stdout, completed.stderr) == ("['a'] __main__\n", "")


def test_rubbish_for_the_dynamic_linker(par: Par) -> None:
    rubbish = par.path.parent / "rubbish"
    rubbish.mkdir()
    for name in ("libpython3.14.so.1.0", "libz.so.1", "libexpat.so.1", "libssl.so.3", "libcrypto.so.3"):
        (rubbish / name).write_text("no library\n")
    code = "import ssl, zlib, sys; print(zlib.decompress(zlib.compress(b'x')))"
    assert par.output(code, env={"LD_LIBRARY_PATH": str(rubbish)}) == "b'x'\n"
    completed = par.run(code, env={"LD_PRELOAD": f"{rubbish}/libz.so.1 /nonexistent.so"})
    assert (completed.returncode, completed.stdout) == (0, "b'x'\n")
    assert all(line.startswith("ERROR: ld.so:") for line in completed.stderr.splitlines()), completed.stderr


@pytest.mark.parametrize("rights", ["setuid", "setgid", "file capabilities"])
def test_the_rights_of_another(par: Par, rights: str) -> None:
    if rights == "file capabilities":
        os.setxattr(par.path, "security.capability", _CAPABILITY)
    else:
        par.path.chmod(0o4755 if rights == "setuid" else 0o2755)
    command = [*as_nobody(), str(par.path), _CODE]
    completed = subprocess.run(command, **par.surroundings(capture_output=True))
    assert completed.returncode == 1
    says(completed.stderr, f"memfd_par: {par.path} was started with the rights of another user", "sudo")


def test_unreadable(par: Par) -> None:
    par.path.chmod(0o711)
    completed = subprocess.run([*as_nobody(), par.path, _CODE], **par.surroundings(capture_output=True))
    assert completed.returncode == 1
    says(completed.stderr, f"memfd_par: {par.path} cannot be read: Permission denied")


def test_no_virtual_environment(par: Par, tmp_path: Path) -> None:
    env: dict[str, Any] = {"MEMFD_PAR_INTERPRETER": "1"}
    says(
        par.fails("-m", "venv", str(tmp_path / "x"), env=env),
        f"Error: {par.path} carries its interpreter",
        "deps",
    )
    assert not (tmp_path / "x").exists()


def test_started_by_another_python(par: Par) -> None:
    completed = par.run(_CODE, "a", prefix=["/usr/bin/python3"])
    assert (completed.stdout, completed.stderr) == ("['a'] __main__\n", "")
    par.path.chmod(0o644)
    says(
        par.fails(_CODE, prefix=["/usr/bin/python3"]),
        f"memfd_par: {par.path} brings its own interpreter",
        "chmod +x",
    )
