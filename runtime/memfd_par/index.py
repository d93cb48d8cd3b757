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
    """Trees of modules and files, whose folders are read on first touch (`format` tells the layout)."""

    __slots__ = ("_files", "_modules", "_natives", "archive", "header", "runtime")

    def __init__(self, archive: Archive, header: dict[str, Any], runtime: dict[str, Any]) -> None:
        self.archive = archive
        self.header = header
        self.runtime = runtime
        # Tables by folder.
        self._modules: dict[str, dict[str, Any]] = {"": header["modules"]}
        self._files: dict[str, dict[str, Any]] = {}
        self._natives: list[Native] | None = None
        offset, size, checksum = header["files"]
        archive.proofs.append((header["index"] + offset, size, checksum))

    def module(self, key: str) -> tuple[int, Any, int, str | None] | None:
        """The entry of a module, or None. `key` is its name with `/` for `.`."""
        if key[:9] == "memfd_par":  # what must be found when the par can no longer be read
            own = key.replace("/", ".")
            if own in self.runtime:
                return self.own(own)
        package, _, name = key.rpartition("/")
        table = self._modules.get(package) or self._table_of(self._modules, package, "the index of ")
        found = table.get(name) if table else None
        if type(found) is int:
            return format.unpacked(found)
        if found is None and name == "__init__":
            # A package's own source is also a module in its folder; code that imports it by that name exists.
            owner = self.module(package)
            if owner is not None and owner[0] & (format.PACKAGE | format.NAMESPACE) == format.PACKAGE:
                path = owner[3] or format.module_path(package, owner[0])
                return owner[0] & ~format.PACKAGE, owner[1], owner[2], path
        entry: tuple[int, Any, int, str | None] | None = found
        return entry

    def modules(self, package: str) -> dict[str, int]:
        """The kinds of the modules in a package, given by its key, by their last names."""
        table = self._table_of(self._modules, package, "the index of ") or {}
        kinds = {
            name: entry & format.PACKAGE if type(entry) is int else entry[0]
            for name, entry in table.items()
            if not name.endswith("/")
        }
        for own in self.runtime:
            above, _, name = own.rpartition(".")
            if above == package:
                kinds[name] = self.own(own)[0]
        return kinds

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

    def file(self, stored_path: str) -> tuple[int, int, int, int] | None:
        """The entry of a file, or None."""
        folder, _, name = stored_path.rpartition("/")
        table = self.files(folder)
        return table.get(name) if table else None

    def files(self, folder: str) -> dict[str, Any] | None:
        """The table of a folder, given by its stored path; None for one that is not there."""
        what = "the list of files in "
        if not self._files:
            self._files[""] = self._table(self.header["files"], what + "the par")
        return self._table_of(self._files, folder, what)

    def data(self, stored_path: str) -> bytes:
        """The content of a file.

        Raises:
            FileNotFoundError: the par has no such file.
            ParMemoryError: there is no memory for it.
        """
        entry = self.file(stored_path)
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

    def _table_of(self, tables: dict[str, dict[str, Any]], folder: str, what: str) -> dict[str, Any] | None:
        """The table of a folder in one of the trees, which is read, and those above it, where they are not yet."""
        found = tables.get(folder)
        if found is not None:
            return found
        table = tables[""]
        path = ""
        for name in folder.split("/"):
            path = path + "/" + name if path else name
            found = tables.get(path)
            if found is None:
                block = table.get(name + "/")
                if block is None:
                    return None
                if type(block) is dict:
                    found = block
                else:
                    found = self._table(block, what + path)
                    if len(block) > 3:
                        self.archive.read_ahead(block[3], block[4])
                        self.archive.read_ahead(
                            self.header["index"] + block[5], block[0] + block[1] - block[5]
                        )
                tables[path] = found
            table = found
        return table

    def _table(self, block: tuple[Any, ...], what: str) -> Any:
        offset, size, checksum = block[:3]
        return marshal.loads(self.archive.block((self.header["index"] + offset, size, checksum), what))
