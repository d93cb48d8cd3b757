"""What a par says whose program is Python's executable, where it cannot be started as the kernel would."""

from __future__ import annotations

import ctypes
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from packer.launcher import checksum
from tests.carried.root import LINKERS, bare
from tests.e2e.par import Par, says

_BOOTSTRAP = b"memfd_par bootstrap 002\0"
_LAUNCHER = b"memfd_par launcher 0001\0"
_CODE = "print('started')"
_PERSONALITY_NO_RANDOMIZE = 0x0040000
#: In the stack of every process on x86-64 whose addresses are not random.
_STACK = 0x7FFFFFFFD000


@pytest.fixture
def par() -> Iterator[Par]:
    """A par that runs its first argument, for one test alone."""
    folder = Path(tempfile.mkdtemp(prefix="carried."))
    yield Par.copied("tests/carried/3_14/probe.par", folder)
    shutil.rmtree(folder)


def change(par: Par, position: int, data: bytes) -> None:
    with par.path.open("r+b") as file:
        file.seek(position)
        file.write(data)


def program(par: Par) -> tuple[int, int]:
    """Where the bootstrap's record is, and where the executable."""
    data = par.path.read_bytes()
    place = data.index(_BOOTSTRAP) + len(_BOOTSTRAP)
    return place, struct.unpack_from("<Q", data, place)[0]


def test_it_is_python_s_own(par: Par) -> None:
    """Text and data are mapped from the par, at the addresses of the machine's Python if these are fixed."""
    code = "import sys; print(*[l.split()[0] for l in open('/proc/self/maps') if l.rstrip().endswith('probe.par')])"
    first = par.output(code).split()[0]
    data = par.path.read_bytes()
    offset = program(par)[1]
    assert data[offset : offset + 4] == b"\x7fELF"
    if struct.unpack_from("<H", data, offset + 16) == (2,):  # ET_EXEC
        assert first.startswith("00400000-")


@pytest.mark.parametrize("place", [0, 60, 4000])
def test_damage(par: Par, place: int) -> None:
    offset = program(par)[1] + place
    change(par, offset, bytes([par.path.read_bytes()[offset] ^ 1]))
    says(par.fails(_CODE), f"memfd_par: {par.path} is truncated or was altered: its program", "Copy it again")


def test_no_dynamic_linker(par: Par) -> None:
    command = bare(par.path)
    place = next(command.index(linker) for linker in LINKERS.values() if linker in command)
    without = [*command[: place - 2], *command[place + 1 :], _CODE]
    completed = subprocess.run(without, capture_output=True, text=True, check=False)
    assert completed.returncode == 1
    says(
        completed.stderr,
        f"memfd_par: /app.par cannot start: {command[place]}, the dynamic linker of glibc, cannot be opened",
        'libc = "carried"',
    )


def test_a_dynamic_linker_that_is_none(par: Par) -> None:
    command = bare(par.path)
    place = next(command.index(linker) for linker in LINKERS.values() if linker in command)
    other = par.path.parent / "linker"
    other.write_bytes(b"no program\n" * 1000)
    command[place - 1] = str(other)
    completed = subprocess.run([*command, _CODE], capture_output=True, text=True, check=False)
    assert completed.returncode == 1
    says(
        completed.stderr,
        "memfd_par: /app.par cannot start: the dynamic linker of this machine is no whole ELF file",
    )


def test_addresses_that_are_taken(par: Par) -> None:
    """One segment is to lie where the stack is."""
    record, offset = program(par)
    page = bytearray(par.path.read_bytes()[offset : offset + 4096])
    page[16:18] = struct.pack("<H", 2)  # ET_EXEC
    (table,), (count,) = struct.unpack_from("<Q", page, 32), struct.unpack_from("<H", page, 56)
    loads = [
        place for place in range(table, table + 56 * count, 56) if page[place : place + 4] == b"\1\0\0\0"
    ]
    for place in loads[1:]:
        page[place : place + 4] = bytes(4)  # PT_NULL
    struct.pack_into("<Q", page, loads[0] + 16, _STACK)
    struct.pack_into("<QQ", page, loads[0] + 32, 4096, 4096)
    change(par, offset, bytes(page))
    change(par, record + 16, struct.pack("<Q", checksum(bytes(page))))
    libc = ctypes.CDLL(None)
    completed = subprocess.run(
        [par.path, _CODE],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: libc.personality(_PERSONALITY_NO_RANDOMIZE),
    )
    assert completed.returncode == 1
    says(
        completed.stderr,
        f"memfd_par: {par.path} carries a Python that has to lie at fixed addresses",
        "(PIE)",
    )


def test_an_older_glibc(par: Par) -> None:
    data = par.path.read_bytes()
    place = data.index(_LAUNCHER) + len(_LAUNCHER)
    start, size = struct.unpack_from("<2Q", data, place)
    block = bytearray(data[start : start + size])
    struct.pack_into("<2Q", block, 8, 2, 99)
    change(par, start, bytes(block))
    change(par, place + 16, struct.pack("<Q", checksum(bytes(block))))
    says(
        par.fails(_CODE),
        f"memfd_par: {par.path} carries a Python that needs glibc 2.99 or newer, and this machine has",
    )


def test_bound_at_once(par: Par) -> None:
    """As by a user who wants no lazy binding: the hooks are there all the same."""
    code = "import io, sys; print(io.open_code(sys.argv[0] + '/memfd_par/boot.py').read(3))"
    for env in ({}, {"LD_BIND_NOW": "1"}):
        assert par.output(code, env=env) == 'b\'"""\'\n'
