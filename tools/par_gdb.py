"""For gdb: the symbols of libraries that were loaded from a par (docs/debugging.md).

    gdb -ix tools/par_gdb.py -p PID -ex par-symbols -ex backtrace
    gdb -ix tools/par_gdb.py PYTHON CORE -ex par-symbols -ex backtrace
    gdb -ix tools/par_gdb.py --args sh app.par

The dynamic linker's list (`struct r_debug` and `struct link_map`, link.h) has each library's address and its name,
`<par>/<member>`. gdb can open no such file, so the command copies the member into a temporary folder, which lasts as long
as gdb runs. It runs by itself whenever the program stops. Needs gdb's own Python, 3.7 or newer, and nothing of memfd_par.
"""

from __future__ import annotations

import atexit
import os
import re
import shutil
import struct
import tempfile
import zipfile
from collections.abc import Iterator
from typing import Any

import gdb

_MEMORY_FILE = "/proc/self/fd/"
_PHDR = struct.Struct("<IIQQQQQQ")
_PT_LOAD, _PT_NOTE = 1, 4
#: Start, offset and file.
_MAPPING = re.compile(
    r"\s*0x([0-9a-f]+)\s+0x[0-9a-f]+\s+0x[0-9a-f]+\s+0x([0-9a-f]+)\s+(?:[-rwxps]{4}\s+)?(/.*?)\s*$"
)
#: gdb must not look there: it would open a descriptor of its own, and wait for ever where that is a pipe.
_NOT_SHOWN = ("dev", "proc", "sys")


class Par:
    """A par: its native members."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._zip = zipfile.ZipFile(path)
        self._members = {
            info.filename: info
            for info in self._zip.infolist()
            if info.compress_type == zipfile.ZIP_STORED and info.file_size > 64
        }

    def __contains__(self, member: str) -> bool:
        return member in self._members

    def read(self, member: str) -> bytes:
        """The bytes of a member."""
        return self._zip.read(member)

    def at(self, offset: int) -> tuple[str, int] | None:
        """The member that a place in the par belongs to, and what is to be subtracted from the address that it is mapped at."""
        starts = [
            (info.header_offset, name) for name, info in self._members.items() if info.header_offset < offset
        ]
        if not starts:
            return None
        header, member = max(starts)
        with open(self.path, "rb") as file:
            file.seek(header + 26)
            name, extra = struct.unpack("<HH", file.read(4))
            file.seek(header + 30 + name + extra)
            start = file.read(4096)
        place = offset - (header + 30 + name + extra)
        if start[:4] != b"\x7fELF" or not 0 <= place < self._members[member].file_size:
            return None
        for kind, _, begin, address, _, size, _, _ in _program_headers(start):
            if kind == _PT_LOAD and begin - begin % 4096 <= place < begin + size:
                return member, place + address - begin
        return None

    def like(self, identity: bytes) -> str | None:
        """Name of the member that has this identity, or None."""
        for member, info in self._members.items():
            with self._zip.open(info) as stream:
                if stream.read(4) == b"\x7fELF" and _identity(b"\x7fELF" + stream.read(4092)) == identity:
                    return member
        return None


def _program_headers(start: bytes) -> Iterator[tuple[int, ...]]:
    """The program headers of an ELF file, by its first page."""
    (table,), (count,) = struct.unpack_from("<Q", start, 32), struct.unpack_from("<H", start, 56)
    for place in range(table, min(table + count * _PHDR.size, len(start) - _PHDR.size + 1), _PHDR.size):
        yield _PHDR.unpack_from(start, place)


def _identity(start: bytes) -> bytes:
    """What tells an ELF file from others in its first page: program headers and notes, where the build's ID is."""
    found = start[:40]
    for header in _program_headers(start):
        found += _PHDR.pack(*header)
        kind, _, offset, _, _, size, _, _ = header
        if kind == _PT_NOTE:
            found += start[offset : offset + size]
    return found


def _memory(address: int, size: int) -> bytes:
    return bytes(gdb.selected_inferior().read_memory(address, size))


def _text(address: int) -> str:
    data = b""
    while b"\0" not in data:
        # Within one page: the next one may not be there.
        size = 4096 - (address + len(data)) % 4096
        data += _memory(address + len(data), size)
    return os.fsdecode(data[: data.index(b"\0")])


def _link_maps() -> Iterator[tuple[int, str]]:
    """Address and name of each library, in the order of loading."""
    try:
        debug = int(gdb.parse_and_eval("(long)&_r_debug"))
        (entry,) = struct.unpack("<Q", _memory(debug + 8, 8))
        while entry:
            address, name, _, entry = struct.unpack("<QQQQ", _memory(entry, 32))
            yield address, _text(name)
    except gdb.error:
        return  # not started, or no further than the dynamic linker


def _is_par(path: str) -> bool:
    if not os.path.isfile(path) or not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return ".par/index" in archive.namelist()


