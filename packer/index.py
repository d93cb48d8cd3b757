"""The tables that the runtime reads instead of the zip directory (`memfd_par.format` tells their layout)."""

from __future__ import annotations

import marshal
from collections.abc import Container, Iterable, Mapping
from typing import Any

from memfd_par import format
from packer.archive import ParArchive, Stored
from packer.layout import Module
from packer.plan import Plans

Block = tuple[int, int, bytes]

#: Bytes of a package's code that are read ahead at most. scipy has 14 MB; of larger ones programs import a part.
_MOST_AHEAD = 16 << 20


class IndexWriter:
    """Collects blocks of marshalled tables."""

    def __init__(self) -> None:
        self._data = bytearray()

    def add(self, table: Any) -> Block:
        """A block for a table."""
        data = marshal.dumps(table)
        offset = len(self._data)
        self._data += data
        return offset, len(data), format.checksum(data)

    def write(self, archive: ParArchive, stored_path: str) -> int:
        """Adds the index to the archive. Returns its offset in the file."""
        return archive.add_bytes(stored_path, bytes(self._data)).offset


def folder_tables(
    entries: Mapping[str, Any],
    tables: IndexWriter,
    extents: Mapping[str, tuple[int, int]] | None = None,
    inline: Container[str] = (),
) -> dict[str, Any]:
    """Adds the tables of all folders of a tree but the root.

    Args:
        entries: by path.
        tables: to add to.
        extents: offset and size of what else is read ahead with the tables below a first component.
        inline: folders whose tables stand in the place of blocks, by path.

    Returns:
        The table of the root.
    """
    folders: dict[str, dict[str, Any]] = {"": {}}
    for path in sorted(entries):
        folder, _, name = path.rpartition("/")
        folders.setdefault(folder, {})[name] = entries[path]
        while folder:
            folder = folder.rpartition("/")[0]
            folders.setdefault(folder, {})
    first: dict[str, int] = {}  # where the tables below a first component begin
    for folder in sorted(filter(None, folders), reverse=True):  # what lies in one comes before it
        above, _, name = folder.rpartition("/")
        if folder in inline:
            folders[above][name + "/"] = folders[folder]
            continue
        block = tables.add(folders[folder])
        start = first.setdefault(folder.partition("/")[0], block[0])
        if extents and not above:
            folders[above][name + "/"] = (*block, *extents.get(folder, (0, 0)), start)
        else:
            folders[above][name + "/"] = block
    return folders[""]


def is_test(path: str) -> bool:
    """Whether a module is of a package's own tests: often more than half of its code, and what no program imports."""
    return not {"test", "tests"}.isdisjoint(path.split("/")[1:])


def code_extents(modules: Mapping[str, tuple[int, int, int, str | None]]) -> dict[str, tuple[int, int]]:
    """Offset and size of the part of the file that holds the code of the modules below each first component, without tests.

    Where they do not all lie together, as those of several folders do that make one package, the largest part counts. Of size 0
    where that is too large to be read for the few modules that a program may want.

    Args:
        modules: their entries, by key.
    """
    places: dict[str, list[tuple[int, int]]] = {}
    for key, (kind, offset, size, path) in modules.items():
        if not kind & format.EXTENSION and size > 0 and not is_test(path or key):
            places.setdefault(key.partition("/")[0], []).append((offset, size))
    extents: dict[str, tuple[int, int]] = {}
    for top, found in places.items():
        parts = [(0, 0)]
        for offset, size in sorted(found):
            start, length = parts[-1]
            if start + length == offset:
                parts[-1] = (start, length + size)
            else:
                parts.append((offset, size))
        largest = max(parts, key=lambda part: part[1])
        extents[top] = largest if largest[1] <= _MOST_AHEAD else (0, 0)
    return extents


def module_entries(
    modules: Mapping[str, Module],
    code: Mapping[str, tuple[int, int]],
    numbers: Mapping[str, int],
) -> dict[str, tuple[int, int, int, str | None]]:
    """The entry of each module.

    Args:
        modules: by key.
        code: offset and size in the file of each source's code, by stored path; size -1 without code.
        numbers: of native members, by stored path.
    """
    entries: dict[str, tuple[int, int, int, str | None]] = {}
    for key, module in modules.items():
        path = module.stored_path
        if path is None:
            entries[key] = (module.kind, 0, 0, module.folder)
        elif module.kind & format.EXTENSION:
            entries[key] = (module.kind, numbers.get(path, -1), 0, path)  # -1: among the real files
        else:
            default = not module.kind & format.SOURCELESS and format.module_path(key, module.kind) == path
            entries[key] = (module.kind, *code[path], None if default else path)
    return entries


def packed(entry: tuple[int, int, int, str | None]) -> int | tuple[int, int, int, str | None]:
    """An entry of a module as its folder's table has it."""
    kind, offset, size, path = entry
    if kind & ~format.PACKAGE or path is not None or size < 0:
        return entry
    return format.packed(kind, offset, size)


def native_entries(
    plans: Plans, stored: Mapping[str, Stored], empty: Iterable[str]
) -> tuple[list[tuple[Any, ...]], dict[str, int]]:
    """The table of native members, and the number of each stored path, aliases included.

    Args:
        plans: load plans by stored path.
        stored: where each member lies.
        empty: members of 0 bytes that are named like extension modules: importing one tells.
    """
    numbers = {path: number for number, path in enumerate(sorted([*plans.plans, *empty]))}
    entries: list[tuple[Any, ...]] = []
    for path in numbers:
        plan = plans.plans.get(path)
        if plan is None:
            entries.append((0, 0, path, None, None, (), (), (), b"", ""))
            continue
        loads = tuple(numbers[needed] for needed in plan.loads)
        group = tuple(numbers[other] for other in plan.group)
        place = stored[path]
        names = (path, plan.soname, plan.link_name)
        image = (plan.image.block, plan.image.why)
        entries.append((place.offset, place.size, *names, loads, plan.patches, group, *image))
    for alias, canonical in plans.aliases.items():
        if canonical in numbers:
            numbers[alias] = numbers[canonical]
    return entries, numbers
