"""Functions that take paths, as built-in ones: the loader in C passes on what does not concern the par (passed_on.c).

Until it is there, and where it cannot be, the same functions are Python's (interpose.py).
"""

from __future__ import annotations

import sys

from memfd_par import interpose
from memfd_par.paths import current

TYPE_CHECKING = False  # typing is not imported at start
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any

#: Functions with two paths.
_PAIRS = ("rename", "replace", "link", "symlink")

#: Functions of these modules are also found in those.
_IO = ("_io", "io", "builtins")
_ALSO_IN = {"posix": ("posix", "os"), "_io": _IO, "io": _IO}


def is_bad_time() -> bool:
    """Whether a function of `shutil` runs in any thread: rmtree compares those of `os` that it has put aside with what is there now."""
    if "shutil" not in sys.modules:
        return False
    for frame in sys._current_frames().values():
        current_frame: FrameType | None = frame
        while current_frame is not None:
            if current_frame.f_globals.get("__name__") == "shutil":
                return True
            current_frame = current_frame.f_back
    return False


def install(loader: Any) -> None:
    """Replaces the functions in Python, where nobody else has replaced them.

    Args:
        loader: the module `memfd_par._native`.
    """
    replaced = {}
    for real, ours in interpose.replaced:
        function = _make(loader, real, ours)
        if function is None:
            continue
        replaced[ours] = function
        name = real.__name__
        for module in _ALSO_IN[real.__self__.__name__]:
            namespace = getattr(sys.modules.get(module), "__dict__", {})
            if namespace.get(name) is ours:
                namespace[name] = function
    interpose.add_abilities(replaced)


def _make(loader: Any, real: Any, ours: Callable[..., Any]) -> Any:
    """The built-in function; None if this Python's own cannot be called by the loader."""
    files = current()
    roots = (*files.roots, None)[:2]
    encoded = [root if root is None else root.encode("utf-8", "surrogateescape") for root in roots]
    name = real.__name__
    signature = f"{name}{real.__text_signature__}\n--\n\n" if real.__text_signature__ else ""
    doc = signature + (real.__doc__ or "")
    function = loader.pass_on(
        real,
        ours,
        (*roots, *encoded),
        name.encode(),
        doc.encode(),
        real.__module__,
        2 if name in _PAIRS else 1,
        name == "access",
        name == "open" and real.__self__.__name__ != "posix",
    )
    if function is not None:
        function.__self__.__name__ = real.__self__.__name__
    return function
