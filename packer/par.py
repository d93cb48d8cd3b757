"""Writes a par: preamble, members, code, index, boot block, zip directory, in this order, each byte once."""

from __future__ import annotations

import marshal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from memfd_par import format
from packer import bytecode, compiler, file_table, preamble
from packer.archive import ParArchive, Stored
from packer.carry import Carried, write_start
from packer.digest import FileFacts
from packer.errors import PackError
from packer.image import PAGE_SIZES
from packer.index import (
    IndexWriter,
    code_extents,
    folder_tables,
    is_test,
    module_entries,
    native_entries,
    packed,
)
from packer.layout import Layout
from packer.natives import Natives
from packer.plan import Plans
from packer.runfiles import places
from packer.target import Target

RUNTIME_BROKEN = (
    "{path}, a source of the toolchain's runtime, does not compile on CPython {version}. Mend: give memfd_par_toolchain "
    "a runtime that is for this version, or correct the source."
)


def _file(module: str) -> str:
    """The file of a module of the runtime."""
    return module.partition(".")[2] + ".py" if "." in module else "__init__.py"


#: Stored paths of what is no module of its own, or lies in the boot block.
_RESIDENT = frozenset(
    "memfd_par/" + name
    for name in ("boot.py", "explain.py", *(_file(module) for module in (*format.START, *format.RESIDENT)))
)


@dataclass(frozen=True)
class Par:
    """All that is decided before the first byte is written."""

    target: Target
    layout: Layout
    facts: Mapping[str, FileFacts]  #: of all files of the layout, by local path
    main: tuple[str, str]  #: as the header has it
    natives: Natives
    plans: Plans
    preload: Sequence[str]  #: stored paths of libraries to be in memory before the program starts
    real_tops: Sequence[str]  #: first components of what must be real files at run time
    runtime: Mapping[str, FileFacts]  #: by file name in the runtime's package
    launcher: Mapping[str, str]  #: file name: text of the launcher's templates
    loader: FileFacts | None = None  #: the image loader in C
    records: Mapping[str, bytes] = field(default_factory=dict)  #: members that are made here, by stored path
    carried: Carried | None = None  #: the interpreter


def write(par: Par, file: BinaryIO) -> None:
    """Writes the whole par to an empty file that can be read and sought."""
    shell = _shell(par.target, par.launcher)
    page_size = PAGE_SIZES.get(par.target.machine, max(PAGE_SIZES.values()))
    elf = par.carried.read(page_size) if par.carried else b""
    length = len(elf) or len(preamble.text(shell, preamble.Place()))
    file.write(bytes(length))
    archive = ParArchive(file, page_size)
    archive.add_bytes("__main__.py", preamble.main_module(shell, length, carried=bool(elf)))
    explain = archive.add_file(format.OWN + "explain.py", par.runtime["explain.py"], deflate=False)
    stored = _write_members(archive, par)
    loader = _write_loader(archive, par)
    table = _write_file_table(archive, stored) if loader[1] and par.plans.plans else (0, 0)
    code = _write_code(archive, par)
    natives, numbers = native_entries(par.plans, stored, par.natives.empty)
    blocks = _write_index(archive, par, stored, code, natives, numbers)
    blocks |= {"loader": loader, "file_table": table}
    boot = _boot(par, blocks, archive.digest())
    place = archive.add_bytes(format.OWN + "boot", boot)
    if par.carried is not None:
        start = write_start(
            archive,
            par.carried,
            target=par.target.label,
            flags=par.target.flags,
            boot=place,
            boot_bytes=boot,
            files=table,
            plans=par.plans,
            stored=stored,
            numbers=numbers,
            launcher_offset=par.carried.launcher_offset(elf),
        )
        beginning = par.carried.fill(
            elf,
            start,
            target=par.target.label,
            files={path: par.facts[file.local_path] for path, file in par.layout.members.items()},
            plans=par.plans,
            stored=stored,
            par_size=archive.close(),
        )
    else:
        positions = (place.offset, place.size, format.checksum(boot), explain.offset, explain.size)
        beginning = preamble.text(shell, preamble.Place(*positions, archive.close()))
    file.seek(0)
    file.write(beginning)


def _shell(target: Target, templates: Mapping[str, str]) -> preamble.Launcher:
    return preamble.Launcher(
        templates=templates,
        target=target.label,
        version="%d.%d" % sys.version_info[:2],
        magic=int.from_bytes(bytecode.MAGIC_NUMBER, "little"),
        interpreter_path=target.interpreter_path,
        flags=target.flags,
    )


def _write_members(archive: ParArchive, par: Par) -> dict[str, Stored]:
    """Where every file of the layout lies; files with the same native bytes lie in one place."""
    kinds = {member.stored_path: member.facts.kind for member in par.natives.members}
    patches = par.plans.early_patches()
    stored: dict[str, Stored] = {}
    for path in sorted([*par.layout.members, *par.records]):
        if path in par.records:
            stored[path] = archive.add_bytes(path, par.records[path])
            continue
        if path in par.plans.aliases:
            continue
        file = par.layout.members[path]
        if path in kinds:
            executable = kinds[path] == "executable"
            stored[path] = archive.add_page_aligned(
                path, par.facts[file.local_path], executable=executable, patches=patches.get(path, ())
            )
        else:
            stored[path] = archive.add_file(path, par.facts[file.local_path], deflate=_is_deflated(par, path))
    for alias, canonical in par.plans.aliases.items():
        stored[alias] = stored[canonical]
    return stored


