"""Whether a path leads by the mark of an interpreter (`executable`) through a symbolic link."""

from __future__ import annotations

import posix

from memfd_par.executable import MARK

#: As the kernel has it (path_resolution(7)).
_MOST_LINKS = 40

#: A link itself, which is part of the mark and so is not followed.
_OWN = MARK.rpartition("/")[0]


def leads_by_mark(path: str) -> bool:
    """What `os.path.realpath` does, but that the mark stays; leads_by_mark in runtime/launcher/par.c does the same.

    Args:
        path: absolute.
    """
    done = ""
    rest = path.split("/")[::-1]
    links = 0
    while rest:
        part = rest.pop()
        if part in ("", "."):
            continue
        if part == "..":
            done = done.rpartition("/")[0]
            continue
        place = done + "/" + part
        if place == MARK:
            return True
        try:
            target = posix.readlink(place) if place != _OWN else ""
        except OSError:  # no link
            target = ""
        if not target:
            done = place
            continue
        links += 1
        if links > _MOST_LINKS:
            return False
        if target[0] == "/":
            done = ""
        rest += target.split("/")[::-1]
    return False
