"""The loader of extension modules."""

from __future__ import annotations

from _frozen_importlib_external import ExtensionFileLoader

from memfd_par.loader import FromPar, as_import_error, images

TYPE_CHECKING = False  # typing is not imported at start
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from memfd_par.index import Index


class ExtensionLoader(FromPar, ExtensionFileLoader):  # type: ignore[misc]  # typeshed: its own bases disagree
    """An extension module, loaded from memory."""

    def __init__(self, name: str, path: str, index: Index, kind: int, number: int) -> None:
        self.name = name
        self.path = path
        self.index = index
        self.kind = kind
        self.number = number

    def create_module(self, spec: Any) -> ModuleType:
        """Maps the member and calls its PyInit function (PEP 489)."""
        try:
            module = images(self.index).load_module(self.number, spec)
        except OSError as error:
            raise as_import_error(error, spec.name) from None
        # Cython takes the path that was loaded; the importer sets `__file__` only where there is none.
        try:
            module.__file__ = self.path
        except AttributeError:
            pass  # PEP 489 lets a module be any object
        return module