def _is_deflated(par: Par, path: str) -> bool:
    """Whether a member that is no native code is deflated: sources of the standard library serve tracebacks alone."""
    source = path in par.layout.interpreter and path.endswith(".py")
    return par.target.deflate or (source and "zlib" not in par.target.exclude_stdlib)


def _write_loader(archive: ParArchive, par: Par) -> tuple[int, int, str]:
    """Offset and size of the image loader; a size of 0, and why, where the par has none."""
    if par.loader is None:
        return 0, 0, "the par was built without a C compiler"
    if format.abi().endswith("t"):
        return (
            0,
            0,
            "there is no stable ABI for free-threaded Pythons, which the image loader in C is built against",
        )
    place = archive.add_page_aligned(format.OWN + "loader.so", par.loader, executable=False)
    return place.offset, place.size, ""


def _write_file_table(archive: ParArchive, stored: Mapping[str, Stored]) -> tuple[int, int]:
    """Offset and size of the table by which C code finds the files."""
    place = archive.add_bytes(format.OWN + "files", file_table.encode(stored), align=True)
    return place.offset, place.size


def _write_code(archive: ParArchive, par: Par) -> dict[str, tuple[int, int]]:
    """Offset and size of each source's code; -1 for the size where there is none. What a start reads ahead lies together."""
    paths = sorted(
        {
            m.stored_path
            for m in par.layout.modules.values()
            if m.stored_path and not m.kind & format.EXTENSION
        },
        key=lambda path: (is_test(path), path),
    )
    found = {
        path: _runtime_code(par, path.rpartition("/")[2])
        if _own(path)
        else par.facts[par.layout.members[path].local_path].code
        for path in paths
        if path not in _RESIDENT
    }
    codes = {path: code for path, code in found.items() if code is not None}
    places = dict.fromkeys(found, (0, -1))
    end = archive.add_bytes(format.OWN + "code", *codes.values()).offset
    for path, code in codes.items():
        places[path] = (end, len(code))
        end += len(code)
    return places


def _write_index(
    archive: ParArchive,
    par: Par,
    stored: Mapping[str, Stored],
    code: Mapping[str, tuple[int, int]],
    natives: Sequence[Any],
    numbers: Mapping[str, int],
) -> dict[str, Any]:
    """Writes the index. Returns what the header has of it."""
    modules = module_entries(
        {key: module for key, module in par.layout.modules.items() if module.stored_path not in _RESIDENT},
        code,
        numbers,
    )
    tables = IndexWriter()
    root = folder_tables(
        {key: packed(entry) for key, entry in modules.items()},
        tables,
        code_extents(modules),
        format.INLINE,
    )
    files = tables.add(folder_tables({path: place.entry() for path, place in stored.items()}, tables))
    natives_block = tables.add(natives) if natives else (0, 0, b"")
    return {
        "index": tables.write(archive, format.OWN + "index"),
        "modules": root,
        "files": files,
        "natives": natives_block,
        "preload": [numbers[path] for path in par.preload],
        "own_natives": sorted({numbers[path] for path in par.layout.interpreter if path in numbers}),
    }


def _boot(par: Par, blocks: Mapping[str, Any], build: bytes) -> bytes:
    header: dict[str, Any] = {
        "format": format.FORMAT,
        "target": par.target.label,
        "abi": format.abi(),
        "machine": par.plans.machine,
        "glibc": par.plans.glibc,
        "main": par.main,
        "env": dict(sorted(par.target.env.items())),
        "args": list(par.target.args),
        "real_files": list(par.real_tops),
        "runfiles": places(par.layout.members, par.target.repositories),
        "build": build,
        "stdlib": par.carried.interpreter.folder if par.carried else "",
        **blocks,
    }
    boot = marshal.loads(_runtime_code(par, "boot.py"))
    # One marshalled whole, in which what several of them use, such as names, is read once.
    start = (*format.START, *(format.NATIVE if blocks["natives"][1] else ()))
    runtime: dict[str, Any] = {name: marshal.loads(_runtime_code(par, _file(name))) for name in start}
    runtime.update((name, _runtime_code(par, _file(name))) for name in format.RESIDENT)
    return compiler.marshalled((boot, runtime, header))


def _runtime_code(par: Par, name: str) -> bytes:
    facts = par.runtime[name]
    if facts.code is None:
        raise PackError(RUNTIME_BROKEN.format(path=facts.local_path, version="%d.%d" % sys.version_info[:2]))
    return bytes(facts.code)


def _own(path: str) -> bool:
    return path.partition("/")[0] == "memfd_par"
