"""Reads the tables of an ELF file that its dynamic segment points at, each access checked against the file.

Layouts come from pyelftools; the walk over them is the dynamic linker's own (addresses resolved through
PT_LOAD, the last of equal tags wins, version chains end at a zero link). Section headers, which may be
stripped, are never looked at. Whatever is out of range, endless or absurdly large raises ELFError, so that a
corrupt file costs neither time nor memory. Source: System V ABI, chapters 4, 5; LSB, "Symbol Versioning".
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, BinaryIO, Literal

from elftools.common.exceptions import ELFError
from elftools.common.utils import struct_parse
from elftools.elf.structs import ELFStructs

_BITS = {1: 32, 2: 64}  # EI_CLASS
_BYTE_ORDERS: dict[int, Literal["little", "big"]] = {1: "little", 2: "big"}  # EI_DATA

# More than any real file has, few enough that a corrupt count ends soon.
_MOST_SEGMENTS = 4096
_MOST_TAGS = 16384
_MOST_VERSIONS = 16384
_LONGEST_NAME = 4096  # PATH_MAX
_LONGEST_TEXT = 1 << 20


class Tables:
    """One open ELF file.

    bits: 32 or 64. byte_order: of its numbers. machine: e_machine as pyelftools names it, else a number.
    kind: e_type in the same way. Raises ELFError from the constructor and from every method.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._size = stream.seek(0, 2)
        _, kind, order, *_ = self._bytes(3, 13)
        if kind not in _BITS or order not in _BYTE_ORDERS:
            raise ELFError(f"class {kind} and byte order {order} are not known")
        self.bits = _BITS[kind]
        self.byte_order = _BYTE_ORDERS[order]
        # Not ELFFile, which reads section headers in some versions of pyelftools.
        self._layouts: Any = ELFStructs(little_endian=self.byte_order == "little", elfclass=self.bits)
        self._layouts.create_basic_structs()
        self._header = self._record(self._layouts.Elf_Ehdr, 0)
        self._layouts.create_advanced_structs(
            self._header["e_type"], self._header["e_machine"], self._header["e_ident"]["EI_OSABI"]
        )
        self.kind: str | int = self._header["e_type"]
        self.machine: str | int = self._header["e_machine"]
        self.machine_number = int.from_bytes(self._bytes(18, 2), self.byte_order)

    def _bytes(self, offset: int, length: int) -> bytes:
        if not 0 <= offset <= self._size - length:
            raise ELFError(f"it is cut off or damaged: bytes {offset} to {offset + length} are not there")
        self._stream.seek(offset)
        return self._stream.read(length)

    def _record(self, layout: Any, offset: int) -> Any:
        if not 0 <= offset <= self._size - layout.sizeof():
            raise ELFError(f"it is cut off or damaged: the table entry at byte {offset} is not there")
        return struct_parse(layout, self._stream, offset)

    @cached_property
    def segments(self) -> list[Any]:
        """The program headers."""
        count, layout = self._header["e_phnum"], self._layouts.Elf_Phdr
        if count and self._header["e_phentsize"] != layout.sizeof():
            raise ELFError(f"a program header of {self._header['e_phentsize']} bytes is not known")
        if count > _MOST_SEGMENTS:
            raise ELFError(f"{count} program headers are too many")
        return [self._record(layout, self._header["e_phoff"] + n * layout.sizeof()) for n in range(count)]

    def has_segment(self, kind: str) -> bool:
        """Whether a segment of that p_type, such as "PT_INTERP", has bytes in the file."""
        return any(s["p_type"] == kind and s["p_filesz"] for s in self.segments)

    @property
    def header_size(self) -> int:
        """Bytes from the start of the file to the end of the program headers."""
        table = self._header["e_phoff"] + self._header["e_phnum"] * self._header["e_phentsize"]
        return int(max(table, self._header["e_ehsize"]))

    def file_offset(self, address: int) -> int:
        """File offset of an address."""
        return self._file_range(address)[0]

    def bytes_at(self, offset: int, length: int) -> bytes:
        """Bytes of the file."""
        return self._bytes(offset, length)

    def _file_range(self, address: int) -> tuple[int, int]:
        """File offset of an address, and the end of its segment's bytes in the file."""
        for s in self.segments:
            if s["p_type"] == "PT_LOAD" and s["p_vaddr"] <= address < s["p_vaddr"] + s["p_filesz"]:
                return address - s["p_vaddr"] + s["p_offset"], s["p_offset"] + s["p_filesz"]
        raise ELFError(f"address {address:#x} lies in no loaded segment")

    @cached_property
    def tags(self) -> list[tuple[str | int, int, int]]:
        """The dynamic table up to DT_NULL: tag, value, file offset of the value."""
        dynamic = [s for s in self.segments if s["p_type"] == "PT_DYNAMIC" and s["p_filesz"]]
        if not dynamic:
            return []
        layout = self._layouts.Elf_Dyn
        start, end = self._file_range(dynamic[-1]["p_vaddr"])
        tags: list[tuple[str | int, int, int]] = []
        for n in range(_MOST_TAGS):
            offset = start + n * layout.sizeof()
            if offset + layout.sizeof() > end:
                break
            entry = self._record(layout, offset)
            if entry["d_tag"] == "DT_NULL":
                return tags
            tags.append((entry["d_tag"], entry["d_val"], offset + self.bits // 8))
        raise ELFError("its dynamic table does not end")

    @cached_property
    def last(self) -> dict[str | int, int]:
        """Value of each dynamic tag; of equal ones, the last."""
        return {tag: value for tag, value, _ in self.tags}

    @cached_property
    def _string_table(self) -> tuple[int, int]:
        """File offset and size of the dynamic string table."""
        if "DT_STRTAB" not in self.last or "DT_STRSZ" not in self.last:
            raise ELFError("its dynamic table names no string table")
        start, size = self._file_range(self.last["DT_STRTAB"])[0], self.last["DT_STRSZ"]
        if start + size > self._size:
            raise ELFError("its dynamic string table is cut off")
        return start, size

    @property
    def strings(self) -> int:
        """File offset of the dynamic string table; 0 where there is no dynamic table."""
        return self._string_table[0] if self.tags else 0

    def text(self, value: int, longest: int = _LONGEST_NAME) -> str:
        """The string at `value` in the dynamic string table."""
        start, size = self._string_table
        if not 0 <= value < size:
            raise ELFError(f"string {value} lies outside its string table of {size} bytes")
        found, end, _ = self._bytes(start + value, min(longest, size - value)).partition(b"\0")
        if not end:
            raise ELFError(f"string {value} of its string table does not end")
        return found.decode("utf-8", "surrogateescape")

    def run_path(self) -> str:
        """DT_RUNPATH, else DT_RPATH, else "": ld.so(8) ignores the latter where the former is."""
        value = self.last.get("DT_RUNPATH", self.last.get("DT_RPATH"))
        return self.text(value, _LONGEST_TEXT) if value is not None else ""

    def is_run_path_passed_on(self) -> bool:
        """Whether it is DT_RPATH, which also serves what the file needs in its turn."""
        return "DT_RPATH" in self.last and "DT_RUNPATH" not in self.last

    def _chain(self, entry: Any, start: int, link: str) -> Iterator[tuple[int, Any]]:
        """Entries from `start` on, each `entry[link]` bytes after the last, with their file offsets."""
        for _ in range(_MOST_VERSIONS):
            found = self._record(entry, start)
            yield start, found
            if not found[link]:
                return
            start += found[link]
        raise ELFError("its version tables do not end")

    def version_tables(self) -> list[tuple[int, int]]:
        """Offset and size of each entry of DT_VERNEED and DT_VERDEF."""
        found = []
        for tag, whole, part, prefix in (
            ("DT_VERNEED", self._layouts.Elf_Verneed, self._layouts.Elf_Vernaux, "vn"),
            ("DT_VERDEF", self._layouts.Elf_Verdef, self._layouts.Elf_Verdaux, "vd"),
        ):
            if tag not in self.last:
                continue
            for offset, entry in self._chain(whole, self.file_offset(self.last[tag]), prefix + "_next"):
                found.append((offset, whole.sizeof()))
                first = offset + entry[prefix + "_aux"]
                for place, _ in self._chain(part, first, prefix + "a_next"):
                    found.append((place, part.sizeof()))
        return found

    @cached_property
    def version_needs(self) -> list[tuple[int, int, int]]:
        """DT_VERNEED, one item a version: file offset of vn_file; vn_file and vna_name as string offsets."""
        if "DT_VERNEED" not in self.last:
            return []
        needs = []
        start = self._file_range(self.last["DT_VERNEED"])[0]
        for offset, need in self._chain(self._layouts.Elf_Verneed, start, "vn_next"):
            for _, aux in self._chain(self._layouts.Elf_Vernaux, offset + need["vn_aux"], "vna_next"):
                needs.append((offset + 4, need["vn_file"], aux["vna_name"]))
                if len(needs) > _MOST_VERSIONS:
                    raise ELFError("its version tables do not end")
        return needs
