"""Layout: where files go, what modules are called, and who wins."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib.machinery import EXTENSION_SUFFIXES

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memfd_par import format
from packer.interpreter import Placed
from packer.layout import Layout, extension_suffixes, lay_out, module_of
from packer.request import InputFile

SUFFIXES = (".cpython-314-x86_64-linux-gnu.so", ".abi3.so", ".so")


def laid_out(
    *paths: str,
    imports: Sequence[str] = (),
    script_folder: str | None = None,
    content: dict[str, str] | None = None,
) -> Layout:
    """A layout of files whose bytes are all different, or as `content` has them."""
    texts = content or {}
    return lay_out(
        [InputFile(path, path) for path in paths],
        imports,
        script_folder=script_folder,
        extension_suffixes=SUFFIXES,
        same=lambda a, b: texts.get(a, a) == texts.get(b, b),
    )


def test_import_roots_are_laid_over_each_other() -> None:
    layout = laid_out(
        "pypi_a/site-packages/a/__init__.py",
        "pypi_b/site-packages/b.py",
        "pypi_b/site-packages/b.libs/libx.so.1",
        "ws/app/main.py",
        imports=["pypi_a/site-packages", "pypi_b/site-packages"],
    )
    assert list(layout.members) == ["a/__init__.py", "app/main.py", "b.libs/libx.so.1", "b.py"]
    assert {key: module.kind for key, module in layout.modules.items()} == {
        "a": format.PACKAGE,
        "app": format.PACKAGE | format.NAMESPACE,
        "app/main": 0,
        "b": 0,
        "ws": format.PACKAGE | format.NAMESPACE,
        "ws/app": format.PACKAGE | format.NAMESPACE,
        "ws/app/main": 0,
    }


def test_folders_that_are_packages_of_the_interpreter() -> None:
    paths = ("test/data/one.py", "test/data/deep/er/two.py", "lib-dynload/three.so")
    layout = lay_out(
        [InputFile("ws/main/four.py", "four.py")],
        ["ws"],
        script_folder=None,
        extension_suffixes=SUFFIXES,
        same=lambda a, b: a == b,
        interpreter=[
            Placed("lib/python3.14/" + path, path.removeprefix("lib-dynload/"), InputFile(path, path))
            for path in paths
        ],
    )
    folders = {key: module.folder for key, module in layout.modules.items() if module.kind & format.NAMESPACE}
    inside = "lib/python3.14/test"
    assert folders == {
        "main": None,
        "test": inside,
        "test/data": inside + "/data",
        "test/data/deep": inside + "/data/deep",
        "test/data/deep/er": inside + "/data/deep/er",
        "ws": None,
        "ws/main": None,
    }
    assert layout.modules["three"].stored_path == "lib/python3.14/lib-dynload/three.so"


def test_a_file_is_importable_below_each_root_above_it() -> None:
    layout = laid_out("ws/src/pkg/__init__.py", "ws/src/pkg/mod.py", imports=["ws/src"])
    assert list(layout.members) == ["pkg/__init__.py", "pkg/mod.py"]
    assert layout.modules["pkg/mod"].stored_path == layout.modules["src/pkg/mod"].stored_path == "pkg/mod.py"
    assert layout.modules["src"].kind & format.NAMESPACE


def test_a_file_is_importable_by_its_repository_s_name() -> None:
    layout = laid_out("rules/python/tool.py", "a/b.py", "ws/a/b.py", "x-y/c.py")
    assert layout.modules["rules/python/tool"].stored_path == layout.modules["python/tool"].stored_path
    assert layout.modules["a/b"].stored_path == "a/b.py"  # of repository ws: what was there before wins
    assert layout.modules["c"].stored_path == "c.py"
    assert not [key for key in layout.modules if key.startswith("x-y")]


def test_the_script_s_folder_comes_first_and_moves_nothing() -> None:
    layout = laid_out("ws/app/main.py", "ws/app/helper.py", "ws/helper.py", script_folder="ws/app")
    assert list(layout.members) == ["app/helper.py", "app/main.py", "helper.py"]
    assert layout.modules["helper"].stored_path == "app/helper.py"
    assert layout.modules["app/helper"].stored_path == "app/helper.py"


def test_the_first_on_the_import_path_wins() -> None:
    layout = laid_out(
        "b/site-packages/tests/__init__.py",
        "a/site-packages/tests/__init__.py",
        imports=["b/site-packages", "a/site-packages"],
    )
    assert layout.members["tests/__init__.py"].runfiles_path == "b/site-packages/tests/__init__.py"
    (duplicate,) = layout.duplicates
    assert str(duplicate) == (
        "tests/__init__.py: b/site-packages/tests/__init__.py wins over a/site-packages/tests/__init__.py, which "
        "comes later on the import path."
    )


def test_the_loser_stays_in_the_par() -> None:
    layout = laid_out("a/s/data.txt", "b/s/data.txt", imports=["a/s", "b/s"])
    assert layout.members["data.txt"].runfiles_path == "a/s/data.txt"
    assert layout.members["b/s/data.txt"].runfiles_path == "b/s/data.txt"


def test_equal_files_are_no_duplicates() -> None:
    layout = laid_out(
        "a/s/x.py", "b/s/x.py", imports=["a/s", "b/s"], content={"a/s/x.py": "same", "b/s/x.py": "same"}
    )
    assert list(layout.members) == ["x.py"]
    assert layout.duplicates == []


def test_in_one_folder_packages_win_over_extensions_over_sources() -> None:
    layout = laid_out(
        "ws/m/__init__.py", "ws/m.abi3.so", "ws/m.py", "ws/n.so", "ws/n.py", "ws/o.py", "ws/o.pyc"
    )
    assert layout.modules["m"].kind == format.PACKAGE
    assert layout.modules["n"].kind == format.EXTENSION
    assert layout.modules["o"].kind == 0


def test_the_zip_s_own_main_is_not_overwritten() -> None:
    layout = laid_out("ws/__main__.py")
    assert list(layout.members) == ["ws/__main__.py"]
    assert layout.modules["__main__"].stored_path == "ws/__main__.py"


def test_bazel_s_own_files_and_byte_code_stay_out() -> None:
    layout = laid_out("a/BUILD.bazel", "a/WORKSPACE", "a/__pycache__/x.cpython-314.pyc", "a/x.py")
    assert list(layout.members) == ["x.py"]


def test_a_root_s_own_init_belongs_to_the_root_above() -> None:
    layout = laid_out("ws/lib/__init__.py", "ws/lib/foo.py", imports=["ws/lib"])
    assert list(layout.members) == ["foo.py", "lib/__init__.py"]
    assert layout.modules["lib"].kind == format.PACKAGE
    assert layout.modules["foo"].stored_path == layout.modules["lib/foo"].stored_path == "foo.py"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a/b.py", ("a/b", 0)),
        ("a/__init__.py", ("a", format.PACKAGE)),
        ("a/_c.cpython-314-x86_64-linux-gnu.so", ("a/_c", format.EXTENSION)),
        ("a/_c.abi3.so", ("a/_c", format.EXTENSION)),
        ("a/__init__.abi3.so", ("a", format.PACKAGE | format.EXTENSION)),
        ("a/_c.cpython-39-x86_64-linux-gnu.so", None),
        ("85cae__mypyc.abi3.so", ("85cae__mypyc", format.EXTENSION)),  # mypyc names modules so
        ("a.libs/libx.1-1234.so", None),
        ("a/libx.so.1", None),
        ("a/data.txt", None),
    ],
)
def test_module_names(path: str, expected: tuple[str, int] | None) -> None:
    found = module_of(path, SUFFIXES)
    assert (found and (found[0], found[1] & 0xFF)) == expected


_NAMES = st.sampled_from(["a", "b", "__init__", "x-y"])
_PATHS = st.lists(_NAMES, min_size=1, max_size=3).map(lambda parts: "r/" + "/".join(parts) + ".py")


@given(st.lists(_PATHS, unique=True), st.randoms())
def test_order_of_files_does_not_matter_and_nothing_is_lost(paths: list[str], random: object) -> None:
    layout = laid_out(*paths, imports=["r/a"])
    shuffled = sorted(paths, key=lambda _: random.random())  # type: ignore[attr-defined]
    again = laid_out(*shuffled, imports=["r/a"])
    assert (layout.members, layout.modules) == (again.members, again.modules)
    assert sorted(file.runfiles_path for file in layout.members.values()) == sorted(paths)
    for key in layout.modules:
        assert "/" not in key or key.rpartition("/")[0] in layout.modules


def test_endings_of_extension_modules_for_another_machine() -> None:
    own, other = extension_suffixes(os.uname().machine), extension_suffixes("riscv64")
    assert own == EXTENSION_SUFFIXES
    assert any("-riscv64-linux" in suffix for suffix in other)
    assert ".abi3.so" in other and ".so" in other and len(other) == len(own)
