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

    def load(self, requests: tuple[Any, ...], together: bytes) -> tuple[tuple[int, int], ...]:
        """As memfd_par._native does."""
        if self._refused:
            raise OSError(self._refused, os.strerror(self._refused))
        for par, offset, size, memory, *_ in requests:
            assert os.sendfile(memory, par, offset, size) == size
        try:
            for path in [together] if together else [request[4] for request in requests]:
                _ctypes.dlopen(path.decode(), os.RTLD_NOW)
        except OSError as error:
            raise ImportError(str(error)) from None
        return tuple((self._tier, self._mapping_refused) for _ in requests)

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
    assert loaded(tmp_path, libraries, loader, cycle=True) == {
        ("full", "it is loaded together with one that allows no better")
    }
    # What holds them together has a name that no debugger opens.
    assert loader.names == [f"{tmp_path}/app.par/.par/together.so".encode()]


def test_symbols_of_others(tmp_path: Path) -> None:
    """Three libraries use a symbol of another and do not name it, the first two of each other; the last needs all."""
    contents = [
        (soname, compiled(tmp_path, soname, text, *needed))
        for soname, text, needed in (
            ("libtierone.so", "extern int two; int one; int *use(void) { return &two; }", ()),
            ("libtiertwo.so", "extern int one; int two; int *use(void) { return &one; }", ()),
            ("libtieruses.so", "extern int given; int *use(void) { return &given; }", ()),
            ("libtiergives.so", "int given;", ()),
            (
                "libtierneeds.so",
                "int x;",
                ("libtierone.so", "libtiertwo.so", "libtieruses.so", "libtiergives.so"),
            ),
        )
    ]
    par = tmp_path / "app.par"
    par.write_bytes(b"".join(data for _, data in contents))
    natives, offset = [], 0
    for number, (soname, data) in enumerate(contents):
        loads = (0, 1, 2, 3) if number == 4 else ()
        natives.append(Native(offset, len(data), "lib/" + soname, soname, None, loads, (), (), b"a plan"))
        offset += len(data)
    images = Images(natives_index(par, natives))
    images._image_loader.tiers = tiers.Tiers(tiers.SPARSE, "", Loader(tiers.SPARSE))
    images._copies.count = 100  # other tests of this process have used the spellings before
    images.load_library(4)
    found = {(image.soname, image.tier, image.why) for image in images.loaded()}
    assert found == {(soname, "sparse", "") for soname, _ in contents}


def test_plain_ones_have_names_that_no_debugger_opens(tmp_path: Path, lonely: list[bytes]) -> None:
    loader = Loader(tiers.SPARSE, refused=errno.ENOTSUP)
    loaded(tmp_path, lonely, loader)
    assert loader.names == [f"{tmp_path}/app.par/lib/libtiera.so".encode()]
