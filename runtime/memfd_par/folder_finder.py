"""The finder of one folder of the par, for `sys.path`, `__path__` and pkgutil."""

from __future__ import annotations

import sys
from _frozen_importlib import ModuleSpec

from memfd_par import format
from memfd_par.finder import make_spec
from memfd_par.loader import as_import_error

TYPE_CHECKING = False  # typing is not imported at start
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType, ModuleType
    from typing import Any

    from memfd_par.index import Index


#: The program of a par that is a script, as `[sys.executable, *sys.argv]` has it.
_AGAIN = """\
import os, sys
os.execv({path!r}, [{path!r}, *sys.argv[1:]])
"""


class Again:
    """The loader of the par's own `__main__`, for runpy: it starts the par."""

    def __init__(self, index: Index) -> None:
        self.index = index

    def create_module(self, spec: ModuleSpec) -> None:
        """The importer's default."""

    def get_code(self, fullname: str) -> CodeType:
        """Code that becomes the par's program."""
        return compile(_AGAIN.format(path=self.index.archive.path), "<string>", "exec", dont_inherit=True)

    def exec_module(self, module: ModuleType) -> None:
        """Becomes the par's program."""
        exec(self.get_code(module.__name__), module.__dict__)


class FolderFinder:
    """Finds by the last name in one folder of the par: for `sys.path`, `__path__` and pkgutil.

    Args:
        index: of the par.
        path: of the folder, as somebody spells it.
        folder: its stored path.
        modules: the key of modules in it, but for the last component.
    """

    def __init__(self, index: Index, path: str, folder: str, modules: str) -> None:
        self.index = index
        self._path = path
        self._folder = folder
        self.prefix = modules + "/" if modules else ""

    def find_spec(self, fullname: str, target: object = None) -> ModuleSpec | None:
        """The spec of a module in this folder, or None."""
        key = self.prefix + fullname.rpartition(".")[2]
        try:
            entry = self.index.module(key)
        except OSError as error:
            raise as_import_error(error, fullname) from None
        if entry is None:
            if key != "__main__" or sys.path[:1] != [self._path]:  # as runpy has put what it runs
                return None
            again: Any = Again(self.index)
            return ModuleSpec(fullname, again)
        spec = make_spec(self.index, fullname, key, entry)
        if entry[0] & format.NAMESPACE:
            spec.loader = None  # PathFinder joins the portions
            name = key.rpartition("/")[2]
            spec.submodule_search_locations = [
                "/".join(filter(None, (self.index.archive.path, self._folder, name)))
            ]
        return spec

    def invalidate_caches(self) -> None:
        """A par does not change."""

    def iter_modules(self, prefix: str = "") -> Iterator[tuple[str, bool]]:
        """Names and whether they are packages, for pkgutil.iter_modules."""
        for name, kind in sorted(self.index.modules(self.prefix[:-1]).items()):
            if not kind & format.NAMESPACE and "." not in name:
                yield prefix + name, bool(kind & format.PACKAGE)
