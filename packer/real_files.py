"""Distributions and folders that must be real files when the program runs (attribute `real_files`)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

from packer.errors import PackError
from packer.layout import Layout

UNKNOWN = (
    "{target}: real_files names {name!r}, which is neither a distribution nor a file or folder at the top of the par{hint}. "
    "Name a distribution as it is called on PyPI, or a folder as `unzip -l` shows it."
)

_INFO = re.compile(r"([^/]+?)-[^/-]+\.dist-info/RECORD")


def real_tops(
    names: Sequence[str], layout: Layout, target: str, made: Mapping[str, bytes] | None = None
) -> list[str]:
    """First components of all stored paths that the names mean.

    Args:
        names: distributions, as in their metadata (PEP 503 decides what is equal), or first components.
        layout: of the target.
        target: label, for the error.
        made: RECORD files that are no members, by stored path.

    Raises:
        PackError: the par has nothing of that name.
    """
    records = {}
    made = made or {}
    for path in [*layout.members, *made]:
        match = _INFO.fullmatch(path)
        if match:
            records[_normalized(match[1])] = path
    tops = {path.partition("/")[0] for path in layout.members}
    found: set[str] = set()
    for name in names:
        record = records.get(_normalized(name))
        if record is not None:
            data = made.get(record) or Path(layout.members[record].local_path).read_bytes()
            found.update(_tops_of(data.decode("utf-8", "surrogateescape")) & tops)
        elif name in tops:
            found.add(name)
        else:
            close = get_close_matches(name, sorted(tops.union(records)), 3)
            hint = " (did you mean %s?)" % " or ".join(close) if close else ""
            raise PackError(UNKNOWN.format(target=target, name=name, hint=hint))
    return sorted(found)


def _tops_of(record: str) -> set[str]:
    paths = [row[0] for row in csv.reader(io.StringIO(record, newline="")) if row]
    return {path.partition("/")[0] for path in paths if ".dist-info/" not in path}


def _normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
