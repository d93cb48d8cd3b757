"""The par's tables: which modules, files and native members it has, and where."""

from __future__ import annotations

import marshal

from memfd_par import format

TYPE_CHECKING = False  # typing is not imported at start
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any

    from memfd_par.archive import Archive
    from memfd_par.native import Native


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

    def __init__(self, archive: Archive, header: dict[str, Any], runtime: dict[str, Any]) -> None:
        self.archive = archive
        self.header = header
        self.runtime = runtime
        self._modules: dict[str, Any] = self._table(header["modules"], "the index of modules")
        self._module_tables: dict[str, dict[str, Any]] = {}
        self._files: dict[str, Any] | None = None
        self._file_tables: dict[str, dict[str, Any]] = {}
        self._natives: list[Native] | None = None

    def module(self, key: str) -> tuple[int, Any, int, str | None] | None:
        """The entry of a module, or None. `key` is its name with `/` for `.`."""
        top = key.partition("/")[0]
        table = self._module_tables.get(top)
        if table is None:
            name = key.replace("/", ".")
            if top == "memfd_par" and name in self.runtime:
                return self.own(name)
            if top not in self._modules:
                return None
            table = self.modules(top)
        entry = table.get(key)
        if entry is None and key.endswith("/__init__"):
            # A package's own source is also a module in its folder; code that imports it by that name exists.
            package = table.get(key[: -len("/__init__")])
            if package is not None and package[0] & (format.PACKAGE | format.NAMESPACE) == format.PACKAGE:
                path = package[3] or format.module_path(key[: -len("/__init__")], package[0])
                return (package[0] & ~format.PACKAGE, package[1], package[2], path)
        return entry

    def modules(self, top: str) -> dict[str, Any]:
        """The entries of all modules whose first component is `top`."""
        table = self._module_tables.get(top)
        if table is None:
            block = self._modules.get(top)
            if block:
                table = self._table(block, "the index of " + top)
                self.archive.read_ahead(block[3], block[4])
            else:
                table = {}
            if top == "memfd_par":
                table.update((name.replace(".", "/"), self.own(name)) for name in self.runtime)
            self._module_tables[top] = table
        return table

    def own(self, name: str) -> tuple[int, Any, int, str | None]:
        """The entry of a module of the runtime that came with the boot block: its name in place of an offset (`own_code`)."""
        return int(name == "memfd_par"), name, 0, None

    def own_code(self, name: str) -> CodeType:
        """The code of a module of the runtime that came with the boot block.

        Raises:
            OSError: it has been executed, and the par can no longer be read.
        """
        code = self.runtime[name]
        if code is None:
            code = marshal.loads(self.archive.block(self.archive.boot_block, name))[1][name]
        own: CodeType = marshal.loads(code) if isinstance(code, bytes) else code
        return own

    def tops(self) -> list[str]:
        """First components of all modules."""
        return list(self._modules)

    def files(self, top: str) -> dict[str, tuple[int, int, int, int]]:
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
            ParMemoryError: there is no memory for it.
        """
        entry = self.files(stored_path.partition("/")[0]).get(stored_path)
        if entry is None:
            raise FileNotFoundError(2, "No such file or directory", self.archive.root + stored_path)
        offset, stored_size, size, _ = entry
        try:
            data = self.archive.read(offset, stored_size, stored_path)
            if stored_size == size:
                return data
            import zlib

            return zlib.decompress(data, -15, size)
        except MemoryError:
            from memfd_par.errors import no_memory

            raise no_memory(self.archive.path, stored_path, size) from None

    def native(self, number: int) -> Native:
        """The load plan of a native member."""
        return self.natives()[number]

    def natives(self) -> list[Native]:
        """The load plans of all native members, by number."""
        if self._natives is None:
            from memfd_par.native import Native

            block = self.header["natives"]
            table = self._table(block, "the index of native libraries") if block[1] else []
            self._natives = [Native(*entry) for entry in table]
        return self._natives

    def _file_tops(self) -> dict[str, Any]:
        if self._files is None:
            self._files = self._table(self.header["files"], "the index of files")
        return self._files

    def _table(self, block: tuple[int, int, bytes], what: str) -> Any:
        return marshal.loads(self.archive.block(block, what))
