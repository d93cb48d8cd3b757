"""Why a library has the tier that it has, where the loader in C, here a stand-in, cannot do better."""

from __future__ import annotations

import _ctypes
import errno
import os
from pathlib import Path
from typing import Any

import pytest

from memfd_par import tiers
from memfd_par.images import Images
from memfd_par.native import Native
from tests.runtime.c_library import compiled
from tests.runtime.fakes import natives_index


class Loader:
    """Loads a whole copy, and says that it is of a tier, or that something went wrong."""

    def __init__(self, tier: int, refused: int = 0, mapping_refused: int = 0) -> None:
        self._tier, self._refused, self._mapping_refused = tier, refused, mapping_refused
        self.names: list[bytes] = []

    def noted(self, _number: int) -> None:
        """No other interpreter has loaded anything."""

    def note(self, *_: Any) -> None:
        """Nobody asks for it."""

    def forked(self) -> None:
        """Nothing is remembered that a child does not have."""

    def load(
        self, par: int, offset: int, size: int, memory: int, path: bytes, *_: Any
    ) -> tuple[int, int, int]:
        """As memfd_par._native does."""
        if self._refused:
            raise OSError(self._refused, os.strerror(self._refused))
        assert os.sendfile(memory, par, offset, size) == size
        try:
            handle = _ctypes.dlopen(path.decode(), os.RTLD_NOW)
        except OSError as error:
            raise ImportError(str(error)) from None
        return handle, self._tier, self._mapping_refused

    def map_over(self, *request: Any) -> tuple[int, int, int]:
        """As memfd_par._native does."""
        return request[-1], self._tier, 0

    def rename(self, _path: bytes, name: bytes) -> None:
        """Remembers the name."""
        self.names.append(name)


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """Two that need each other."""
    folder = tmp_path_factory.mktemp("libraries")
    text = "int x(void) { return 1; }"
    compiled(folder, "libtierb.so", text)
    compiled(folder, "libtiera.so", text, "libtierb.so")
    return [(folder / "libtiera.so").read_bytes(), compiled(folder, "libtierb.so", text, "libtiera.so")]


def loaded(
    tmp_path: Path, libraries: list[bytes], loader: Loader, *, cycle: bool = False
) -> set[tuple[str, str]]:
    """Tier and reason of what is loaded; one of the two libraries, where they are not taken as a cycle."""
    par = tmp_path / "app.par"
    par.write_bytes(b"".join(libraries))
    group = (0, 1) if cycle else ()
    natives, offset = [], 0
    for name, data in zip("ab", libraries):
        soname = f"libtier{name}.so"
        natives.append(Native(offset, len(data), "lib/" + soname, soname, None, (), (), group, b"a plan"))
        offset += len(data)
    images = Images(natives_index(par, natives))
    images._image_loader.tiers = tiers.Tiers(tiers.SPARSE, "", loader)
    images.load_library(0)
    return {(image.tier, image.why) for image in images.loaded()}


@pytest.fixture
def lonely(tmp_path: Path) -> list[bytes]:
    """A library that needs nothing."""
    return [compiled(tmp_path, "libx.so", "int x(void) { return 1; }")]


def test_pages_are_too_large(tmp_path: Path, lonely: list[bytes]) -> None:
    found = loaded(tmp_path, lonely, Loader(tiers.SPARSE, refused=errno.ENOTSUP))
    assert found == {("plain", "this machine's pages are larger than its segments' alignment")}


def test_par_cannot_be_mapped(tmp_path: Path, lonely: list[bytes]) -> None:
    found = loaded(tmp_path, lonely, Loader(tiers.PLAIN, mapping_refused=errno.ENODEV))
    assert found == {("plain", "the par cannot be mapped: No such device")}


def test_cycle(tmp_path: Path, libraries: list[bytes]) -> None:
    loader = Loader(tiers.FULL)
    assert loaded(tmp_path, libraries, loader, cycle=True) == {("full", "it is one of a cycle")}
    # What holds them together has a name that no debugger opens.
    assert loader.names == [f"{tmp_path}/app.par/.par/cycle.so".encode()]


def test_symbols_of_others(tmp_path: Path) -> None:
    """The first of two libraries uses a symbol of the second, and does not name it; the third needs both."""
    contents = [
        (soname, compiled(tmp_path, soname, text, *needed))
        for soname, text, needed in (
            ("libtieruses.so", "extern int given; int *use(void) { return &given; }", ()),
            ("libtiergives.so", "int given;", ()),
            ("libtierneeds.so", "int x;", ("libtieruses.so", "libtiergives.so")),
        )
    ]
    par = tmp_path / "app.par"
    par.write_bytes(b"".join(data for _, data in contents))
    natives, offset = [], 0
    for number, (soname, data) in enumerate(contents):
        loads = (0, 1) if number == 2 else ()
        natives.append(Native(offset, len(data), "lib/" + soname, soname, None, loads, (), (), b"a plan"))
        offset += len(data)
    images = Images(natives_index(par, natives))
    images._image_loader.tiers = tiers.Tiers(tiers.FULL, "", Loader(tiers.FULL))
    images._copies.count = 100  # other tests of this process have used the spellings before
    images.load_library(2)
    found = {image.soname: image.why for image in images.loaded()}
    assert found == {
        "libtieruses.so": "it uses symbols of libraries that it does not name",
        "libtiergives.so": "",
        "libtierneeds.so": "",
    }


def test_plain_ones_have_names_that_no_debugger_opens(tmp_path: Path, lonely: list[bytes]) -> None:
    loader = Loader(tiers.SPARSE, refused=errno.ENOTSUP)
    loaded(tmp_path, lonely, loader)
    assert loader.names == [f"{tmp_path}/app.par/lib/libtiera.so".encode()]
