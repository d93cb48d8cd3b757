"""Which libraries of a carried interpreter go into a par: those that something in it needs. Pure: facts in, names out."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from packer.digest import FileFacts
from packer.elf import ElfFacts
from packer.interpreter import Interpreter, Placed

_LIBRARIES = "lib"  # their folder


def only_needed(
    interpreter: Interpreter, facts: Mapping[str, FileFacts], others: Iterable[str]
) -> Interpreter:
    """Without the libraries that neither its modules that are carried, nor libpython, nor the program need.

    Args:
        interpreter: its files.
        facts: of all files, by local path.
        others: local paths of the program's files.
    """
    libraries = {
        placed.stored_path: placed
        for placed in interpreter.files
        if placed.module is None
        and posixpath.dirname(placed.stored_path) == _LIBRARIES
        and placed.stored_path != interpreter.libpython
    }
    known: dict[str, list[Placed]] = defaultdict(list)
    for path, placed in libraries.items():
        native = _facts(facts, placed.file.local_path)
        for name in {posixpath.basename(path), native.soname if native else None}:
            if name:
                known[name].append(placed)
    waiting = [placed.file.local_path for placed in interpreter.files if placed.stored_path not in libraries]
    waiting += others
    kept: set[str] = set()
    while waiting:
        native = _facts(facts, waiting.pop())
        for entry in native.needed if native else ():
            for placed in known.pop(posixpath.basename(entry.name), ()):
                kept.add(placed.stored_path)
                waiting.append(placed.file.local_path)
    return replace(
        interpreter,
        files=tuple(
            placed
            for placed in interpreter.files
            if placed.stored_path not in libraries or placed.stored_path in kept
        ),
    )


def _facts(facts: Mapping[str, FileFacts], local_path: str) -> ElfFacts | None:
    known = facts.get(local_path)
    return known.native.facts if known and known.native else None
