"""For perf: recordings in which the libraries of a par are files that perf finds symbols in (docs/debugging.md).

    python3 tools/par_perf.py perf.data --par app.par --out FOLDER
    perf report -i FOLDER/perf.data

In a recording, a library of a par is a piece of the par (tiers sparse and full) or a memory file (plain), and perf finds no
symbols in either. The copy of the recording that this makes names copies of the members instead, in FOLDER/members.
It needs nothing but Python 3.9 or newer.

The format is that of tools/perf/Documentation/perf.data-file-format.txt and perf_event_open(2).
"""

from __future__ import annotations

import argparse
import os
import struct
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_MAGIC = b"PERFILE2"
#: struct perf_file_header: magic, its size, size of an attribute; offset and size of attributes, data and event types; features.
_HEADER = struct.Struct("<8sQQ6Q4Q")
_DATA_SIZE = 48  # of the header's field
_SECTION = struct.Struct("<QQ")
_RECORD = struct.Struct("<IHH")

_MMAP, _MMAP2 = 1, 10
_REFUSED = {
    71: "hardware traces (intel_pt and the like)",
    81: "compressed records (perf record -z)",
    83: "compressed records (perf record -z)",
}
#: Where a record has the offset of the mapping in the file, and the file's name.
_OFFSET_AT = 32
_NAME_AT = {_MMAP: 40, _MMAP2: 72}
#: PERF_RECORD_MISC_MMAP_BUILD_ID: what follows the offset is a build ID, not a device and an inode.
_HAS_BUILD_ID = 1 << 14

_MEMORY_FILE = "/memfd:"
_DELETED = " (deleted)"


class Unusable(Exception):
    """A recording that cannot be copied; says why."""


@dataclass(frozen=True)
class Member:
    """A native member: its stored path, its offset in the par and its size."""

    path: str
    offset: int
    size: int


class Par:
    """A par, whose members are copied out when they are needed."""

    def __init__(self, path: str, folder: Path) -> None:
        self.path = path
        self._zip = zipfile.ZipFile(path)
        self._folder = folder
        with open(path, "rb") as file:
            self._members = list(self._stored(file.fileno()))

    def at(self, offset: int) -> Member | None:
        """The member that a piece of the par belongs to."""
        return next((m for m in self._members if m.offset <= offset < m.offset + m.size), None)

    def named(self, name: str) -> Member | None:
        """The one member with that file name; None where there is none, or several."""
        found = [m for m in self._members if m.path.rpartition("/")[2] == name]
        return found[0] if len(found) == 1 else None

    def copy(self, member: Member) -> str:
        """Path of a copy of the member."""
        file = self._folder / member.path
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(self._zip.read(member.path))
        return str(file)

    def _stored(self, descriptor: int) -> Iterator[Member]:
        for info in self._zip.infolist():
            if info.compress_type != zipfile.ZIP_STORED or info.file_size < 64:
                continue
            # APPNOTE.TXT, 4.3.7: a local header's name and extra field come before the bytes.
            with open(descriptor, "rb", closefd=False) as file:
                file.seek(info.header_offset + 26)
                name, extra = struct.unpack("<HH", file.read(4))
                offset = info.header_offset + 30 + name + extra
                file.seek(offset)
                if file.read(4) == b"\x7fELF":
                    yield Member(info.filename, offset, info.file_size)


class Pars:
    """The pars that a recording tells of."""

    def __init__(self, named: list[str], folder: Path) -> None:
        self._folder = folder
        self._pars: dict[str, Par | None] = {}
        for path in named:
            if self._open(path) is None:
                raise Unusable(f"{path} is no par, or cannot be read")

    def locate(self, name: str, offset: int) -> tuple[str, int] | None:
        """A copy of the member that is mapped, and the offset in it; None: it is in no par."""
        if name.startswith(_MEMORY_FILE):
            file = name[len(_MEMORY_FILE) :]
            file = file.removesuffix(_DELETED)
            for par in self._pars.values():
                member = par.named(file) if par else None
                if par and member:
                    return par.copy(member), offset
            return None
        par = self._open(name) or self._moved(name)
        member = par.at(offset) if par else None
        return (par.copy(member), offset - member.offset) if par and member else None

    def _moved(self, path: str) -> Par | None:
        """A par that was named and has the same file name: it may lie elsewhere by now."""
        name = os.path.basename(path)
        return next((par for par in self._pars.values() if par and os.path.basename(par.path) == name), None)

    def _open(self, path: str) -> Par | None:
        if path not in self._pars:
            self._pars[path] = Par(path, self._folder) if _is_par(path) else None
        return self._pars[path]


