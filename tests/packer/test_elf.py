"""Reading ELF files: what gcc makes, what tools strip off, and what is damaged."""

from __future__ import annotations

import struct
import subprocess
import time
import tracemalloc
from pathlib import Path

import pytest
from elf_fixtures import MACHINE, Forge, tool
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from packer import elf, image
from packer.elf_tables import Tables
from packer.errors import PackError

BITS = 8 * struct.calcsize("P")


@pytest.fixture
def forge(tmp_path: Path) -> Forge:
    return Forge(tmp_path)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with all that is read: soname, needs, run path, versions needed and defined."""
    forge = Forge(tmp_path_factory.mktemp("library"))
    (forge.root / "versions.map").write_text("BASE_1 { global: base; local: *; };")
    forge.library("libbase.so.1", "int base(void) { return 1; }", "-Wl,--version-script=versions.map")
    source = "int base(void); int top(void) { return base(); }"
    run_path = "-Wl,-rpath,$ORIGIN/../libs:/usr/local/lib,--enable-new-dtags"
    return forge.library("libtop.so.2", source, "libbase.so.1", "-lm", run_path)


def text_at(file: Path, offset: int) -> str:
    return file.read_bytes()[offset:].split(b"\0")[0].decode()


def check_library(file: Path) -> None:
    facts = elf.read(str(file))
    assert (facts.kind, facts.machine, facts.bits) == ("shared", MACHINE, BITS)
    assert facts.soname == "libtop.so.2"
    assert facts.soname_offset is not None
    assert text_at(file, facts.soname_offset) == "libtop.so.2"
    assert [n.name for n in facts.needed][:2] == ["libbase.so.1", "libm.so.6"]
    assert facts.run_path == ("$ORIGIN/../libs", "/usr/local/lib")
    assert not facts.passes_run_path_on
    assert ("libbase.so.1", "BASE_1") in facts.version_needs
    assert any(file == "libc.so.6" and version.startswith("GLIBC_") for file, version in facts.version_needs)
    assert not facts.text_relocations
    for entry, width in [(n, facts.bits // 8) for n in facts.needed] + [(f, 4) for f in facts.version_files]:
        assert text_at(file, entry.offset) == entry.name
        value = int.from_bytes(file.read_bytes()[entry.field : entry.field + width], facts.byte_order)
        assert facts.strings + value == entry.offset


def test_a_library(library: Path) -> None:
    check_library(library)


def test_section_headers_are_not_needed(library: Path, tmp_path: Path) -> None:
    stripped = tmp_path / "stripped.so"
    subprocess.run([tool("strip"), "-o", stripped, library], check=True)
    check_library(stripped)
    data = bytearray(stripped.read_bytes())
    data[40:48] = bytes(8)  # e_shoff
    data[58:64] = bytes(6)  # e_shentsize, e_shnum, e_shstrndx
    headless = tmp_path / "headless.so"
    headless.write_bytes(data)
    check_library(headless)
    data[40:48] = b"\xff" * 8
    data[60:64] = b"\xff" * 4
    headless.write_bytes(data)
    check_library(headless)


def test_an_old_run_path_is_read_where_there_is_no_new_one(forge: Forge) -> None:
    file = forge.library("liba.so", "int a;", "-Wl,-rpath,$ORIGIN/old,--disable-new-dtags", soname=None)
    facts = elf.read(str(file))
    assert facts.run_path == ("$ORIGIN/old",)
    assert facts.passes_run_path_on
    assert facts.soname is None
    assert facts.soname_offset is None


MAIN = "int main(void) { return 0; }"


@pytest.mark.parametrize(
    ("flags", "kind"),
    [
        (("-fPIE", "-pie"), "executable"),
        (("-fPIE", "-static-pie"), "executable"),
        (("-no-pie",), "executable"),
        (("-no-pie", "-static"), "executable"),
        (("-shared",), "shared"),
        (("-c",), "other"),
    ],
)
def test_kinds(forge: Forge, flags: tuple[str, ...], kind: str) -> None:
    facts = elf.read(str(forge.compile("file", MAIN, *flags)))
    assert (facts.kind, facts.machine, facts.bits) == (kind, MACHINE, BITS)
    if "-static" in flags or kind == "other":
        assert facts.needed == ()
    assert facts.image.why == ("" if kind == "shared" else "not a shared library")


def test_a_library_that_can_also_be_run_is_shared(forge: Forge) -> None:
    source = 'const char interp[] __attribute__((section(".interp"))) = "/lib/ld.so"; int a;'
    assert elf.read(str(forge.library("liba.so", source))).kind == "shared"
    assert elf.read(str(forge.library("libb.so", source, soname=None))).kind == "executable"


def test_separate_debug_information_is_not_a_library(library: Path, tmp_path: Path) -> None:
    debug = tmp_path / "libtop.so.2.debug"
    subprocess.run([tool("objcopy"), "--only-keep-debug", library, debug], check=True)
    assert elf.read(str(debug)).kind == "other"


def test_a_damaged_table_forbids_an_image(forge: Forge) -> None:
    """The file may still be what ld.so loads: it is not refused."""
    file = forge.library("liba.so", "int a;", "-Wl,--hash-style=gnu")
    with file.open("r+b") as stream:
        (place,) = [place for name, _, place in Tables(stream).tags if name == "DT_GNU_HASH"]
        stream.seek(place)
        stream.write((1 << 40).to_bytes(8, "little"))
    plan = elf.read(str(file)).image
    assert (plan.best, plan.block) == (image.PLAIN, b"")
    assert plan.why.startswith("a table that cannot be read: ")


def test_text_relocations(forge: Forge) -> None:
    source = '__asm__(".text\\n.globl f\\nf: .quad g\\n.globl g\\ng: ret\\n");'
    file = forge.library("liba.so", source, "-Wl,-z,notext")
    assert elf.read(str(file)).text_relocations


@pytest.mark.parametrize(
    ("bits", "order", "number", "machine"),
    [
        (64, "little", 62, "x86_64"),
        (64, "little", 183, "aarch64"),
        (32, "little", 3, "i686"),
        (32, "little", 40, "armv7l"),
        (64, "little", 21, "ppc64le"),
        (64, "big", 21, "ppc64"),
        (64, "big", 22, "s390x"),
        (64, "little", 243, "riscv64"),
        (64, "little", 258, "loongarch64"),
        (64, "little", 247, "em_247"),
        (64, "little", 64999, "em_64999"),
        (64, "big", 62, "em_62"),
    ],
)
def test_machines(tmp_path: Path, bits: int, order: str, number: int, machine: str) -> None:
    mark = "<" if order == "little" else ">"
    ident = b"\x7fELF" + bytes([bits // 32, 1 if order == "little" else 2, 1]) + bytes(9)
    words = struct.pack(mark + ("QQQ" if bits == 64 else "III"), 0, 0, 0)
    header = ident + struct.pack(mark + "HHI", 1, number, 1) + words + struct.pack(mark + "IHHHHHH", *[0] * 7)
    file = tmp_path / "object.o"
    file.write_bytes(header)
    facts = elf.read(str(file))
    assert (facts.kind, facts.machine, facts.bits, facts.byte_order) == ("other", machine, bits, order)


def test_is_elf(library: Path) -> None:
    assert elf.is_elf(library.read_bytes()[:4])
    assert not elf.is_elf(b"\x7fEL")
    assert not elf.is_elf(b"")


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", "0 bytes"),
        (b"\x7fEL", "3 bytes"),
        (b"INPUT(libz.so.1)", "INPU"),
        (b"\x7fELF", "the file has 4 bytes"),
    ],
)
def test_what_is_no_elf_file_is_named(tmp_path: Path, data: bytes, found: str) -> None:
    file = tmp_path / "liba.so"
    file.write_bytes(data)
    with pytest.raises(PackError) as raised:
        elf.read(str(file))
    assert str(file) in str(raised.value)
    assert found in str(raised.value)
    assert "Mend:" in str(raised.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PackError, match=r"none\.so cannot be read: No such file.*Mend:"):
        elf.read(str(tmp_path / "none.so"))


def test_every_truncation_is_an_error_or_loses_nothing(library: Path, tmp_path: Path) -> None:
    data, whole, file = library.read_bytes(), elf.read(str(library)), tmp_path / "cut.so"
    for size in [*range(0, 2048, 7), *range(2048, len(data), 173)]:
        file.write_bytes(data[:size])
        try:
            assert elf.read(str(file)) == whole
        except PackError as e:
            assert str(file) in str(e)


@settings(
    max_examples=400,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_damage_gives_facts_or_an_error(library: Path, tmp_path: Path, data: st.DataObject) -> None:
    original = library.read_bytes()
    facts = elf.read(str(library))
    dynamic = min(n.field for n in facts.needed)
    versions = min(f.field for f in facts.version_files)
    # Most bytes of a library are never read: damage above all what is.
    place = st.one_of(
        st.integers(0, 1000),
        st.integers(dynamic - 16, dynamic + 500),
        st.integers(versions - 8, versions + 100),
        st.integers(facts.strings, facts.strings + 300),
        st.integers(0, len(original) - 1),
    )
    damaged = bytearray(original)
    for at, value in data.draw(st.lists(st.tuples(place, st.integers(0, 255)), min_size=1, max_size=8)):
        damaged[min(at, len(damaged) - 1)] = value
    file = tmp_path / "damaged.so"
    file.write_bytes(damaged[: data.draw(st.one_of(st.none(), st.integers(0, len(damaged))))])
    begin = time.process_time()
    tracemalloc.start()
    try:
        elf.read(str(file))
    except PackError as e:
        assert str(file) in str(e)
        assert "Mend:" in str(e)
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 32 << 20
    assert time.process_time() - begin < 10
