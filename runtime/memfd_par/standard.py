"""The machine's standard library, imported in fewer steps: its modules lie where their names say.

importlib's own finders list each folder, look at five suffixes, and look at the source twice. Here it is one look at the
source, and one reading of the byte-code, which is valid under the same conditions (PEP 552). Whatever is not as usual is left to
them: extension modules, byte-code that is missing, stale or checked by a hash, and versions of Python before 3.11.
"""

from __future__ import annotations

import _imp
import marshal
import sys
from _frozen_importlib import ModuleSpec
from _frozen_importlib_external import MAGIC_NUMBER, SourceFileLoader

# As they are before the par's file system is below them: these paths are not the par's.
from posix import O_CLOEXEC, O_RDONLY, close, open, read, stat, stat_result

TYPE_CHECKING = False  # typing is not imported at start
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import CodeType
    from typing import Any

_FOLDER: str = getattr(sys, "_stdlib_dir", None) or ""
_NAMES: frozenset[str] = getattr(sys, "stdlib_module_names", frozenset())
_SUFFIX = ".%s%s.pyc" % (
    sys.implementation.cache_tag,
    ".opt-%d" % sys.flags.optimize if sys.flags.optimize else "",
)

#: PEP 552: what a file of byte-code begins with that is valid as long as its source has this date and size.
_MAGIC = MAGIC_NUMBER + bytes(4)
_HEADER = 16
_MASK = 0xFFFFFFFF

#: Bytes that are read at once.
_PIECE = 1 << 16

#: st_mode of a regular file: inode(7).
_TYPE, _REGULAR = 0o170000, 0o100000

#: What was on sys.path before the standard library when that was last looked at.
_before: list[str] | None = None


class StandardLoader(SourceFileLoader):
    """A loader that has looked at the source already."""

    def __init__(self, name: str, path: str, cached: str, status: stat_result) -> None:
        super().__init__(name, path)
        self._cached = cached
        self._status: stat_result | None = status

    def get_code(self, fullname: str) -> CodeType | None:
        """The code, of a byte-code file that is valid; importlib's own way in all other cases."""
        code = None
        status, self._status = self._status, None  # who asks once more may ask much later
        if status is not None and self.name == fullname:
            code = _code(self._cached, status)
        if code is None:
            return super().get_code(fullname)
        _imp._fix_co_filename(code, self.path)  # type: ignore[attr-defined]  # not in typeshed
        return code


def find_spec(fullname: str, path: Sequence[str] | None, root: str) -> ModuleSpec | None:
    """The spec of a module in Python of the standard library; None where importlib is to find it, or nothing.

    Args:
        fullname: as finders get it (PEP 451).
        path: the same; None for a module of the top level.
        root: the par's entry of sys.path, which has been asked already.
    """
    top, _, rest = fullname.partition(".")
    if top not in _NAMES or not _comes_first(root) or sys.pycache_prefix is not None:
        return None
    folder = _FOLDER
    if rest:
        folder += "/" + fullname.rpartition(".")[0].replace(".", "/")
        if path is None or [*path] != [folder]:
            return None
    tail = fullname.rpartition(".")[2]
    base = folder + "/" + tail
    try:
        spec = _spec(fullname, base + ".py", folder + "/__pycache__/" + tail)
    except OSError:
        try:
            spec = _spec(fullname, base + "/__init__.py", base + "/__pycache__/__init__")
        except OSError:
            return None
        spec.submodule_search_locations = [base]
    return spec


def _comes_first(root: str) -> bool:
    """Whether nothing that exists is on sys.path before the standard library, but for the par."""
    global _before
    try:
        before = sys.path[: sys.path.index(_FOLDER)]
    except ValueError:
        return False
    if before != _before:
        for entry in before:
            if type(entry) is str and entry != root and not _is_absent(entry):
                return False
        _before = before
    return True


def _is_absent(entry: str) -> bool:
    """Whether an entry of sys.path names nothing, wherever the working directory is. A folder of the par does not show to the kernel."""
    if entry[:1] != "/":
        return False
    try:
        stat(entry)
    except FileNotFoundError:
        return True
    except (OSError, ValueError):
        pass
    return False


def _spec(fullname: str, path: str, cached: str) -> ModuleSpec:
    status = stat(path)
    if status.st_mode & _TYPE != _REGULAR:
        raise FileNotFoundError
    cached += _SUFFIX
    spec: Any = ModuleSpec(fullname, StandardLoader(fullname, path, cached, status), origin=path)
    spec.has_location = True
    spec.cached = cached
    return spec  # type: ignore[no-any-return]


def _code(path: str, status: stat_result) -> CodeType | None:
    """The code in a file of byte-code, if it is that of a source of this status."""
    try:
        fd = open(path, O_RDONLY | O_CLOEXEC)
    except OSError:
        return None
    try:
        data = read(fd, _PIECE)
        while len(data) % _PIECE == 0:
            more = read(fd, _PIECE)
            if not more:
                break
            data += more
    except OSError:
        return None
    finally:
        close(fd)
    valid = (int(status.st_mtime) & _MASK).to_bytes(4, "little") + (status.st_size & _MASK).to_bytes(
        4, "little"
    )
    if data[:_HEADER] != _MAGIC + valid:
        return None
    try:
        code: CodeType = marshal.loads(memoryview(data)[_HEADER:])
    except (EOFError, TypeError, ValueError):
        return None
    return code if type(code) is type(find_spec.__code__) else None
