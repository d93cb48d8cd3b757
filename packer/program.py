"""The program that a par with its own interpreter starts: Python's executable, or the launcher, which loads libpython.

The executable is preferred: it is faster, smaller, and what the machine's Python is itself. It has to contain the
interpreter, and to export it to extension modules and the launcher, which then is a library that comes first.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from elftools.common.exceptions import ELFError

from packer.digest import FileFacts
from packer.elf_tables import Tables
from packer.errors import PackError
from packer.image import plan_image, symbols
from packer.interpreter import LIBPYTHON_NAME, Interpreter
from packer.linking import FAILED

#: What the launcher needs first of all; runtime/launcher/python.c says so where there is not the rest.
_WANTED = (b"PyConfig_InitPythonConfig", b"PyImport_FrozenModules", b"Py_RunMain")
_SYMBOL = struct.Struct("<IBBHQQ")

_NOT_EXPORTED = "it does not export the interpreter ({names}): it was stripped of its dynamic symbols, or linked without -rdynamic"
_NO_WAY = (
    "{target}: its interpreter cannot be carried: among its files there is no shared libpython (lib/libpython3.*.so), and "
    "{executable}. Mend: use a Python whose executable contains the interpreter and exports it (CPython's default), one that "
    'is built with --enable-shared, or set interpreter = "system".'
)
_NOT_LINKED = (
    "its static libpython could not be linked to one, as it is not complete, needs libraries that the C toolchain does not "
    "have, or was made by another compiler; the linker says:\n{words}\n"
)
_NO_EXECUTABLE = "no executable bin/python{version}"
_CAUSE = "{path} is no executable that a par can start: {cause}"
_DEPENDENTS = (
    "{target}: {dependents} need {name} as a library, and its interpreter has none among its files: it is an executable. "
    "Mend: use a Python that is built with --enable-shared, or build these without linking libpython, as extension modules "
    "are."
)
_NO_SONAME = (
    "{target}: the executable {path} needs {name}, which has no such soname, so that it cannot be found in memory. Mend: "
    "give the library the soname by which it is needed (`patchelf --set-soname`)."
)
_MOST_DEPENDENTS = 3


@dataclass(frozen=True)
class Program:
    """Python's executable. stored_path: in the par. facts: of the file. image: the plan by which its slots are found."""

    stored_path: str
    facts: FileFacts
    image: bytes

    def check_names(self, renamed: Mapping[str, str | None], target: str) -> None:
        """Raises PackError where a library that is needed is found by no soname; `renamed`: its other name, by its path."""
        for path, link_name in renamed.items():
            if link_name is not None:
                raise PackError(_NO_SONAME.format(target=target, path=self.facts.local_path, name=path))


def settle(
    interpreter: Interpreter, facts: Mapping[str, FileFacts], members: Iterable[FileFacts], target: str
) -> tuple[Interpreter, Program | None]:
    """Decides what is started.

    Args:
        interpreter: its files for the target's machine.
        facts: of all files, by local path.
        members: what else the par has.
        target: label, for errors.

    Returns:
        The interpreter without what is not needed then, and its executable, if that is started.

    Raises:
        PackError: nothing can be started.
    """
    files = {placed.stored_path: facts[placed.file.local_path] for placed in interpreter.files}
    candidates = [path for path in interpreter.executables if path in files]
    libpython = interpreter.libpython if interpreter.libpython in files else ""
    dependents = _dependents(
        [*members, *(file for path, file in files.items() if path not in (libpython, *candidates))]
    )
    program, causes = None, []
    for path in candidates:
        cause, image = _examine(files[path])
        if cause:
            causes.append(_CAUSE.format(path=files[path].local_path, cause=cause))
        elif program is None:
            program = Program(path, files[path], image)
    if program and not dependents:
        return _without(interpreter, {*candidates, libpython} - {program.stored_path}, ""), program
    if libpython:
        return _without(interpreter, set(candidates), libpython), None
    if program and dependents:
        name, paths = dependents
        listed = ", ".join(paths[:_MOST_DEPENDENTS])
        raise PackError(_DEPENDENTS.format(target=target, dependents=listed, name=name))
    absent = _NO_EXECUTABLE.format(version=interpreter.version)
    raise PackError(_NO_WAY.format(target=target, executable=", and ".join(causes) or absent))


def _dependents(files: Iterable[FileFacts]) -> tuple[str, list[str]] | None:
    """The name of libpython as a library, and who needs it."""
    found: dict[str, list[str]] = {}
    for file in files:
        native = file.native.facts if file.native else None
        for needed in native.needed if native else ():
            if re.fullmatch(LIBPYTHON_NAME, needed.name):
                found.setdefault(needed.name, []).append(file.local_path)
    return min((name, sorted(paths)) for name, paths in found.items()) if found else None


def _examine(file: FileFacts) -> tuple[str, bytes]:
    """Why an executable cannot be started, or nothing; and the plan of its image."""
    facts = file.native.facts if file.native else None
    if facts is None or facts.kind != "executable":
        return _no_program(file), b""
    for needed in facts.needed:
        if re.fullmatch(LIBPYTHON_NAME, needed.name):
            return f"it needs {needed.name}, which contains the interpreter", b""
    with open(file.local_path, "rb") as stream:
        tables = Tables(stream)
        try:
            if not tables.has_segment("PT_INTERP") or not tables.has_segment("PT_DYNAMIC"):
                return "it is linked statically, so that no extension module could be loaded", b""
            missing = [name.decode() for name in _WANTED if name not in _exported(tables)]
            if missing:
                return _NOT_EXPORTED.format(names=", ".join(missing)), b""
            plan = plan_image(tables, facts.machine)
        except ELFError as error:
            return f"it cannot be read: {error}", b""
    return ("it has " + plan.why if not plan.block else ""), plan.block


def _no_program(file: FileFacts) -> str:
    with open(file.local_path, "rb") as stream:
        words = stream.read(1 << 16)
    if words.startswith(FAILED):
        return _NOT_LINKED.format(words=words[len(FAILED) :].decode("utf-8", "replace"))
    return "it is no ELF program"


def _exported(tables: Tables) -> set[bytes]:
    """The names that the dynamic symbol table defines."""
    strings = tables.bytes_at(tables.strings, tables.last["DT_STRSZ"])
    return {
        strings[name : strings.index(b"\0", name)]
        for name, _, _, section, _, _ in _SYMBOL.iter_unpack(symbols(tables))
        if name and section
    }


def _without(interpreter: Interpreter, omitted: set[str], libpython: str) -> Interpreter:
    files = tuple(placed for placed in interpreter.files if placed.stored_path not in omitted)
    return replace(interpreter, libpython=libpython, files=files)
