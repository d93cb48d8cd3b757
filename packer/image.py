"""How the image of a native member is made: what a sparse one holds, and what forbids that. Pure facts of the file.

The loader in C (runtime/native/image.c) maps read-only segments from the par itself. A *sparse* image holds only what
the dynamic linker reads or writes before that: headers, dynamic tables, writable segments; it hides the constructors,
which the loader calls once the text is there. Where there are many relative relocations (R_*_RELATIVE, "base + addend") it
hides these, too: the loader makes them, so neither their table nor the pages that nothing else relocates are copied.
A *full* one is a copy that is mapped over afterwards. *Plain* copies stay.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from elftools.common.exceptions import ELFError

from packer.elf_tables import Tables
from packer.hooks import slots

#: The largest page size that kernels for a machine use, in bytes: what is mapped is aligned to it.
PAGE_SIZES = {"x86_64": 4096, "i686": 4096, "aarch64": 65536}

#: Ways to make an image, in the loader's numbers (enum tier in runtime/native/image.h).
PLAIN, FULL, SPARSE = range(3)

#: ld.so ignores tags of the range for operating systems that it does not know (elf_get_dynamic_info).
_IGNORED_TAG = 0x60000000
_HIDDEN_TAGS = {
    "DT_INIT": 12,
    "DT_INIT_ARRAY": 25,
    "DT_INIT_ARRAYSZ": 27,
    "DT_RPATH": 15,  # ld.so would look for the machine's libraries below /proc/self/fd
    "DT_RUNPATH": 29,
}

_PF_X, _PF_W = 1, 2
_IRELATIVE = {"x86_64": 37, "aarch64": 1032}
_RELATIVE = {"x86_64": 8, "aarch64": 1027}
_DF_TEXTREL = 0x4
_DF_1_INITFIRST = 0x20
_RELA = 24
_SYMBOL = 24
_POINTER = 8
_STT_GNU_IFUNC = re.compile(b"[%s]" % re.escape(bytes(bind << 4 | 10 for bind in range(16))))

#: Gaps between ranges that are cheaper to copy than to leave out, in bytes.
_GAP = 4096

#: A table of relative relocations is worth the loader's own work from this size on, in bytes.
_MANY = 16 << 10

#: Pages that ld.so does not write to are worth a mapping of their own from this many bytes on.
_RUN = 32 << 10


@dataclass(frozen=True)
class ImagePlan:
    """How the loader makes the image of one member.

    best: SPARSE, FULL or PLAIN. why: what forbids a better way; empty for SPARSE.
    block: the plan as the loader reads it (struct image_plan in runtime/native/image.h): little-endian 64-bit words.
        Empty for PLAIN.
    """

    best: int
    why: str
    block: bytes


#: What is no shared library has none.
NO_IMAGE = ImagePlan(PLAIN, "not a shared library", b"")


def plan_image(tables: Tables, machine: str) -> ImagePlan:
    """The plan for a shared library.

    Args:
        tables: of the file.
        machine: as `os.uname().machine` names it.

    Raises:
        ELFError: a table that the plan needs is cut off or damaged.
    """
    why = _not_mapped(tables, machine)
    if why:
        return ImagePlan(PLAIN, why, b"")
    why = _not_sparse(tables, machine)
    best = FULL if why else SPARSE
    return ImagePlan(best, why, _block(tables, machine, best))


def _not_mapped(tables: Tables, machine: str) -> str:
    """Why the member's read-only segments cannot be mapped from the par; empty if they can."""
    if tables.bits != 64 or machine not in _IRELATIVE:
        return "the loader knows x86_64 and aarch64 alone"
    if "DT_TEXTREL" in tables.last or tables.last.get("DT_FLAGS", 0) & _DF_TEXTREL:
        return "text relocations"
    end = 0
    for segment in _loaded(tables):
        if segment["p_flags"] & _PF_W and segment["p_flags"] & _PF_X:
            return "a segment that is writable and executable"
        if not segment["p_flags"] & _PF_W and segment["p_memsz"] != segment["p_filesz"]:
            return "a read-only segment that is not whole in the file"
        if segment["p_memsz"] < segment["p_filesz"] or segment["p_vaddr"] < end:
            return "segments that overlap or are out of order"
        if (segment["p_vaddr"] - segment["p_offset"]) % 4096 or segment["p_align"] < 4096:
            return "a segment that is not aligned to pages"
        end = segment["p_vaddr"] + segment["p_memsz"]
    return ""