class Symbols(gdb.Command):  # type: ignore[misc]  # gdb has no types
    """par-symbols [PAR]: load the symbols of libraries that the program has loaded from a par.

    Name the par where the program no longer tells which one it is: in a core file of one that has used no tier but plain.
    """

    def __init__(self) -> None:
        super().__init__("par-symbols", gdb.COMMAND_FILES, gdb.COMPLETE_FILENAME)
        self._folder = tempfile.mkdtemp(prefix="par-gdb.")
        atexit.register(shutil.rmtree, self._folder, ignore_errors=True)
        self._pars: dict[str, Par] = {}
        self._known: dict[tuple[int, str], str] = {}
        self._places: dict[tuple[str, int], tuple[str, int] | None] = {}  # what is at an offset of a par
        self._keep_from_proc()
        for event in (gdb.events.stop, gdb.events.before_prompt):
            event.connect(self._look)
        gdb.events.exited.connect(self._forget)

    def invoke(self, argument: str, from_tty: bool) -> None:
        """Runs the command."""
        if argument:
            self._open(os.path.abspath(os.path.expanduser(argument)), wanted=True)
        self._load()
        if not self._known:
            raise gdb.GdbError("The program has loaded nothing from a par that can be read here.")
        for (address, _), member in sorted(self._known.items()):
            gdb.write("%#x  %s\n" % (address, member))

    def _keep_from_proc(self) -> None:
        """Shows gdb all of the machine's folders but those that mean another thing to each process."""
        if gdb.parameter("sysroot") not in ("", "target:"):
            return  # the user's own
        root = os.path.join(self._folder, "root")
        os.mkdir(root)
        for name in os.listdir("/"):
            if name not in _NOT_SHOWN:
                os.symlink("/" + name, os.path.join(root, name))
        gdb.execute("set sysroot " + root, to_string=True)

    def _look(self, _event: Any = None) -> None:
        try:
            self._load()
        except (gdb.error, OSError, zipfile.BadZipFile) as error:
            gdb.write("par-symbols: %s\n" % error, gdb.STDERR)

    def _forget(self, _event: Any) -> None:
        for file in set(self._known.values()):
            gdb.execute("remove-symbol-file " + self._copy(file), to_string=True)
        self._known.clear()

    def _load(self) -> None:
        if not gdb.selected_inferior().pid:
            return
        for address, name in self._loaded():
            if (address, name) in self._known:
                continue
            found = self._find(address, name)
            if found is None:
                continue
            par, member = found
            file = self._copy(member)
            if not os.path.exists(file):
                os.makedirs(os.path.dirname(file), exist_ok=True)
                with open(file, "wb") as stream:
                    stream.write(par.read(member))
            gdb.execute("add-symbol-file %s -o %#x" % (file, address), to_string=True)
            self._known[address, name] = member

    def _copy(self, member: str) -> str:
        return os.path.join(self._folder, "members", member)

    def _find(self, address: int, name: str) -> tuple[Par, str] | None:
        """The par and the member that a library is; None: it is in no par."""
        if name.startswith(_MEMORY_FILE):
            identity = _identity(_memory(address, 4096))
            for path in self._mapped():
                self._open(path)
            for par in self._pars.values():
                member = par.like(identity)
                if member:
                    return par, member
            return None
        end = name.find("/", 1)
        while end > 0:
            opened = self._open(name[:end])
            if opened is not None:
                return (opened, name[end + 1 :]) if name[end + 1 :] in opened else None
            if not os.path.isdir(name[:end]):
                break
            end = name.find("/", end + 1)
        return None

    def _open(self, path: str, wanted: bool = False) -> Par | None:
        if path not in self._pars and _is_par(path):
            self._pars[path] = Par(path)
        if wanted and path not in self._pars:
            raise gdb.GdbError("%s is no par, or cannot be read." % path)
        return self._pars.get(path)

    def _loaded(self) -> list[tuple[int, str]]:
        """Address and name of what the dynamic linker has loaded, and of what else is mapped: a par's program has no name there."""
        listed = [found for found in _link_maps() if found[1]]
        addresses = {address for address, _ in listed}
        return listed + [found for found in self._by_mappings() if found[0] not in addresses]

    def _by_mappings(self) -> Iterator[tuple[int, str]]:
        """As _link_maps, by what is mapped from pars: where a member begins, as a page may belong to two of its segments."""
        seen = set()
        for line in gdb.execute("info proc mappings", to_string=True).splitlines():
            match = _MAPPING.match(line)
            par = self._open(match.group(3)) if match else None
            if not par or not match:
                continue
            offset = int(match.group(2), 16)
            if (par.path, offset) not in self._places:
                self._places[par.path, offset] = par.at(offset)
            found = self._places[par.path, offset]
            if found and (par.path, found[0]) not in seen:
                seen.add((par.path, found[0]))
                yield int(match.group(1), 16) - found[1], par.path + "/" + found[0]

    def _mapped(self) -> list[str]:
        """Paths of files that the program has open or mapped."""
        lines = gdb.execute("info proc mappings", to_string=True).splitlines()
        found = {match.group(1) for match in (re.search(r"\s(/\S.*?)\s*$", line) for line in lines) if match}
        place = "/proc/%d/fd" % gdb.selected_inferior().pid
        try:
            found.update(os.readlink(os.path.join(place, name)) for name in os.listdir(place))
        except OSError:
            pass  # a core file, or another user's
        return sorted(found)


Symbols()
