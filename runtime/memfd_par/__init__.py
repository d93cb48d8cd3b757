"""The runtime of a par: what runs inside one file with native code, without ever unpacking it.

Programs may use what is named in `__all__`; all else belongs to the runtime itself.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # typing is not imported at start
if TYPE_CHECKING:
    from os import PathLike

    from memfd_par.image import Image

    _Tuple = tuple[Image, ...]
else:
    _Tuple = tuple

__all__ = ["Loaded", "__version__", "loaded", "real_path"]

__version__ = "0.1.0"


class Loaded(_Tuple):
    """The native members that are mapped, in load order; `str` of it is a table."""

    __slots__ = ()

    def __str__(self) -> str:
        rows = [["SONAME", "MODULE", "SIZE", "TIER", "MEMBER", "WHY"]]
        rows += [[i.soname, i.module or "-", str(i.size), i.tier, i.member, i.why] for i in self]
        if not any(image.why for image in self):
            rows = [row[:-1] for row in rows]
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        lines = []
        for row in rows:
            cells = [row[c].rjust(widths[c]) if c == 2 else row[c].ljust(widths[c]) for c in range(len(row))]
            lines.append("  ".join(cells).rstrip())
        return "\n".join(lines)


def loaded() -> Loaded:
    """What is loaded from the par into memory in this process.

    Returns:
        One `Image` each: `soname`, `module` (dotted name, or None for a library), `size` in bytes, `tier`
        (how it was loaded: "sparse", "full" or "plain"), `member` (stored path) and `why` (what forbade a better
        tier). Empty outside of a par.
    """
    loader = sys.modules.get("memfd_par.loader")
    images = getattr(loader, "_images", {}).get("")
    return Loaded(images.loaded() if images is not None else ())


def real_path(path: str | PathLike[str]) -> str:
    """A path that C code can open as well, for a file or folder of the par and all that is in it.

    The files are copied into a folder in memory, on first use, where they stay until the process ends.

    Args:
        path: a path below the par, such as `__file__` makes, or one relative to the par.

    Raises:
        OSError: there is no such file or folder, or no folder can be made in memory (the text says what to do).
    """
    from memfd_par import memory_tree

    return memory_tree.real_path(path if isinstance(path, str) else path.__fspath__())
