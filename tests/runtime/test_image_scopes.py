"""Libraries that use symbols of others without naming these: they are found among what their dependent needs."""

from __future__ import annotations

import _ctypes  # noqa: F401  # libffi keeps a descriptor of its own library open
import ctypes
from pathlib import Path

import pytest

from memfd_par import linker, stub
from memfd_par.errors import ParImportError
from memfd_par.images import Images
from memfd_par.native import Native
from tests.runtime.c_library import compiled
from tests.runtime.fakes import descriptors, natives_index

#: In load order, with their sources: `user` and `other` name nothing that they need, and each uses the other, too.
_SOURCES = {
    "user": "extern int given; int other(void); int user(void) { return given + other(); } int of_user = 3;",
    "other": "extern int of_user; int other(void) { return of_user; }",
    "giver": "int given = 4;",
    "root": "int user(void); int root(void) { return 100 + user(); }",
}


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("libraries")
    needed = ["libscopeuser.so", "libscopeother.so", "libscopegiver.so"]
    return {
        name: compiled(folder, f"libscope{name}.so", text, *(needed if name == "root" else []))
        for name, text in _SOURCES.items()
    }


def images_of(par: Path, libraries: dict[str, bytes], count: int) -> Images:
    """The last of the libraries needs all others; spellings of paths are counted from `count`, once in this process."""
    par.write_bytes(b"".join(libraries.values()))
    natives: list[Native] = []
    offset = 0
    for number, (name, content) in enumerate(libraries.items()):
        loads = tuple(range(number)) if name == "root" else ()
        soname = f"libscope{name}.so"
        natives.append(Native(offset, len(content), f"lib/{soname}", soname, None, loads, (), ()))
        offset += len(content)
    images = Images(natives_index(par, natives))
    images._copies.count = count
    return images


def test_they_see_what_their_dependent_needs(libraries: dict[str, bytes], tmp_path: Path) -> None:
    images = images_of(tmp_path / "app.par", libraries, 100)
    before = descriptors()
    path = images.load_library(3)
    assert descriptors() == before
    assert ctypes.CDLL(path).root() == 107
    assert sorted(image.soname or "" for image in images.loaded()) == sorted(
        f"libscope{name}.so" for name in libraries
    )
    assert images.load_library(0) == images.load_library(0)


def test_a_symbol_that_none_of_them_has(libraries: dict[str, bytes], tmp_path: Path) -> None:
    changed = {**libraries, "giver": libraries["giver"].replace(b"given\0", b"taken\0")}
    images = images_of(tmp_path / "app.par", changed, 200)
    before = descriptors()
    with pytest.raises(ParImportError, match=r"lib/libscopeuser\.so: undefined symbol: ") as caught:
        images.load_library(3)
    assert descriptors() == before
    assert "/proc/self/fd" not in str(caught.value)
    assert [image.soname for image in images.loaded()] == ["libscopegiver.so"]


def refused_with(reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets ld.so say something else where it refuses a library."""
    real = linker.dlopen

    def dlopen(path: str, what: str) -> int:
        try:
            return real(path, what)
        except OSError:
            raise OSError(f"{path}: {reason}") from None

    monkeypatch.setattr(linker, "dlopen", dlopen)


def test_whatever_the_linker_calls_it(
    libraries: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused_with("das Symbol »given« ist nicht definiert", monkeypatch)
    images = images_of(tmp_path / "app.par", libraries, 300)
    path = images.load_library(3)
    assert ctypes.CDLL(path).root() == 107


@pytest.mark.parametrize(
    ("reason", "mend"),
    [
        ("libcuda.so.1: cannot open shared object file: No such file or directory", "install it, or build"),
        ("failed to map segment from shared object", "raise the limit of the process"),
        ("cannot create cache for search path: Cannot allocate memory", "raise the limit of the process"),
        ("cannot allocate memory in static TLS block", "with GLIBC_TUNABLES=glibc.rtld.optional_static_tls="),
    ],
)
def test_what_no_other_library_mends(
    reason: str, mend: str, libraries: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not tried again: nothing is copied, and no other library is loaded, in vain."""
    refused_with(reason, monkeypatch)
    monkeypatch.delattr(stub, "make")
    images = images_of(tmp_path / "app.par", libraries, 400)
    before = descriptors()
    with pytest.raises(ParImportError, match=r"lib/libscopeuser\.so could not be loaded") as caught:
        images.load_library(3)
    assert descriptors() == before
    assert f"lib/libscopeuser.so: {reason}. " in str(caught.value) and mend in str(caught.value)
    assert images.loaded() == []
