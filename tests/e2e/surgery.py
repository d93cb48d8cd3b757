"""Opens a par and changes it: damage for the runtime to find, and other machines for it to refuse."""

from __future__ import annotations

import marshal
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from memfd_par import format


def member(par: Path, name: str) -> tuple[int, int]:
    """Offset and size of a stored member's bytes in the file."""
    with zipfile.ZipFile(par) as archive:
        info = archive.getinfo(name)
        with archive.open(info) as stream, par.open("rb") as file:
            assert info.compress_type == zipfile.ZIP_STORED
            stream.read(0)
            file.seek(info.header_offset + 26)
            lengths = file.read(4)
    head = int.from_bytes(lengths[:2], "little") + int.from_bytes(lengths[2:], "little")
    return info.header_offset + 30 + head, info.file_size


def directory_offset(par: Path) -> int:
    """Where the zip directory begins."""
    with zipfile.ZipFile(par) as archive:
        return archive.start_dir


def flip(par: Path, offset: int, bit: int = 0) -> None:
    """Changes one bit."""
    with par.open("r+b") as file:
        file.seek(offset)
        old = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([old ^ (1 << bit)]))


def cut(par: Path, size: int) -> None:
    """Leaves the first `size` bytes."""
    with par.open("r+b") as file:
        file.truncate(size)


def change_header(par: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Gives the par another header, as a packer for another target would: in a new boot block at the end."""
    offset, size = member(par, format.OWN + "boot")
    data = par.read_bytes()
    old = data[offset : offset + size]
    boot, runtime, header = marshal.loads(old)
    change(header)
    new = marshal.dumps((boot, runtime, header))
    preamble, rest = data[: data.index(b"PK\3\4")], data[data.index(b"PK\3\4") :]
    for before, after in (
        (format.checksum(old).hex(), format.checksum(new).hex()),
        (f"{offset:12}", f"{len(data):12}"),
        (f"{size:12}", f"{len(new):12}"),
    ):
        assert preamble.count(before.encode()) == 2, f"the preamble does not say {before} twice"
        preamble = preamble.replace(before.encode(), after.encode())
    par.write_bytes(preamble + rest + new)
