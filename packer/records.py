"""RECORD files for distributions that come without: rules_python leaves them out of the libraries that it makes."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Mapping

from packer.request import InputFile


def missing_records(members: Mapping[str, InputFile]) -> dict[str, bytes]:
    """The content of each RECORD that is missing, by stored path: which files of a distribution the par has.

    A distribution's files are those that lie below one import root with its metadata. Where several share a root, as in
    a tree that an installer made, nobody can tell, and nothing is made up. Hashes and sizes may be left out (PyPA
    "Recording installed projects").

    Args:
        members: of a layout, by stored path.
    """
    roots: dict[str, list[str]] = defaultdict(list)
    for stored_path, file in members.items():
        root = file.runfiles_path.removesuffix("/" + stored_path)
        if root != file.runfiles_path:
            roots[root].append(stored_path)
    made = {}
    for paths in roots.values():
        folders = {path.partition("/")[0] for path in paths if path.endswith(".dist-info/METADATA")}
        if len(folders) != 1:
            continue
        record = folders.pop() + "/RECORD"
        if record not in members:
            text = io.StringIO()
            csv.writer(text, lineterminator="\n").writerows(
                [path, "", ""] for path in sorted([*paths, record])
            )
            made[record] = text.getvalue().encode("utf-8", "surrogateescape")
    return made
