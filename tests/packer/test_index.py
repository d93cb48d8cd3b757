"""The tables that the packer writes for the runtime."""

from __future__ import annotations

import marshal
from pathlib import Path
from typing import Any

from elf_fixtures import made_up, planned

from memfd_par import format
from memfd_par.archive import Archive
from memfd_par.index import Index
from memfd_par.native import Native
from packer.archive import ParArchive, Stored
from packer.index import (
    IndexWriter,
    code_extents,
    folder_tables,
    is_test,
    module_entries,
    native_entries,
    packed,
)
from packer.layout import Module


def test_native_members_are_numbered_and_groups_name_the_numbers() -> None:
    plans = planned(
        made_up("libb.so", "liba.so", "libbase.so"),
        made_up("liba.so", "libb.so"),
        made_up("libbase.so"),
        made_up("ext.so", "libb.so"),
        made_up("z/libbase.so", data="libbase.so"),  # the same bytes
    )
    stored = {path: Stored(4096 * n, 1, 1) for n, path in enumerate(plans.plans)}
    entries, numbers = native_entries(plans, stored, ["empty.so"])
    natives = [Native(*entry) for entry in entries]
    assert [native.member for native in natives] == [
        "empty.so",
        "ext.so",
        "liba.so",
        "libb.so",
        "libbase.so",
    ]
    assert numbers["z/libbase.so"] == numbers["libbase.so"]
    by_name = {native.member: native for native in natives}
    cycle = (numbers["liba.so"], numbers["libb.so"])
    assert by_name["liba.so"].group == by_name["libb.so"].group == cycle
    assert by_name["liba.so"].loads == by_name["libb.so"].loads == (numbers["libbase.so"],)
    assert by_name["ext.so"].loads == (numbers["libbase.so"], *cycle)
    assert by_name["ext.so"].group == by_name["libbase.so"].group == by_name["empty.so"].group == ()
    assert (by_name["empty.so"].size, by_name["empty.so"].soname) == (0, None)


def test_modules() -> None:
    modules = {
        module.key: module
        for module in (
            Module("pkg", format.PACKAGE, "pkg/__init__.py"),
            Module("pkg/moved", 0, "elsewhere/moved.py"),
            Module("pkg/fast", format.EXTENSION, "pkg/fast.so"),
            Module("real/fast", format.EXTENSION, "real/fast.so"),
            Module("spaces", format.PACKAGE | format.NAMESPACE, None),
        )
    }
    code = {"pkg/__init__.py": (10, 20), "elsewhere/moved.py": (30, -1)}
    assert module_entries(modules, code, {"pkg/fast.so": 7}) == {
        "pkg": (format.PACKAGE, 10, 20, None),
        "pkg/moved": (0, 30, -1, "elsewhere/moved.py"),
        "pkg/fast": (format.EXTENSION, 7, 0, "pkg/fast.so"),
        "real/fast": (format.EXTENSION, -1, 0, "real/fast.so"),  # the dynamic linker's own, in a real folder
        "spaces": (format.PACKAGE | format.NAMESPACE, 0, 0, None),
    }


def _block(tables: IndexWriter, block: tuple[Any, ...], *folders: str) -> tuple[Any, ...]:
    """The block of a folder below the one of a block."""
    for folder in folders:
        block = marshal.loads(tables._data[block[0] : block[0] + block[1]])[folder]
    return block


