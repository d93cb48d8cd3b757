"""Facts about an ELF file: what is needed to plan its loading, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from elftools.common.exceptions import ELFError

from packer.elf_tables import Tables
from packer.errors import PackError
from packer.image import NO_IMAGE, PLAIN, ImagePlan, plan_image

_MAGIC = b"\x7fELF"
_DF_TEXTREL = 0x4
_DF_1_PIE = 0x08000000

_MACHINES = {
    ("EM_386", 32, "little"): "i686",
    ("EM_AARCH64", 64, "little"): "aarch64",
    ("EM_ARM", 32, "little"): "armv7l",
    ("EM_LOONGARCH", 64, "little"): "loongarch64",
    ("EM_MIPS", 32, "big"): "mips",
    ("EM_MIPS", 32, "little"): "mips",
    ("EM_MIPS", 64, "big"): "mips64",
    ("EM_MIPS", 64, "little"): "mips64",
    ("EM_PPC", 32, "big"): "ppc",
    ("EM_PPC64", 64, "big"): "ppc64",
    ("EM_PPC64", 64, "little"): "ppc64le",
    ("EM_RISCV", 32, "little"): "riscv32",
    ("EM_RISCV", 64, "little"): "riscv64",
    ("EM_S390", 64, "big"): "s390x",
    ("EM_SPARCV9", 64, "big"): "sparc64",
    ("EM_X86_64", 32, "little"): "x86_64",  # the x32 ABI; `bits` tells
    ("EM_X86_64", 64, "little"): "x86_64",
}

_UNREADABLE = (
    "{path} begins like an ELF file but cannot be read as one: {cause}. "
    "Needed is a whole, undamaged shared library or program; the file has {size} bytes. "
    "Mend: build or download the file again, or leave it out of the target."
)
_NO_ELF = (
    "{path} is no ELF file: it has {size} bytes and begins with {head!r}, where {magic!r} is needed. "
    "Mend: give the shared library itself, not a linker script, an archive or an empty file."
)
_UNOPENABLE = "{path} cannot be read: {cause}. Mend: see that the file exists and may be read."


@dataclass(frozen=True)
class NeededLibrary:
    """The name of a library, as one entry of a dynamic table spells it.

    name: text, such as "libz.so.1". offset: file offset of that text.
    field: file offset of the number in the entry that points at the text, counted from `ElfFacts.strings`.
    """

    name: str
    offset: int
    field: int = 0


@dataclass(frozen=True)
class ElfFacts:
    """What one ELF file says about itself.

    kind: "shared" (dlopen takes it), "executable" (exec takes it) or "other" (relocatable objects, core
        files, separated debug information). An ET_DYN file that has an interpreter *and* a soname is shared,
        as libc.so.6 and libQt6Core.so.6 are; one that DF_1_PIE marks is an executable.
    machine: as `os.uname().machine` names it, else "em_<number>". bits: 32 or 64.
    soname, soname_offset: DT_SONAME and the file offset of its text; None where the file has none.
    needed: DT_NEEDED, in the order of the file.
    run_path: DT_RUNPATH, else DT_RPATH, split at ":", as written.
    passes_run_path_on: whether that is DT_RPATH, which also serves what the file needs, as ld.so(8) has it.
    version_needs: (file, version) from DT_VERNEED, such as ("libc.so.6", "GLIBC_2.34").
    text_relocations: whether the dynamic linker must write to the text.
    byte_order: of the numbers in the file. strings: file offset of the dynamic string table.
    soname_field: file offset of the value of DT_SONAME, as `NeededLibrary.field`; bits / 8 bytes.
    version_files: the vn_file entries of DT_VERNEED. Their `field` has 4 bytes, that of `needed` bits / 8.
    image: how its image in memory is made; of kind "shared" only.
    """

    kind: str
    machine: str
    bits: int
    soname: str | None = None
    soname_offset: int | None = None
    needed: tuple[NeededLibrary, ...] = ()
    run_path: tuple[str, ...] = ()
    passes_run_path_on: bool = False
    version_needs: tuple[tuple[str, str], ...] = ()
    text_relocations: bool = False
    byte_order: Literal["little", "big"] = "little"
    strings: int = 0
    soname_field: int | None = None
    version_files: tuple[NeededLibrary, ...] = ()
    image: ImagePlan = NO_IMAGE


def is_elf(head: bytes) -> bool:
    """Whether a file that begins with `head` (4 bytes are enough) claims to be an ELF file."""
    return head[:4] == _MAGIC


def read(path: str) -> ElfFacts:
    """Facts about the file at `path`; PackError, which names it, where it is no whole and sound ELF file."""
    try:
        with open(path, "rb") as stream:
            head = stream.read(4)
            size = stream.seek(0, 2)
            if not is_elf(head):
                raise PackError(_NO_ELF.format(path=path, size=size, head=head, magic=_MAGIC))
            try:
                return _facts(Tables(stream))
            except ELFError as e:
                raise PackError(_UNREADABLE.format(path=path, cause=e, size=size)) from e
    except OSError as e:
        raise PackError(_UNOPENABLE.format(path=path, cause=e.strerror or e)) from e


def _facts(tables: Tables) -> ElfFacts:
    machine = _MACHINES.get(
        (str(tables.machine), tables.bits, tables.byte_order), f"em_{tables.machine_number}"
    )
    kind = _kind(tables)
    if kind == "other":
        return ElfFacts(kind, machine, tables.bits, byte_order=tables.byte_order)
    strings = tables.strings
    needed = _names(tables, "DT_NEEDED")
    soname = (_names(tables, "DT_SONAME") or (None,))[-1]
    files: dict[int, NeededLibrary] = {}
    versions: list[tuple[str, str]] = []
    for field, file, version in tables.version_needs:
        if field not in files:
            files[field] = NeededLibrary(tables.text(file), strings + file, field)
        versions.append((files[field].name, tables.text(version)))
    return ElfFacts(
        kind=kind,
        machine=machine,
        bits=tables.bits,
        soname=soname.name if soname else None,
        soname_offset=soname.offset if soname else None,
        needed=needed,
        run_path=tuple(tables.run_path().split(":")) if tables.run_path() else (),
        passes_run_path_on=tables.is_run_path_passed_on(),
        version_needs=tuple(versions),
        text_relocations="DT_TEXTREL" in tables.last or bool(tables.last.get("DT_FLAGS", 0) & _DF_TEXTREL),
        byte_order=tables.byte_order,
        strings=strings,
        soname_field=soname.field if soname else None,
        version_files=tuple(files.values()),
        image=_image(tables, machine) if kind == "shared" else NO_IMAGE,
    )


def _image(tables: Tables, machine: str) -> ImagePlan:
    """A file whose other tables are damaged may still be what ld.so loads."""
    try:
        return plan_image(tables, machine)
    except ELFError as e:
        return ImagePlan(PLAIN, f"a table that cannot be read: {e}", b"")


def _kind(tables: Tables) -> str:
    if tables.kind == "ET_EXEC":
        return "executable"
    if tables.kind != "ET_DYN" or not tables.has_segment("PT_DYNAMIC"):
        return "other"
    if tables.last.get("DT_FLAGS_1", 0) & _DF_1_PIE:
        return "executable"
    return "executable" if tables.has_segment("PT_INTERP") and "DT_SONAME" not in tables.last else "shared"


def _names(tables: Tables, tag: str) -> tuple[NeededLibrary, ...]:
    return tuple(
        NeededLibrary(tables.text(value), tables.strings + value, field)
        for found, value, field in tables.tags
        if found == tag
    )
