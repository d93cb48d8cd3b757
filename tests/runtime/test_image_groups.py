"""Libraries that need each other: loaded together, once, and nothing is left behind where one of them is bad."""

from __future__ import annotations

import _ctypes  # noqa: F401  # libffi keeps a descriptor of its own library open
import ctypes
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from memfd_par.errors import ParImportError
from memfd_par.images import Images
from memfd_par.native import Native
from tests.runtime.c_library import compiled
from tests.runtime.fakes import descriptors, natives_index


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """Three that need each other in a circle; each is made first without needs, so that it can be linked with."""
    folder = tmp_path_factory.mktemp("libraries")
    names = "pqr"
    for needs in (False, True):
        for number, name in enumerate(names):
            following = names[(number + 1) % 3]
            text = (
                f"int {following}(int); int {name}(int n) {{ return n ? 1 + {following}(n - 1) : {number}; }}"
            )
            compiled(folder, f"libgroup{name}.so", text, *[f"libgroup{following}.so"][:needs])
    return [(folder / f"libgroup{name}.so").read_bytes() for name in names]


def rows(par: Path, contents: list[bytes], *more: Native) -> Images:
    par.write_bytes(b"".join(contents))
    natives, offset = [], 0
    group = tuple(range(len(contents)))
    for number, content in enumerate(contents):
        name = f"libgroup{'pqr'[number]}.so"
        natives.append(Native(offset, len(content), f"lib/{name}", name, None, (), (), group))
        offset += len(content)
    return Images(natives_index(par, [*natives, *more]))


def test_a_group_is_loaded_once_and_whole(libraries: list[bytes], tmp_path: Path) -> None:
    images = rows(tmp_path / "app.par", libraries)
    before = descriptors()
    paths = [images.load_library(number) for number in (1, 0, 2, 1)]
    assert descriptors() == before
    assert len(set(paths)) == 3
    assert paths[0] == paths[3]
    assert [image.soname for image in images.loaded()] == [f"libgroup{name}.so" for name in "pqr"]
    assert [image.size for image in images.loaded()] == [len(library) for library in libraries]
    # By its path and by its soname the linker finds the same library, and symbols of all three are bound.
    for path in (paths[0], "libgroupq.so"):
        assert ctypes.CDLL(path).q(7) == 7 + (1 + 7) % 3
    with open("/proc/self/maps", encoding="utf-8") as maps:
        assert len({line.split()[4] for line in maps if "memfd:libgroupq.so" in line}) == 1


def test_what_needs_a_group(libraries: list[bytes], tmp_path: Path) -> None:
    size = len(libraries[0])
    dependent = Native(0, size, "lib/dependent.so", "dependent.so", None, (0, 1, 2), (), ())
    images = rows(tmp_path / "app.par", libraries, dependent)
    images.load_library(3)
    assert [image.soname for image in images.loaded()][-1] == "dependent.so"
    assert len(images.loaded()) == 4


def failure(images: Images) -> str:
    before = descriptors()
    with pytest.raises(ParImportError) as caught:
        images.load_library(0)
    assert descriptors() == before
    assert images.loaded() == []
    assert "/proc/self/fd" not in str(caught.value)  # it names the member instead
    return str(caught.value)


@pytest.mark.parametrize("bad", [0, 1, 2])
def test_a_bad_member(bad: int, libraries: list[bytes], tmp_path: Path) -> None:
    contents = list(libraries)
    contents[bad] = b"no library at all"
    text = failure(rows(tmp_path / "app.par", contents))
    assert f"lib/libgroup{'pqr'[bad]}.so" in text


def test_an_empty_member(libraries: list[bytes], tmp_path: Path) -> None:
    text = failure(rows(tmp_path / "app.par", [libraries[0], b"", libraries[2]]))
    assert "lib/libgroupq.so in " in text
    assert "has 0 bytes" in text


def test_a_module_in_a_group(libraries: list[bytes], tmp_path: Path) -> None:
    images = rows(tmp_path / "app.par", libraries)
    spec = ModuleSpec("pkg.p", None, origin="/x/app.par/lib/libgroupp.so")
    before = descriptors()
    with pytest.raises(ParImportError, match="PyInit_p"):  # it is loaded, and is no module
        images.load_module(0, spec)
    assert descriptors() == before
    assert spec.origin == "/x/app.par/lib/libgroupp.so"
    assert [image.module for image in images.loaded()] == [None, None, None]
