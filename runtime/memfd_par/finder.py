"""Finders: the par on sys.meta_path, and a path hook that claims every path below the par.

Without the hook, PathFinder would hand such paths to zipimport, which reads the whole zip directory first.
"""

from __future__ import annotations

import sys
from _frozen_importlib import ModuleSpec
from _frozen_importlib_external import ExtensionFileLoader, PathFinder

from memfd_par import format, standard
from memfd_par.index import Index
from memfd_par.loader import ModuleLoader, as_import_error

TYPE_CHECKING = False  # typing is not imported at start
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from memfd_par.folder_finder import FolderFinder


#: Standard modules that patches.py changes after their import.
_PATCHED = frozenset(("ctypes", "ctypes.util", "importlib._common", "sqlite3", "ssl", "subprocess", "venv"))


class Spec(ModuleSpec):
    """A spec without a byte-code file: `__cached__` stays unset."""

    cached = None


class Finder:
    """Finds by the full name: one dictionary for the whole par, no search along a path."""

    def __init__(self, index: Index) -> None:
        self.index = index

    def find_spec(self, fullname: str, path: Any = None, target: object = None) -> ModuleSpec | None:
        """The spec of a module of the par, or None (PEP 451)."""
        if path is None and sys.path and sys.path[0] != self.index.archive.root:
            found = self._find_before(fullname)
            if found is not None:
                return found
        key = fullname.replace(".", "/")
        try:
            entry = self.index.module(key)
        except OSError as error:
            raise as_import_error(error, fullname) from None
        spec: ModuleSpec | None = None
        if entry is not None:
            is_standard = self._is_standard(entry)
            if is_standard and path is None:
                found = self._find_between(fullname)
                if found is not None:
                    return found
            spec = make_spec(self.index, fullname, key, entry)
            if fullname not in _PATCHED or not is_standard:
                return spec
        elif fullname in _PATCHED:
            spec = PathFinder.find_spec(fullname, path)
            if spec is not None and not _is_interpreters(spec):
                return spec
        elif not self.index.header["stdlib"]:
            return standard.find_spec(fullname, path, self.index.archive.root)
        if spec is not None:
            from memfd_par import patches

            patches.attach(self.index, spec)
        return spec

    def _is_standard(self, entry: tuple[int, Any, int, str | None]) -> bool:
        """Whether a module is one of the standard library that the par carries."""
        folder = self.index.header["stdlib"]
        return bool(folder) and entry[3] is not None and entry[3].startswith(folder + "/")

    def _find_before(self, fullname: str) -> ModuleSpec | None:
        """What the program has put on sys.path before the par."""
        root = self.index.archive.root
        if root not in sys.path:
            return None
        return PathFinder.find_spec(fullname, sys.path[: sys.path.index(root)])

    def _find_between(self, fullname: str) -> ModuleSpec | None:
        """What the program has put on sys.path between the par and the standard library that it carries."""
        root = self.index.archive.root
        standard_folder = root + self.index.header["stdlib"]
        if sys.path[1:2] == [standard_folder] or root not in sys.path or standard_folder not in sys.path:
            return None
        return PathFinder.find_spec(
            fullname, sys.path[sys.path.index(root) + 1 : sys.path.index(standard_folder)]
        )

    def invalidate_caches(self) -> None:
        """A par does not change."""


def _is_interpreters(spec: ModuleSpec) -> bool:
    """Whether a module lies where the interpreter's own `encodings` does: programs may have others of such names."""
    own = sys.modules["encodings"].__spec__
    folder = (own.origin or "").rpartition("/encodings/")[0] if own else ""
    return (spec.origin or "").startswith(folder + "/")


def path_hook(index: Index) -> Callable[[object], FolderFinder]:
    """What claims the folders of the par, for sys.path_hooks."""
    root = index.archive.root
    standard = (index.header["stdlib"], index.header["stdlib"] + "/lib-dynload")

    def finder_of(path: object) -> FolderFinder:
        """Raises ImportError for paths elsewhere and for the par's files."""
        from memfd_par.paths import current

        text = current().within(path + "/") if isinstance(path, str) else None
        if text is None or not isinstance(path, str):
            raise ImportError("not a path in " + root)
        folder = text[len(root) :].strip("/")
        # The list of files is not read for folders that every import of what is not there looks into.
        if folder and folder not in standard and _is_in_file(index, folder):
            raise ImportError("a file, or in one, not a folder", path=path)
        from memfd_par.folder_finder import FolderFinder

        modules = folder
        if standard[0] and folder not in standard and folder.startswith(standard[0] + "/"):
            modules = folder[
                len(standard[0]) + 1 :
            ]  # which are not called after the standard library's folder
        return FolderFinder(index, path, folder, modules)

    return finder_of


def _is_in_file(index: Index, path: str) -> bool:
    """Whether a stored path is that of a file, or goes on behind one, as in a zip file; not where the list of files is damaged."""
    end = len(path)
    try:
        while end > 0:
            if index.file(path[:end]) is not None:
                return True
            end = path.rfind("/", 0, end)
    except OSError:
        pass
    return False


def make_spec(index: Index, name: str, key: str, entry: tuple[int, Any, int, str | None]) -> ModuleSpec:
    """The spec of one entry of the index, under the name by which it is asked for."""
    kind, offset, _, stored_path = entry
    root = index.archive.root
    if kind & format.NAMESPACE:
        from memfd_par.namespace_loader import NamespaceLoader

        folder = stored_path or key
        namespace: Any = NamespaceLoader(name, folder, index)
        spec = Spec(name, namespace, is_package=True)
        spec.submodule_search_locations = [root + folder]
        return spec
    stored_path = stored_path or format.module_path(key, kind)
    real_files = index.header["real_files"]
    if real_files and stored_path.partition("/")[0] in real_files:
        from memfd_par.memory_tree import root_of

        root = root_of(real_files)
    path = root + stored_path
    loader: Any
    if not kind & format.EXTENSION:
        loader = ModuleLoader(name, path, index, entry)
    elif offset < 0:
        loader = ExtensionFileLoader(name, path)
    else:
        from memfd_par.extension_loader import ExtensionLoader

        loader = ExtensionLoader(name, path, index, kind, offset)
    spec = Spec(name, loader, origin=path, is_package=bool(kind & format.PACKAGE))
    if kind & format.PACKAGE:
        spec.submodule_search_locations = [path.rpartition("/")[0]]
    spec.has_location = True
    return spec