def _not_sparse(tables: Tables, machine: str) -> str:
    """Why ld.so would execute or read text before it is mapped from the par; empty if it does not."""
    if tables.last.get("DT_FLAGS_1", 0) & _DF_1_INITFIRST:
        return "its constructors come before all others (DF_1_INITFIRST)"
    if any(tag in tables.last for tag in ("DT_AUXILIARY", "DT_FILTER", "DT_REL", "DT_PREINIT_ARRAY")):
        return "a dynamic tag that sparse images do not serve"
    for data in _relocations(tables):
        kinds = memoryview(data).cast("I")[2 :: _RELA // 4]
        if _IRELATIVE[machine] in kinds.tolist():
            return "IRELATIVE relocations"
    if _STT_GNU_IFUNC.search(symbols(tables)[4::_SYMBOL]):
        return "symbols that a resolver chooses (STT_GNU_IFUNC)"
    return ""


def _block(tables: Tables, machine: str, best: int) -> bytes:
    segments = [
        (s["p_vaddr"], s["p_offset"], s["p_filesz"], s["p_memsz"], s["p_flags"]) for s in _loaded(tables)
    ]
    relative = _Relative(tables, machine) if best == SPARSE else _Relative()
    copies = list(_copies(tables, relative)) if best == SPARSE else []
    hidden = [
        (offset - 8, _IGNORED_TAG + _HIDDEN_TAGS[str(tag)])
        for tag, _, offset in tables.tags
        if best == SPARSE and tag in _HIDDEN_TAGS
    ]
    hidden += [(offset, relative.tags[tag]) for tag, _, offset in tables.tags if tag in relative.tags]
    hidden += relative.moved
    redirected = slots(tables, machine, symbols(tables), _relocations(tables))
    dynamic = _segment(tables, "PT_DYNAMIC")
    relro = _segment(tables, "PT_GNU_RELRO")
    words = [
        best,
        tables.last.get("DT_INIT", 0),
        tables.last.get("DT_INIT_ARRAY", 0),
        tables.last.get("DT_INIT_ARRAYSZ", 0) // _POINTER,
        *dynamic,
        *relro,
        relative.address,
        relative.count,
        *(len(rows) for rows in (segments, copies, hidden, redirected, relative.untouched)),
        *(
            word
            for rows in (segments, copies, hidden, redirected, relative.untouched)
            for row in rows
            for word in row
        ),
    ]
    return struct.pack("<%dQ" % len(words), *words)


class _Relative:
    """The relative relocations that the loader makes in place of ld.so; none where they are few.

    address, count: of these entries of the table. tags: dynamic tags as ld.so gets them, by which it passes over these.
    moved: offset and value of words of the table as ld.so gets them.
    untouched: offset and size of runs of whole pages of writable segments that ld.so then does not write to.
    """

    def __init__(self, tables: Tables | None = None, machine: str = "") -> None:
        self.address = self.count = 0
        self.tags: dict[str | int, int] = {}
        self.moved: list[tuple[int, int]] = []
        self.untouched: list[tuple[int, int]] = []
        if tables is None or tables.last.get("DT_RELACOUNT", 0) * _RELA < _MANY or "DT_RELR" in tables.last:
            return
        size = tables.last.get("DT_RELASZ", 0)
        count = min(tables.last["DT_RELACOUNT"], size // _RELA)
        table, more = _relocations(tables)
        words = memoryview(table).cast("Q")[: 3 * count]
        if {*words[1::3].tolist()} != {_RELATIVE[machine]}:
            return
        # ld.so hands the first values of static thread-local variables to all threads before the loader comes to them: it makes
        # those itself. They come first, as linkers sort, and are moved to where the others end.
        local = _local(tables, words[::3].tolist())
        own = len(local)
        if local != list(range(own)) or (count - own) * _RELA < _MANY or count < 2 * own:
            return
        self.address, self.count = tables.last["DT_RELA"] + own * _RELA, count - own
        start = tables.last["DT_RELA"] + self.count * _RELA
        self.tags = {
            "DT_RELA": start,
            "DT_RELASZ": size - self.count * _RELA,
            "DT_RELACOUNT": own,
        }
        offset = tables.file_offset(start)
        self.moved = [(offset + 8 * number, word) for number, word in enumerate(words[: 3 * own].tolist())]
        written = {*memoryview(table).cast("Q")[3 * count :: 3].tolist()} | {
            *memoryview(more).cast("Q")[::3].tolist()
        }
        self.untouched = list(_untouched(tables, written, PAGE_SIZES[machine]))


def _local(tables: Tables, addresses: Sequence[int]) -> list[int]:
    """Which of the addresses lie in first values of thread-local variables; those of zeros (.tbss) are also those of what follows."""
    values = [(s["p_vaddr"], s["p_filesz"]) for s in tables.segments if s["p_type"] == "PT_TLS"]
    return [
        number
        for number, address in enumerate(addresses)
        if any(start <= address < start + size for start, size in values)
    ]


def _untouched(tables: Tables, written: set[int], page: int) -> Iterator[tuple[int, int]]:
    """Runs of pages of writable segments without any of the addresses, and without what ld.so writes to or reads otherwise."""
    kept = [(s["p_vaddr"], s["p_filesz"]) for s in tables.segments if s["p_type"] in ("PT_DYNAMIC", "PT_TLS")]
    kept += [(tables.last["DT_PLTGOT"], 3 * _POINTER)] if "DT_PLTGOT" in tables.last else []
    touched = {address // page for address in written} | {
        (address + _POINTER - 1) // page for address in written
    }
    touched.update(
        number for start, size in kept for number in range(start // page, (start + size) // page + 1)
    )
    for s in _loaded(tables):
        if not s["p_flags"] & _PF_W:
            continue
        # The last page is filled with zeros (_dl_map_segments), and the first may be the end of another segment.
        first, end = -(-s["p_vaddr"] // page), (s["p_vaddr"] + s["p_filesz"]) // page
        start = first
        for number in range(first, end + 1):
            if number < end and number not in touched:
                continue
            if (number - start) * page >= _RUN:
                yield start * page - s["p_vaddr"] + s["p_offset"], (number - start) * page
            start = number + 1


def _loaded(tables: Tables) -> list[dict[str, int]]:
    return [s for s in tables.segments if s["p_type"] == "PT_LOAD" and s["p_memsz"]]


def _segment(tables: Tables, kind: str) -> tuple[int, int]:
    """Address and size of the last segment of that type; zeros where there is none."""
    found = [s for s in tables.segments if s["p_type"] == kind]
    return (found[-1]["p_vaddr"], found[-1]["p_memsz"]) if found else (0, 0)


def _copies(tables: Tables, relative: _Relative) -> Iterator[tuple[int, int]]:
    """Offset and size of all that ld.so reads or writes before the text is mapped, merged and sorted."""
    ranges = sorted((start, start + size) for start, size in _ranges(tables, relative) if size)
    start, end = ranges[0]
    for next_start, next_end in ranges[1:]:
        if next_start > end + _GAP:
            yield start, end - start
            start = next_start
        end = max(end, next_end)
    yield start, end - start


def _ranges(tables: Tables, relative: _Relative) -> Iterator[tuple[int, int]]:
    yield 0, tables.header_size
    count = symbol_count(tables)
    last = {**tables.last, **relative.tags}
    sizes = {
        "DT_HASH": _hash_size(tables),
        "DT_GNU_HASH": _gnu_hash(tables)[1],
        "DT_SYMTAB": count * _SYMBOL,
        "DT_STRTAB": last.get("DT_STRSZ", 0),
        "DT_RELA": last.get("DT_RELASZ", 0),
        "DT_JMPREL": last.get("DT_PLTRELSZ", 0),
        "DT_RELR": last.get("DT_RELRSZ", 0),
        "DT_VERSYM": count * 2,
    }
    for tag, size in sizes.items():
        if tag in last and size:
            yield tables.file_offset(last[tag]), size
    yield from tables.version_tables()
    for s in tables.segments:
        writable = s["p_type"] == "PT_LOAD" and s["p_flags"] & _PF_W
        if writable:
            yield from _without(s["p_offset"], s["p_filesz"], relative.untouched)
        elif s["p_type"] in ("PT_DYNAMIC", "PT_NOTE", "PT_GNU_PROPERTY", "PT_TLS"):
            yield s["p_offset"], s["p_filesz"]


def _without(start: int, size: int, holes: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """What remains of a range; the holes in it are sorted and do not overlap."""
    end = start + size
    for hole, length in holes:
        if start <= hole and hole + length <= end:
            yield start, hole - start
            start = hole + length
    yield start, end - start


def _relocations(tables: Tables) -> Iterator[bytes]:
    """The bytes of each table of relocations (Elf64_Rela)."""
    for tag, size in (("DT_RELA", "DT_RELASZ"), ("DT_JMPREL", "DT_PLTRELSZ")):
        yield _bytes_at(tables, tables.last.get(tag), tables.last.get(size, 0) // _RELA * _RELA)


def _bytes_at(tables: Tables, address: int | None, size: int) -> bytes:
    if not address or not size:
        return b""
    return tables.bytes_at(tables.file_offset(address), size)


def symbols(tables: Tables) -> bytes:
    """The dynamic symbol table."""
    return _bytes_at(tables, tables.last.get("DT_SYMTAB"), _SYMBOL * symbol_count(tables))


def symbol_count(tables: Tables) -> int:
    """Entries of the dynamic symbol table, which says its size nowhere itself: the hash tables know."""
    if "DT_HASH" in tables.last:
        return int.from_bytes(_bytes_at(tables, tables.last["DT_HASH"] + 4, 4), "little")
    if "DT_GNU_HASH" in tables.last:
        return _gnu_hash(tables)[0]
    symbols, strings = tables.last.get("DT_SYMTAB", 0), tables.last.get("DT_STRTAB", 0)
    return max(strings - symbols, 0) // _SYMBOL


def _hash_size(tables: Tables) -> int:
    """Bytes of DT_HASH (System V ABI, chapter 5)."""
    if "DT_HASH" not in tables.last:
        return 0
    buckets, chains = struct.unpack("<II", _bytes_at(tables, tables.last["DT_HASH"], 8))
    return int(8 + 4 * (buckets + chains))


def _gnu_hash(tables: Tables) -> tuple[int, int]:
    """Symbols that DT_GNU_HASH knows of, those before its first among them, and its bytes (do_lookup_x in ld.so)."""
    address = tables.last.get("DT_GNU_HASH")
    if address is None:
        return 0, 0
    bucket_count, first, bloom_words, _ = struct.unpack("<IIII", _bytes_at(tables, address, 16))
    buckets = address + 16 + 8 * bloom_words
    chains = buckets + 4 * bucket_count
    data = _bytes_at(tables, buckets, 4 * bucket_count)
    highest = max(memoryview(data).cast("I"), default=0)
    if highest < first:
        return first, chains - address
    # The chain of the highest bucket ends the table: its last entry has the lowest bit set.
    offset = tables.file_offset(chains + 4 * (highest - first))
    while not tables.bytes_at(offset, 4)[0] & 1:
        highest += 1
        offset += 4
        if highest > 1 << 28:
            raise ELFError("its hash table does not end")
    return highest + 1, chains - address + 4 * (highest + 1 - first)
