"""The par's tables: which modules, files and native members it has, and where."""

from __future__ import annotations

import marshal

TYPE_CHECKING = False  # typing is not imported at start
if TYPE_CHECKING:
    from typing import Any

    from memfd_par.archive import Archive


class Index:
    """Two levels: a first component's own table is read on first touch (`format` tells the layout)."""

    __slots__ = (
        "_file_tables",
        "_files",
        "_module_tables",
        "_modules",
        "_natives",
        "archive",
        "header",
        "runtime",
    )

    def __init__(self, archive: Archive, header: dict[str, Any], runtime: dict[str, bytes]) -> None:
        self.archive = archive
        self.header = header
        self.runtime = runtime
        self._modules: dict[str, Any] = self._table(header["modules"], "the index of modules")
        self._module_tables: dict[str, dict[str, Any]] = {}
        self._files: dict[str, Any] | None = None
        self._file_tables: dict[str, dict[str, Any]] = {}
        self._natives: list[Any] | None = None

    def module(self, key: str) -> tuple[int, Any, int, str | None] | None:
        """The entry of a module, or None. `key` is its name with `/` for `.`."""
        top = key.partition("/")[0]
        table = self._module_tables.get(top)
        if table is None:
            if top not in self._modules:
                return None
            table = self.modules(top)
        return table.get(key)

    def modules(self, top: str) -> dict[str, Any]:
        """The entries of all modules whose first component is `top`."""
        table = self._module_tables.get(top)
        if table is None:
            block = self._modules.get(top)
            table = self._table(block, "the index of " + top) if block else {}
            if top == "memfd_par":
                table.update(self._own())
            self._module_tables[top] = table
        return table

    def tops(self) -> list[str]:
        """First components of all modules."""
        return list(self._modules)

    def files(self, top: str) -> dict[str, tuple[int, int, int]]:
        """The files whose first path component is `top`; a file in the top folder is its own component."""
        table = self._file_tables.get(top)
        if table is None:
            block = self._file_tops().get(top)
            table = self._table(block, "the list of files in " + top) if block else {}
            self._file_tables[top] = table
        return table

    def file_tops(self) -> list[str]:
        """First path components of all files."""
        return list(self._file_tops())

    def data(self, stored_path: str) -> bytes:
        """The content of a file.

        Raises:
            FileNotFoundError: the par has no such file.
        """
        entry = self.files(stored_path.partition("/")[0]).get(stored_path)
        if entry is None:
            raise FileNotFoundError(2, "No such file or directory", self.archive.root + stored_path)
        offset, stored_size, size = entry
        data = self.archive.read(offset, stored_size, stored_path)
        if stored_size == size:
            return data
        import zlib

        return zlib.decompress(data, -15)

    def native(self, number: int) -> tuple[Any, ...]:
        """The load plan of a native member."""
        if self._natives is None:
            self._natives = self._table(self.header["natives"], "the index of native libraries")
        entry: tuple[Any, ...] = self._natives[number]
        return entry

    def _file_tops(self) -> dict[str, Any]:
        if self._files is None:
            self._files = self._table(self.header["files"], "the index of files")
        return self._files

    def _own(self) -> dict[str, Any]:
        # The runtime's modules come from the boot block: they must load where the rest of the par does not.
        return {
            name.replace(".", "/"): (int(name == "memfd_par"), code, len(code), None)
            for name, code in self.runtime.items()
        }

    def _table(self, block: tuple[int, int, bytes], what: str) -> Any:
        return marshal.loads(self.archive.block(block, what))
