"""Plans of images: what a sparse one holds and hides, and what forbids one, each by a library that has it."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, BinaryIO, cast

import pytest
from elf_fixtures import MACHINE, Forge
from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerDefSection, GNUVerNeedSection

from memfd_par import format
from packer import image, par
from packer.elf_tables import Tables

#: Of struct image_plan in runtime/native/image.h: words before the tables, and the width of each.
_HEADER_WORDS = 15
_WIDTHS = {"segments": 5, "copies": 2, "hidden": 2, "slots": 2, "untouched": 2}

_PLAIN_SOURCE = "int answer(void) { return 42; }"
#: Text and read-only data that are longer than the gap between two ranges, so that a copy of them would be seen.
_LONG_SOURCE = """
#include <stdio.h>
__attribute__((constructor)) void begin(void) { puts("begin"); }
__attribute__((destructor)) void finish(void) { puts("finish"); }
const char constants[100000] = "constants";
char variables[100000] = "variables";
const char *pointers[] = {constants, variables};
__thread int counter = 7;
int answer(void) { return 42 + counter + pointers[0][1]; }
__asm__(".text\\n.skip 100000, 0x90\\n");
"""

needs_x86_64 = pytest.mark.skipif(MACHINE != "x86_64", reason="its assembler code is for x86_64")


@pytest.fixture
def forge(tmp_path: Path) -> Forge:
    return Forge(tmp_path)


def planned(file: Path, machine: str = MACHINE) -> image.ImagePlan:
    with file.open("rb") as stream:
        return image.plan_image(Tables(stream), machine)


class Block:
    """A plan, read as the loader in C reads it."""

    def __init__(self, plan: image.ImagePlan) -> None:
        words = struct.unpack("<%dQ" % (len(plan.block) // 8), plan.block)
        self.best, self.init, self.init_array, self.init_count = words[:4]
        self.dynamic, self.relro, self.relative = words[4:6], words[6:8], words[8:10]
        self.tables: dict[str, list[tuple[int, ...]]] = {}
        position = _HEADER_WORDS
        for (name, width), count in zip(_WIDTHS.items(), words[10:15]):
            self.tables[name] = [
                words[start : start + width] for start in range(position, position + count * width, width)
            ]
            position += count * width
        assert position == len(words)

    def holds(self, start: int, size: int) -> bool:
        """Whether a sparse image has these bytes of the file."""
        return any(
            offset <= start and start + size <= offset + length for offset, length in self.tables["copies"]
        )


def edit_header(file: Path, number: int, change: Callable[[dict[str, int]], None]) -> None:
    """Changes the fields of the PT_LOAD segment with this number."""
    names = ("type", "flags", "offset", "vaddr", "paddr", "filesz", "memsz", "align")
    data = bytearray(file.read_bytes())
    table = int.from_bytes(data[32:40], "little")
    count = int.from_bytes(data[56:58], "little")
    places = [
        place for place in range(table, table + 56 * count, 56) if data[place : place + 4] == b"\1\0\0\0"
    ]
    fields = dict(zip(names, struct.unpack_from("<IIQQQQQQ", data, places[number])))
    change(fields)
    struct.pack_into("<IIQQQQQQ", data, places[number], *fields.values())
    file.write_bytes(data)


def edit_tag(file: Path, tag: str, value: int | None = None, new_tag: int | None = None) -> None:
    """Changes a tag of the dynamic table, or its value."""
    with file.open("rb") as stream:
        offset = next(place for name, _, place in Tables(stream).tags if name == tag)
    with file.open("r+b") as stream:
        if new_tag is not None:
            stream.seek(offset - 8)
            stream.write(new_tag.to_bytes(8, "little"))
        if value is not None:
            stream.seek(offset)
            stream.write(value.to_bytes(8, "little"))


def test_sparse(forge: Forge) -> None:
    plan = planned(forge.library("libplain.so", _PLAIN_SOURCE))
    assert (plan.best, plan.why) == (image.SPARSE, "")


# What forbids to map the par.


@needs_x86_64
def test_text_relocations(forge: Forge) -> None:
    code = '__asm__(".text\\n.globl slot\\nslot: .quad answer\\n"); int answer(void) { return 42; }'
    plan = planned(forge.library("librelocated.so", code, "-Wl,-z,notext,-z,lazy"))
    assert plan == image.ImagePlan(image.PLAIN, "text relocations", b"")


@needs_x86_64
def test_writable_and_executable(forge: Forge) -> None:
    code = (
        '__asm__(".section both, \\"awx\\", @progbits\\n.quad 1\\n.text\\n"); int answer(void) { return 42; }'
    )
    plan = planned(forge.library("libboth.so", code, "-Wl,--no-warn-rwx-segments"))
    assert plan == image.ImagePlan(image.PLAIN, "a segment that is writable and executable", b"")


def test_read_only_and_not_whole(forge: Forge) -> None:
    file = forge.library("libhollow.so", _PLAIN_SOURCE)
    edit_header(file, 2, lambda fields: fields.update(memsz=fields["memsz"] + 8))
    assert planned(file).why == "a read-only segment that is not whole in the file"


@pytest.mark.parametrize("fault", ["order", "size"])
def test_overlap(forge: Forge, fault: str) -> None:
    file = forge.library("liboverlap.so", _PLAIN_SOURCE)
    if fault == "order":
        edit_header(file, 1, lambda fields: fields.update(vaddr=fields["vaddr"] - 4096))
    else:
        edit_header(file, 3, lambda fields: fields.update(memsz=fields["filesz"] - 8))
    assert planned(file).why == "segments that overlap or are out of order"


def test_not_aligned(forge: Forge) -> None:
    flags = ("-Wl,-z,max-page-size=1024", "-Wl,-z,common-page-size=1024")
    assert (
        planned(forge.library("libodd.so", _LONG_SOURCE, *flags)).why
        == "a segment that is not aligned to pages"
    )


def test_offset_is_not_the_addresss(forge: Forge) -> None:
    file = forge.library("libodd.so", _PLAIN_SOURCE)
    edit_header(file, 1, lambda fields: fields.update(offset=fields["offset"] + 16))
    assert planned(file).why == "a segment that is not aligned to pages"


@pytest.mark.parametrize("machine", ["ppc64le", "s390x", "riscv64", "i686"])
def test_unknown_machine(forge: Forge, machine: str) -> None:
    file = forge.library("libplain.so", _PLAIN_SOURCE)
    assert planned(file, machine) == image.ImagePlan(
        image.PLAIN, "the loader knows x86_64 and aarch64 alone", b""
    )


def test_32_bits(forge: Forge) -> None:
    data = bytearray(52 + 32)
    data[:16] = b"\x7fELF\1\1\1" + bytes(9)
    struct.pack_into("<HHIIIIIHHHHHH", data, 16, 3, 3, 1, 0, 52, 0, 0, 52, 32, 1, 0, 0, 0)
    file = forge.root / "lib32.so"
    file.write_bytes(data)
    assert planned(file, "x86_64").why == "the loader knows x86_64 and aarch64 alone"


# What forbids a sparse image.

_RESOLVED = """
static int one(void) { return 1; }
static void *choose(void) { return one; }
%s int chosen(void) __attribute__((ifunc("choose")));
int answer(void) { return chosen(); }
"""


def test_irelative(forge: Forge) -> None:
    """ld.so calls the resolver, which is in the text, while it relocates."""
    file = forge.library("libirelative.so", _RESOLVED % "static")
    plan = planned(file)
    assert (plan.best, plan.why) == (image.FULL, "IRELATIVE relocations")
    assert Block(plan).tables["copies"] == Block(plan).tables["hidden"] == []


def test_exported_ifunc(forge: Forge) -> None:
    """ld.so calls the resolver whenever another library binds to the symbol."""
    plan = planned(forge.library("libexported.so", _RESOLVED % ""))
    assert (plan.best, plan.why) == (image.FULL, "symbols that a resolver chooses (STT_GNU_IFUNC)")


def test_constructors_before_all_others(forge: Forge) -> None:
    plan = planned(forge.library("libfirst.so", _PLAIN_SOURCE, "-Wl,-z,initfirst"))
    assert (plan.best, plan.why) == (image.FULL, "its constructors come before all others (DF_1_INITFIRST)")


@pytest.mark.parametrize("flag", ["-Wl,--auxiliary,libc.so.6", "-Wl,--filter,libc.so.6"])
def test_filters(forge: Forge, flag: str) -> None:
    plan = planned(forge.library("libfilter.so", _PLAIN_SOURCE, flag))
    assert (plan.best, plan.why) == (image.FULL, "a dynamic tag that sparse images do not serve")


# What a sparse image holds.


@pytest.mark.parametrize("style", ["sysv", "gnu", "both"])
def test_hash_tables(forge: Forge, style: str) -> None:
    """Each knows how many symbols there are; a section header says it, too."""
    file = forge.library("libhash.so", _LONG_SOURCE, f"-Wl,--hash-style={style}")
    with file.open("rb") as stream:
        tables = Tables(stream)
        assert ("DT_HASH" in tables.last, "DT_GNU_HASH" in tables.last) == (style != "gnu", style != "sysv")
        section = ELFFile(stream).get_section_by_name(".dynsym")
        assert image.symbol_count(tables) == section.num_symbols()
        check_copies(Block(image.plan_image(tables, MACHINE)), stream)


def test_no_symbol_is_defined(forge: Forge) -> None:
    """DT_GNU_HASH then has no bucket that leads anywhere."""
    file = forge.library(
        "libempty.so",
        "int puts(const char *); static int (*volatile used)(const char *) = puts;",
        "-Wl,--hash-style=gnu",
    )
    with file.open("rb") as stream:
        tables = Tables(stream)
        assert image.symbol_count(tables) >= 1
        check_copies(Block(image.plan_image(tables, MACHINE)), stream)


def test_no_hash_table(forge: Forge) -> None:
    """Symbols then end where strings begin, as linkers put them."""
    file = forge.library("libnohash.so", _LONG_SOURCE, "-Wl,--hash-style=sysv")
    with file.open("rb") as stream:
        known = image.symbol_count(Tables(stream))
    edit_tag(file, "DT_HASH", new_tag=0x6FFFF000)
    with file.open("rb") as stream:
        assert image.symbol_count(Tables(stream)) >= known


def check_copies(block: Block, stream: BinaryIO) -> None:
    """All that ld.so reads is there, as the sections tell, which the packer does not look at; text is not."""
    elf = ELFFile(stream)
    text = [".text", ".rodata", ".eh_frame", ".init", ".fini", ".plt"]
    assert block.holds(0, 64 + 56 * elf.num_segments())
    for section in elf.iter_sections():
        offset, size = section["sh_offset"], section["sh_size"]
        written = section["sh_flags"] & 1 and section["sh_type"] != "SHT_NOBITS"
        if written or (section["sh_flags"] & 2 and section["sh_type"] in _READ):
            assert block.holds(offset, size), section.name
        if section.name in text and size > 8192:
            held = sum(
                max(0, min(offset + size, start + length) - max(offset, start))
                for start, length in block.tables["copies"]
            )
            assert held < 8192, f"{held} bytes of {section.name}"
    assert block.tables["copies"] == sorted(block.tables["copies"])


_READ = {
    "SHT_DYNAMIC",
    "SHT_DYNSYM",
    "SHT_GNU_HASH",
    "SHT_GNU_verdef",
    "SHT_GNU_verneed",
    "SHT_GNU_versym",
    "SHT_HASH",
    "SHT_NOTE",
    "SHT_RELA",
}


@pytest.mark.parametrize(
    "flags", [[], ["-Wl,-z,pack-relative-relocs"], ["-Wl,-z,noseparate-code"], ["-Wl,-z,now"]]
)
def test_copies(forge: Forge, flags: list[str]) -> None:
    (forge.root / "versions.map").write_text("A_1 { global: answer; }; A_2 { global: pointers; } A_1;")
    file = forge.library("liblong.so", _LONG_SOURCE, "-Wl,--version-script=versions.map", "-lm", *flags)
    with file.open("rb") as stream:
        tables = Tables(stream)
        plan = image.plan_image(tables, MACHINE)
        assert plan.best == image.SPARSE
        block = Block(plan)
        check_copies(block, stream)
        elf = ELFFile(stream)
        assert any(isinstance(section, GNUVerDefSection) for section in elf.iter_sections())
        assert any(isinstance(section, GNUVerNeedSection) for section in elf.iter_sections())
        segments = [s for s in elf.iter_segments() if s["p_type"] == "PT_LOAD"]
        assert block.tables["segments"] == [
            (s["p_vaddr"], s["p_offset"], s["p_filesz"], s["p_memsz"], s["p_flags"]) for s in segments
        ]
        dynamic = next(s for s in elf.iter_segments() if s["p_type"] == "PT_DYNAMIC")
        assert block.dynamic == (dynamic["p_vaddr"], dynamic["p_memsz"])
        relro = next(s for s in elf.iter_segments() if s["p_type"] == "PT_GNU_RELRO")
        assert block.relro == (relro["p_vaddr"], relro["p_memsz"])


def test_hidden(forge: Forge) -> None:
    """Constructors and run paths are hidden from ld.so, destructors are not; the loader knows the constructors."""
    file = forge.library("liblong.so", _LONG_SOURCE, "-Wl,-rpath,/nowhere", "-Wl,-init,answer")
    with file.open("rb") as stream:
        tables = Tables(stream)
        block = Block(image.plan_image(tables, MACHINE))
        names = {place - 8: name for name, _, place in tables.tags}
        last = tables.last
    hidden = {names[offset]: value for offset, value in block.tables["hidden"]}
    assert set(hidden) == {"DT_INIT", "DT_INIT_ARRAY", "DT_INIT_ARRAYSZ", "DT_RUNPATH"}
    # ld.so ignores what is neither a tag of its own nor of an extension of the ABI (elf/get-dynamic-info.h).
    assert all(0x60000000 <= value < 0x6FFFF000 for value in hidden.values())
    assert (block.init, block.init_array, block.init_count) == (
        last["DT_INIT"],
        last["DT_INIT_ARRAY"],
        last["DT_INIT_ARRAYSZ"] // 8,
    )


# Damage.


@pytest.mark.parametrize("tag", ["DT_HASH", "DT_GNU_HASH", "DT_SYMTAB", "DT_RELA", "DT_STRTAB"])
def test_a_table_outside_of_the_file(forge: Forge, tag: str) -> None:
    file = forge.library("libdamaged.so", _LONG_SOURCE, "-Wl,--hash-style=both")
    edit_tag(file, tag, value=1 << 40)
    with pytest.raises(ELFError, match="lies in no loaded segment"):
        planned(file)


@pytest.mark.parametrize("tag", ["DT_RELASZ", "DT_STRSZ"])
def test_a_table_that_is_longer_than_the_file(forge: Forge, tag: str) -> None:
    file = forge.library("libdamaged.so", _LONG_SOURCE)
    edit_tag(file, tag, value=1 << 40)
    with pytest.raises(ELFError, match="cut off"):
        planned(file)


@pytest.mark.parametrize("word", range(4))
def test_a_hash_table_of_absurd_numbers(forge: Forge, word: int) -> None:
    """Costs neither time nor memory."""
    file = forge.library("libdamaged.so", _LONG_SOURCE, "-Wl,--hash-style=gnu")
    with file.open("rb") as stream:
        tables = Tables(stream)
        offset = tables.file_offset(tables.last["DT_GNU_HASH"]) + 4 * word
    with file.open("r+b") as stream:
        stream.seek(offset)
        stream.write(b"\xff\xff\xff\xff")
    if word == 3:  # the shift of the Bloom filter says nothing about sizes
        assert planned(file).best == image.SPARSE
    elif word == 1:  # all symbols are before the first that is hashed: more than the file has
        with pytest.raises(ELFError):
            planned(file)
    else:
        with pytest.raises(ELFError, match=r"cut off|no loaded segment"):
            planned(file)


def test_free_threaded_pythons_get_no_loader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(format, "abi", lambda: "cpython-314t")
    written = par._write_loader(cast(Any, None), cast(Any, SimpleNamespace(loader=b"the loader")))
    why = "there is no stable ABI for free-threaded Pythons, which the image loader in C is built against"
    assert written == (0, 0, why)


# Relative relocations that the loader makes itself.


def pointers(count: int) -> str:
    return "static char words[%d];\nvoid *pointers[] = {%s};\nint answer(void) { return 42; }\n" % (
        count,
        ", ".join("words + %d" % n for n in range(count)),
    )


def test_few_relative_relocations_are_left_to_the_dynamic_linker(forge: Forge) -> None:
    block = Block(planned(forge.library("libfew.so", pointers(600))))
    assert block.relative == (0, 0)
    assert block.tables["untouched"] == []


def test_many_relative_relocations(forge: Forge) -> None:
    """Neither their table nor their pages are in the image, and ld.so gets a table that begins behind them."""
    file = forge.library("libmany.so", pointers(30_000))
    block = Block(planned(file))
    with file.open("rb") as stream:
        tables = Tables(stream)
        last = tables.last
        places = {tag: offset for tag, _, offset in tables.tags}
        table = tables.file_offset(last["DT_RELA"])
    address, count = block.relative
    assert (address, count) == (last["DT_RELA"], last["DT_RELACOUNT"])
    assert count >= 30_000
    assert not block.holds(table + 8192, 8192)
    assert block.holds(table + 24 * count, 24)
    written = dict(block.tables["hidden"])
    assert written[places["DT_RELA"]] == address + 24 * count
    assert written[places["DT_RELASZ"]] == last["DT_RELASZ"] - 24 * count
    assert written[places["DT_RELACOUNT"]] == 0
    page = image.PAGE_SIZES[MACHINE]
    assert sum(size for _, size in block.tables["untouched"]) >= 240_000 - 2 * page
    for offset, size in block.tables["untouched"]:
        assert not offset % page and not size % page
        assert not block.holds(offset, 8) and not block.holds(offset + size - 8, 8)


def test_packed_relative_relocations(forge: Forge) -> None:
    """DT_RELR is left to ld.so, and so are all others where it is."""
    file = forge.library("libpacked.so", pointers(30_000), "-Wl,-z,pack-relative-relocs")
    assert Block(planned(file)).relative == (0, 0)
    file = forge.library("libboth.so", pointers(30_000), "-Wl,--hash-style=both")
    edit_tag(file, "DT_GNU_HASH", new_tag=36)  # DT_RELR; the library has DT_HASH as well
    assert Block(planned(file)).relative == (0, 0)


@pytest.mark.parametrize("zeros", [0, 4096])
@pytest.mark.parametrize("own", [0, 1, 3])
def test_pointers_in_thread_local_storage(forge: Forge, own: int, zeros: int) -> None:
    """ld.so may copy their first values while it loads, so it makes their relocations: they lie where the others end."""
    pointed = "".join(f"__thread void *own{n} = words + {n};\n" for n in range(own))
    file = forge.library(
        "libthread.so",
        pointers(30_000) + pointed + f"__thread char zeros[{zeros} + 1];\n__thread int one = 1;\n",
    )
    block = Block(planned(file))
    with file.open("rb") as stream:
        tables = Tables(stream)
        places = {tag: offset for tag, _, offset in tables.tags}
        table = tables.file_offset(tables.last["DT_RELA"])
        (values,) = [s for s in tables.segments if s["p_type"] == "PT_TLS"]
        moved = tables.bytes_at(table, 24 * own)
    address, count = block.relative
    assert (address, count) == (tables.last["DT_RELA"] + 24 * own, tables.last["DT_RELACOUNT"] - own)
    written = dict(block.tables["hidden"])
    assert (written[places["DT_RELA"]], written[places["DT_RELACOUNT"]]) == (
        address + 24 * (count - own),
        own,
    )
    assert written[places["DT_RELASZ"]] == tables.last["DT_RELASZ"] - 24 * count
    words = [written[table + 24 * count + 8 * n] for n in range(3 * own)]
    assert struct.pack("<%dQ" % len(words), *words) == moved
    assert all(values["p_vaddr"] <= place < values["p_vaddr"] + values["p_filesz"] for place in words[::3])


def test_pointers_in_thread_local_storage_alone(forge: Forge) -> None:
    """There are no others whose place in the table theirs could take."""
    pointed = ", ".join(f"words + {n}" for n in range(30_000))
    file = forge.library("liblocal.so", "static char words[30000];\n__thread void *own[] = {%s};\n" % pointed)
    assert Block(planned(file)).relative == (0, 0)


def test_a_count_that_is_not_true(forge: Forge) -> None:
    """DT_RELACOUNT is a hint (elf/elf.h): where others are among them, ld.so makes them all."""
    code = pointers(30_000) + "#include <stdlib.h>\nvoid *(*more[])(size_t) = {malloc};\n"
    file = forge.library("libuntrue.so", code)
    with file.open("rb") as stream:
        count = Tables(stream).last["DT_RELACOUNT"]
    edit_tag(file, "DT_RELACOUNT", count + 1)
    assert Block(planned(file)).relative == (0, 0)
