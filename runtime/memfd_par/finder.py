"""Finders: the par on sys.meta_path, and a path hook that claims every path below the par.

Without the hook, PathFinder would hand such paths to zipimport, which reads the whole zip directory first.
"""

from __future__ import annotations

import sys
from _frozen_importlib import ModuleSpec
from _frozen_importlib_external import ExtensionFileLoader

from memfd_par import format
from memfd_par.index import Index
from memfd_par.loader import ExtensionLoader, ModuleLoader, NamespaceLoader, as_import_error

TYPE_CHECKING = False  # typing is not imported at start
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


#: Standard modules that patches.py changes after their import.
_PATCHED = frozenset(("ctypes", "ctypes.util", "importlib._common", "sqlite3", "ssl", "subprocess"))


class Spec(ModuleSpec):
    """A spec without a byte-code file: `__cached__` stays unset."""

    cached = None


class Finder:
    """Finds by the full name: one dictionary for the whole par, no search along a path."""

    def __init__(self, index: Index) -> None:
        self.index = index

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:
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
        if entry is not None:
            return make_spec(self.index, fullname, key, entry)
        if fullname in _PATCHED:
            from memfd_par import patches

            return patches.find_spec(self.index, fullname, path)
        return None

    def _find_before(self, fullname: str) -> ModuleSpec | None:
        """What the program has put on sys.path before the par."""
        root = self.index.archive.root
        if root not in sys.path:
            return None
        from _frozen_importlib_external import PathFinder

        return PathFinder.find_spec(fullname, sys.path[: sys.path.index(root)])

    def invalidate_caches(self) -> None:
        """A par does not change."""


class FolderFinder:
    """Finds by the last name in one folder of the par: for `sys.path`, `__path__` and pkgutil."""

    def __init__(self, index: Index, folder: str) -> None:
        self.index = index
        self.prefix = folder + "/" if folder else ""

    def find_spec(self, fullname: str, target: object = None) -> ModuleSpec | None:
        """The spec of a module in this folder, or None."""
        key = self.prefix + fullname.rpartition(".")[2]
        entry = self.index.module(key)
        if entry is None:
            return None
        spec = make_spec(self.index, fullname, key, entry)
        if entry[0] & format.NAMESPACE:
            spec.loader = None  # PathFinder joins the portions
        return spec

    def invalidate_caches(self) -> None:
        """A par does not change."""

    def iter_modules(self, prefix: str = "") -> Iterator[tuple[str, bool]]:
        """Names and whether they are packages, for pkgutil.iter_modules."""
        for name, kind in sorted(self._children()):
            if not kind & format.NAMESPACE and "." not in name:
                yield prefix + name, bool(kind & format.PACKAGE)

    def _children(self) -> Iterator[tuple[str, int]]:
        tops = [self.prefix.partition("/")[0]] if self.prefix else self.index.tops()
        for top in tops:
            for key, entry in self.index.modules(top).items():
                head, _, name = key.rpartition("/")
                if head == self.prefix[:-1]:
                    yield name, entry[0]


class PathHook:
    """Gives a FolderFinder for each folder of the par (sys.path_hooks)."""

    def __init__(self, index: Index) -> None:
        self.index = index

    def __call__(self, path: object) -> FolderFinder:
        """Raises ImportError for paths elsewhere and for the par's files."""
        from memfd_par.filesystem import current

        root = self.index.archive.root
        text = current().within(path + "/") if isinstance(path, str) else None
        if text is None or not isinstance(path, str):
            raise ImportError("not a path in " + root)
        folder = text[len(root) :].strip("/")
        if folder and folder in self.index.files(folder.partition("/")[0]):
            raise ImportError("a file, not a folder", path=path)
        return FolderFinder(self.index, folder)


def make_spec(index: Index, name: str, key: str, entry: tuple[int, Any, int, str | None]) -> ModuleSpec:
    """The spec of one entry of the index, under the name by which it is asked for."""
    kind, offset, _, stored_path = entry
    root = index.archive.root
    if kind & format.NAMESPACE:
        namespace: Any = NamespaceLoader(name, key, index)
        spec = Spec(name, namespace, is_package=True)
        spec.submodule_search_locations = [root + key]
        return spec
    stored_path = stored_path or format.module_path(key, kind)
    real_files = index.header["real_files"]
    if real_files and stored_path.partition("/")[0] in real_files:
        from memfd_par.memory_tree import root_of

        root = root_of(real_files)
    path = root + stored_path
    loader: Any
    if kind & format.EXTENSION and offset < 0:
        loader = ExtensionFileLoader(name, path)
    elif kind & format.EXTENSION:
        loader = ExtensionLoader(name, path, index, kind, offset)
    else:
        loader = ModuleLoader(name, path, index, entry)
    spec = Spec(name, loader, origin=path, is_package=bool(kind & format.PACKAGE))
    if kind & format.PACKAGE:
        spec.submodule_search_locations = [path.rpartition("/")[0]]
    spec.has_location = True
    return spec
