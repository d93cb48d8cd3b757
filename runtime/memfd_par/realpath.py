"""`os.path.realpath` for paths below the par.

The real one looks at each folder above a file if it is strict, and finds that the par is none.
"""

from __future__ import annotations

import posix

from memfd_par.paths import plain

TYPE_CHECKING = False  # typing is not imported at start
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from memfd_par.filesystem import FileSystem

_ENOTDIR = 20


def make(files: FileSystem, real: Any) -> Callable[..., Any]:
    """The function that takes the place of `real`, posixpath's own; its first argument is left out by the caller."""

    def realpath(_: FileSystem, filename: Any, **kwargs: Any) -> Any:
        text = files.within(filename)
        if text is None:
            try:
                return real(filename, **kwargs)
            except NotADirectoryError:
                text = files.spelled_otherwise(filename)
                if text is None:
                    raise
        strict = kwargs.get("strict", False)
        if "\0" in text and not strict:
            return real(filename)  # raises ValueError
        encode = isinstance(plain(filename), bytes)
        base = current = files.root[:-1]
        parts = text[len(files.root) :].split("/")
        for number, part in enumerate(parts, 1):
            if part in ("", "."):
                continue
            if part == "..":
                if current == base:
                    found = real("/".join([base.rpartition("/")[0], *parts[number:]]) or "/", **kwargs)
                    return found.encode("utf-8", "surrogateescape") if encode else found
                current = current.rpartition("/")[0]
                continue
            current += "/" + part
            if not strict:
                continue
            shown = current.encode("utf-8", "surrogateescape") if encode else current
            try:
                folder = posix.lstat(shown).st_mode & 0o170000 == 0o040000
            except FileNotFoundError:
                if strict is True:
                    raise
                continue  # os.path.ALLOW_MISSING
            if not folder and number < len(parts) and looks_at_folders():
                raise OSError(_ENOTDIR, posix.strerror(_ENOTDIR), shown)
        found = real(base) + current[len(base) :]
        return found.encode("utf-8", "surrogateescape") if encode else found

    def looks_at_folders() -> bool:
        """Whether this Python's own realpath finds out that something before the last part is a file."""
        try:
            real(files.root + "..", strict=True)
        except NotADirectoryError:
            return True
        return False

    return realpath