def _is_par(path: str) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return ".par/index" in archive.namelist()
    except (OSError, zipfile.BadZipFile):
        return False


def rewrite(recording: bytes, pars: Pars) -> tuple[bytes, int]:
    """The recording with other names, and how many mappings have got one.

    Raises:
        Unusable: it is none, or of a kind that this does not know.
    """
    if recording[:8] != _MAGIC or len(recording) < _HEADER.size:
        raise Unusable("it is no file of perf record (one that was written to a pipe is none)")
    fields = _HEADER.unpack_from(recording)
    start, size = fields[5], fields[6]
    features = sum(bin(word).count("1") for word in fields[9:])
    records, changed = [], 0
    for record in _records(recording, start, start + size):
        new = _renamed(record, pars)
        changed += new is not record
        records.append(new)
    data = b"".join(records)
    shift = len(data) - size
    result = bytearray(recording[:start] + data + recording[start + size :])
    struct.pack_into("<Q", result, _DATA_SIZE, len(data))
    # The table of features follows the data; what it points at has moved as well.
    for number in range(features):
        place = start + len(data) + number * _SECTION.size
        offset, length = _SECTION.unpack_from(result, place)
        _SECTION.pack_into(result, place, offset + shift, length)
    return bytes(result), changed


def _records(recording: bytes, start: int, end: int) -> Iterator[bytes]:
    while start < end:
        kind, _, size = _RECORD.unpack_from(recording, start)
        if kind in _REFUSED:
            raise Unusable(f"it has {_REFUSED[kind]}, which this program does not read: record without")
        if size < _RECORD.size:
            raise Unusable("it is cut off or damaged")
        yield recording[start : start + size]
        start += size


def _renamed(record: bytes, pars: Pars) -> bytes:
    kind, misc, size = _RECORD.unpack_from(record)
    if kind not in _NAME_AT:
        return record
    place = _NAME_AT[kind]
    end = record.index(b"\0", place)
    (offset,) = struct.unpack_from("<Q", record, _OFFSET_AT)
    found = pars.locate(record[place:end].decode("utf-8", "surrogateescape"), offset)
    if found is None:
        return record
    name = found[0].encode("utf-8", "surrogateescape")
    name += bytes(8 - len(name) % 8)
    trailer = record[place + (end - place) // 8 * 8 + 8 :]
    middle = record[_OFFSET_AT + 8 : place]
    if kind == _MMAP2:
        # Device, inode and generation are the par's: perf would take all members for one file.
        middle = bytes(24) + middle[24:]
        misc &= ~_HAS_BUILD_ID
    size = place + len(name) + len(trailer)
    head = _RECORD.pack(kind, misc, size) + record[_RECORD.size : _OFFSET_AT]
    return head + struct.pack("<Q", found[1]) + middle + name + trailer


def main(arguments: list[str]) -> None:
    """The program; see above."""
    parser = argparse.ArgumentParser(
        description="Makes a recording of perf in which the libraries of a par have symbols."
    )
    parser.add_argument("recording", help="what perf record has written: perf.data")
    parser.add_argument(
        "--out", required=True, type=Path, help="folder for the copy and for members of the par"
    )
    parser.add_argument(
        "--par", action="append", default=[], help="a par that has run; needed where a tier was plain"
    )
    options = parser.parse_args(arguments)
    try:
        pars = Pars(options.par, options.out.absolute() / "members")
        result, changed = rewrite(Path(options.recording).read_bytes(), pars)
        if not changed:
            raise Unusable("it tells of no library of a par that is there now; name the par with --par")
    except (Unusable, OSError) as error:
        sys.exit(f"par_perf: {options.recording}: {error}.")
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "perf.data").write_bytes(result)
    print(f"{options.out}/perf.data: {changed} mappings of a par's libraries have symbols now.")


if __name__ == "__main__":
    main(sys.argv[1:])
