"""Where the runfiles of a target are in its par: what the runfiles libraries ask for."""

from __future__ import annotations

from collections.abc import Mapping

from packer.request import InputFile


def places(members: Mapping[str, InputFile]) -> dict[str, str]:
    """Stored paths by runfiles path; that of a folder stands for all below it which have no entry of their own.

    Most entries are import roots, which lie over each other in the par: their place is "".

    Args:
        members: of a layout, by stored path.
    """
    found: dict[str, str] = {}
    for stored_path, file in members.items():
        root = file.runfiles_path.removesuffix("/" + stored_path)
        if root != file.runfiles_path:
            found[root] = ""
    single = {
        file.runfiles_path: stored_path
        for stored_path, file in members.items()
        if place_of(file.runfiles_path, found) != stored_path and not stored_path.startswith("memfd_par/")
    }
    return dict(sorted({**found, **single}.items()))


def place_of(runfiles_path: str, places: Mapping[str, str]) -> str | None:
    """The stored path of a runfile, found as the runfiles libraries find it: by the longest entry; None without one."""
    prefix = runfiles_path
    while prefix:
        if prefix in places:
            return (places[prefix] + runfiles_path[len(prefix) :]).lstrip("/")
        prefix = prefix.rpartition("/")[0]
    return None
