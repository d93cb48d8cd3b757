"""Where the runfiles of a target are in its par: what the runfiles libraries ask for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from packer.request import InputFile


def apparent_names(lines: Iterable[str]) -> dict[str, str]:
    """Names of repositories that runfiles paths may begin with, to their folders in the runfiles.

    The runfiles libraries map a name as the repository has it whose code asks. Here it is as the main repository has it, or,
    where that has none, as all others have it that do; what means different things to these is left out.

    Args:
        lines: of Bazel's repository mapping: the repository that has the name (empty: the main one), the name, and
            the folder.
    """
    main: dict[str, str] = {}
    others: dict[str, set[str]] = {}
    for line in lines:
        source, name, folder = line.rstrip("\n").split(",")
        if source:
            others.setdefault(name, set()).add(folder)
        else:
            main[name] = folder
    return {**{name: folders.pop() for name, folders in others.items() if len(folders) == 1}, **main}


def places(members: Mapping[str, InputFile], repositories: Mapping[str, str] = {}) -> dict[str, str]:
    """Stored paths by runfiles path; that of a folder stands for all below it which have no entry of their own.

    Most entries are import roots, which lie over each other in the par: their place is "".

    Args:
        members: of a layout, by stored path.
        repositories: more names of repositories, to their folders.
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
    found.update(single)
    for name, folder in repositories.items():
        for path, place in list(found.items()):
            if path == folder or path.startswith(folder + "/"):
                found.setdefault(name + path[len(folder) :], place)
    return dict(sorted(found.items()))


def place_of(runfiles_path: str, places: Mapping[str, str]) -> str | None:
    """The stored path of a runfile, found as the runfiles libraries find it: by the longest entry; None without one."""
    prefix = runfiles_path
    while prefix:
        if prefix in places:
            return (places[prefix] + runfiles_path[len(prefix) :]).lstrip("/")
        prefix = prefix.rpartition("/")[0]
    return None
