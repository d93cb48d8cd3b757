"""The runtime of a par: what runs inside one file with native code, without ever unpacking it.

Programs may use what is named in `__all__`; all else belongs to the runtime itself.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # typing is not imported at start
if TYPE_CHECKING:
    from memfd_par.image import Image

__all__ = ["Loaded", "__version__", "loaded"]

__version__ = "0.1.0"


class Loaded(tuple["Image", ...]):
    """The native members that are mapped, in load order; `str` of it is a table."""

    __slots__ = ()

    def __str__(self) -> str:
        rows = [("SONAME", "MODULE", "SIZE", "TIER", "MEMBER")]
        rows += [(i.soname, i.module or "-", str(i.size), i.tier, i.member) for i in self]
        widths = [max(len(row[column]) for row in rows) for column in range(5)]
        lines = []
        for row in rows:
            cells = [row[c].rjust(widths[c]) if c == 2 else row[c].ljust(widths[c]) for c in range(5)]
            lines.append("  ".join(cells).rstrip())
        return "\n".join(lines)


def loaded() -> Loaded:
    """What is loaded from the par into memory in this process.

    Returns:
        One `Image` each: `soname`, `module` (dotted name, or None for a library), `size` in bytes, `tier`
        (how it was loaded) and `member` (stored path). Empty outside of a par.
    """
    loader = sys.modules.get("memfd_par.loader")
    images = getattr(loader, "_images", None)
    return Loaded(images.loaded() if images is not None else ())