def test_only_the_tables_of_folders_that_are_asked_for_are_read(tmp_path: Path) -> None:
    modules = {
        "single": (0, 10, 20, None),
        "pkg": (format.PACKAGE, 30, 5, None),
        "pkg/mod": (0, 35, 5, None),
        "pkg/sub": (format.PACKAGE | format.NAMESPACE, 0, 0, None),
        "pkg/broken": (0, 0, -1, None),
        "pkg/moved": (format.PACKAGE | format.SOURCELESS, 45, 1 << 23, "pkg/moved/__init__.pyc"),
        "pkg/fast": (format.EXTENSION, 3, 0, "pkg/fast.so"),
        "pkg/sub/deep/er": (0, 40, 5, None),  # of which no folder above is a module
        "apart": (format.PACKAGE, 100, 5, None),
        "apart/mod": (0, 200, 5, None),
        "here": (format.PACKAGE | format.NAMESPACE, 0, 0, None),
        **{f"here/mod{number}": (0, 300 + number, 1, None) for number in range(5)},
    }
    extents = code_extents(modules)
    assert extents == {"single": (10, 20), "pkg": (30, 15 + (1 << 23)), "apart": (100, 5), "here": (300, 5)}
    tables = IndexWriter()
    header: dict[str, Any] = {
        "modules": folder_tables(
            {key: packed(entry) for key, entry in modules.items()}, tables, extents, ["here"]
        )
    }
    begin, _, _, *extent, first = header["modules"]["pkg/"]
    deep, size, _ = _block(tables, header["modules"]["pkg/"], "sub/", "deep/")
    assert (tuple(extent), first, deep + size <= begin) == (extents["pkg"], deep, True)
    files = {"LICENSE": (1, 2, 2, 0), "pkg/data/a.txt": (3, 4, 4, 0), "pkg/b.txt": (5, 6, 6, 1)}
    header["files"] = tables.add(folder_tables(files, tables))
    path = tmp_path / "par"
    with path.open("w+b") as file:
        archive = ParArchive(file, 4096)
        archive.add_bytes("first", b"something else")
        header["index"] = tables.write(archive, ".par/index")
        archive.close()
    with path.open("rb") as file:
        index = Index(Archive(str(path), file.fileno(), (0, 0, b"")), header, {})
        assert index.module("single") == modules["single"]
        assert set(index._modules) == {""}
        assert index.module("pkg/mod") == modules["pkg/mod"]
        assert set(index._modules) == {"", "pkg"}
        assert {key: index.module(key) for key in modules} == modules
        assert index.modules("pkg") == {
            key[4:]: entry[0]
            for key, entry in modules.items()
            if key.startswith("pkg/") and "/" not in key[4:]
        }
        assert index.module("pkg/sub/deep") is index.module("absent/mod") is None
        assert index.file("pkg/b.txt") == files["pkg/b.txt"]
        assert set(index._files) == {"", "pkg"}
        assert {path: index.file(path) for path in files} == files
        assert index.files("pkg/data/a.txt") is index.files("absent") is index.file("pkg") is None


def test_code_that_is_read_ahead() -> None:
    """The largest part that lies together of a package's modules, unless it is very large; its tests lie elsewhere."""
    entries: dict[str, tuple[int, int, int, str | None]] = {
        "apart": (format.PACKAGE, 400, 5, None),
        "apart/away": (0, 505, 5, None),
        "apart/beside": (0, 500, 5, None),
        "huge": (format.PACKAGE, 1000, 10 << 20, None),
        "huge/part": (0, 1000 + (10 << 20), (6 << 20) + 1, None),
        "pkg": (format.PACKAGE, 10, 20, None),
        "pkg/fast": (format.EXTENSION, 7, 0, None),
        "pkg/moved": (0, 30, 40, "elsewhere/moved.py"),
        "pkg/part/tests/test_all": (0, 900, 50, None),
        "pkg/tests": (format.PACKAGE, 950, 0, None),
        "pkg/without": (0, 0, -1, None),
        "tests": (format.PACKAGE, 70, 20, None),
        "tests/own": (0, 90, 10, None),
    }
    extents = code_extents(entries)
    assert extents == {"apart": (500, 10), "huge": (0, 0), "pkg": (10, 60), "tests": (70, 30)}


def test_tests() -> None:
    assert is_test("pkg/tests/__init__.py") and is_test("pkg/part/test/test_all.py") and is_test("pkg/tests")
    assert not is_test("tests/own.py") and not is_test("pkg/testing.py") and not is_test("test")
