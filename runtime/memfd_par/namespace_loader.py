"""The loader of packages that are no more than folders."""

from __future__ import annotations

from memfd_par import format
from memfd_par.loader import FromPar

TYPE_CHECKING = False  # typing is not imported at start
if TYPE_CHECKING:
    from types import CodeType, ModuleType
    from typing import Any

    from memfd_par.index import Index


class NamespaceLoader(FromPar):
    """A package without `__init__` (PEP 420)."""

    kind = format.PACKAGE

    def __init__(self, name: str, folder: str, index: Index) -> None:
        self.name = name
        self.path = index.archive.root + folder + "/"
        self.index = index

    def create_module(self, spec: Any) -> None:
        """The importer's default."""

    def exec_module(self, module: ModuleType) -> None:
        """There is nothing to run."""

    def get_code(self, fullname: str) -> CodeType:
        """Empty code, for runpy."""
        return compile("", "<string>", "exec", dont_inherit=True)

    def get_source(self, fullname: str) -> str:
        """Empty source."""
        return ""
