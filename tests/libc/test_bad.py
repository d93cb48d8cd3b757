"""What a par with its own libc says of damage and of bad surroundings, before any libc runs."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.par import Par, says
from tests.e2e.sandbox import as_nobody, without_memfd
from tests.libc.root import empty

_MARK = b"memfd_par bootstrap 002\0"
#: Of the record: a library's row, and the rows there are room for.
_ROW, _ROWS = 64, 32


@pytest.fixture
def par() -> Iterator[Par]:
    """A par for one test alone, in a folder that every user may read."""
    folder = Path(tempfile.mkdtemp(prefix="libc."))
    folder.chmod(0o755)
    yield Par.copied("tests/libc/hello_3_14.par", folder)
    shutil.rmtree(folder)


def record(par: Par) -> tuple[int, list[int]]:
    """Where the bootstrap's record is, and the offsets of its parts: program, dynamic linker, libraries."""
    data = par.path.read_bytes()
    place = data.index(_MARK) + len(_MARK)
    program, _, _, linker, _, _, count = struct.unpack_from("<7Q", data, place)
    rows = [struct.unpack_from("<Q", data, place + 56 + _ROW * number)[0] for number in range(count)]
    return place, [program, linker, *rows]


def change(par: Par, position: int, data: bytes) -> None:
    with par.path.open("r+b") as file:
        file.seek(position)
        file.write(data)


def test_a_bootstrap_alone(par: Par) -> None:
    change(par, record(par)[0], bytes(56 + _ROW * _ROWS + 8))
    says(par.fails(), f"memfd_par: {par.path} is a bootstrap without a par behind it", "NAME.par")


@pytest.mark.parametrize("part", [0.999, 0.5, 0.1])
def test_cut(par: Par, part: float) -> None:
    os.truncate(par.path, int(par.path.stat().st_size * part))
    says(par.fails(), f"memfd_par: {par.path} is truncated", "shorter than it was built", "Copy it again")


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (0, "its program"),
        (1, "the dynamic linker"),
        (2, "launcher"),
        (3, "libc.so.6"),
    ],
)
@pytest.mark.parametrize("place", [0, 60, 4000])
def test_a_damaged_part(par: Par, number: int, name: str, place: int) -> None:
    offset = record(par)[1][number] + place
    change(par, offset, bytes([par.path.read_bytes()[offset] ^ 1]))
    says(par.fails(), f"memfd_par: {par.path} is truncated or was altered: {name}", "Copy it again")


def test_parts_that_lie_at_no_page(par: Par) -> None:
    place, numbers = record(par)
    change(par, place, struct.pack("<Q", numbers[0] + 16))
    says(par.fails(), f"memfd_par: {par.path} is laid out for smaller pages", "usual page size")


def test_no_proc(par: Par) -> None:
    completed = subprocess.run(empty(par.path, proc=False), capture_output=True, text=True, check=False)
    assert completed.returncode == 1
    says(completed.stderr, "memfd_par: /app.par", "/proc is not mounted", "mount -t proc")


def test_no_memfd(par: Par) -> None:
    with without_memfd(38) as (prefix, fds):
        says(
            par.fails(prefix=prefix, pass_fds=fds),
            "memfd_create(2) failed: Function not implemented",
            "seccomp",
        )


@pytest.mark.parametrize(
    ("limit", "text"), [("-v 300", "Cannot allocate memory"), ("-n 3", "Too many open files")]
)
def test_limits(par: Par, limit: str, text: str) -> None:
    """Each is met by a call of the bootstrap."""
    printed = par.fails(prefix=["/bin/sh", "-c", f'ulimit {limit}; exec "$@"', "sh"])
    says(printed, "memfd_par: ", text)


def test_a_limit_of_file_sizes(par: Par) -> None:
    """The signal SIGXFSZ, which the limit comes with, is ignored by who sets one and wants an error."""
    command = 'trap "" XFSZ; ulimit -f 1000; exec "$@"'
    printed = par.fails(prefix=["/bin/sh", "-c", command, "sh"])
    says(printed, f"memfd_par: There is not enough memory to start {par.path}: File too large", "ulimit -f")


def test_closed_standard_streams(par: Par) -> None:
    result = par.path.parent / "result"
    code = f"import os, sys; open({str(result)!r}, 'w').write(str(sys.stdin))"
    command = 'exec 0<&- 1>&- 2>&-; exec "$@"'
    par.run("-c", code, prefix=["/bin/sh", "-c", command, "sh"], env={"MEMFD_PAR_INTERPRETER": "1"})
    assert result.read_text() == "None"


def test_setuid(par: Par) -> None:
    par.path.chmod(0o4755)
    completed = subprocess.run(
        [*as_nobody(), str(par.path)], env={}, capture_output=True, text=True, check=False
    )
    assert completed.returncode == 1
    says(completed.stderr, f"memfd_par: {par.path} was started with the rights of another user", "sudo")


def test_unreadable(par: Par) -> None:
    par.path.chmod(0o711)
    completed = subprocess.run([*as_nobody(), par.path], env={}, capture_output=True, text=True, check=False)
    assert completed.returncode == 1
    says(completed.stderr, f"memfd_par: {par.path} cannot be read: Permission denied")


def test_a_megabyte_of_arguments(par: Par) -> None:
    arguments = ["x" * 1023] * 1024
    code = "import sys; print(sum(map(len, sys.argv[1:])))"
    env = {"MEMFD_PAR_INTERPRETER": "1"}
    assert par.output("-c", code, *arguments, env=env) == f"{1023 * 1024}\n"
