"""Images: a path is never spelled twice, and a load that fails leaves nothing behind."""

from __future__ import annotations

import _ctypes  # noqa: F401  # libffi keeps a descriptor of its own library open
import errno
import os
import posix
import subprocess
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memfd_par import linker, memfd
from memfd_par.copies import Copies
from memfd_par.errors import ParImportError
from memfd_par.images import Images
from memfd_par.native import Native
from tests.runtime.c_library import compiled
from tests.runtime.fakes import descriptors, natives_index


def spell(count: int, fds: list[int], interpreter: int = 0) -> list[str]:
    index: Any = SimpleNamespace(header={"interpreter": interpreter})
    copies = Copies(index)
    copies.count = count
    return [copies.spelling(fd) for fd in fds]


@given(st.integers(0, 2**40), st.lists(st.integers(0, 12), max_size=50))
def test_no_spelling_is_used_twice(count: int, fds: list[int]) -> None:
    spellings = spell(count, fds)
    assert len(set(spellings)) == len(spellings)
    for fd, spelling in zip(fds, spellings):
        assert os.path.normpath(spelling) == f"/proc/self/fd/{fd}"
        assert len(spelling) < 4096  # PATH_MAX


@given(st.integers(0, 2**20), st.integers(0, 2**20), st.integers(0, 99), st.integers(0, 99))
def test_spellings_of_different_moments_differ(one: int, other: int, fd: int, other_fd: int) -> None:
    same = one == other and fd == other_fd
    assert (spell(one, [fd]) == spell(other, [other_fd])) == same


@given(st.integers(0, 99), st.integers(0, 99), st.integers(1, 2**20), st.integers(1, 2**20))
def test_spellings_of_different_interpreters_differ(one: int, other: int, number: int, another: int) -> None:
    assert spell(one, [7]) != spell(other, [7], number)
    assert (spell(one, [7], number) == spell(other, [7], another)) == (one == other and number == another)


def test_every_spelling_is_a_path_to_the_descriptor() -> None:
    fd = memfd.create("x")
    for spelling in spell(0, [fd] * 20) + spell(0, [fd] * 20, 1) + spell(0, [fd] * 20, 6):
        assert os.path.samestat(os.stat(spelling), os.fstat(fd))
    os.close(fd)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return compiled(tmp_path_factory.mktemp("library"), "libx.so", "int x(void) { return 1; }")


def native(
    member: str, offset: int, size: int, *loads: int, patches: Any = (), group: tuple[int, ...] = ()
) -> Native:
    """A row of the index's table of native members."""
    return Native(offset, size, member, member.rpartition("/")[2], None, loads, patches, group)


@pytest.fixture
def par(tmp_path: Path, library: bytes) -> Path:
    par = tmp_path / "app.par"
    par.write_bytes(library + b"no library at all")
    return par


@pytest.fixture
def images(par: Path, library: bytes) -> Images:
    size = len(library)
    rows = [native("lib/libx.so", 0, size), native("lib/bad.so", size, 17), native("lib/empty.so", 0, 0)]
    rows += [native("lib/cut.so", size, 1000), native("lib/needs_bad.so", 0, size, 0, 1)]
    return Images(natives_index(par, rows))


def test_a_library_is_loaded_once(images: Images, library: bytes) -> None:
    before = descriptors()
    images.load_library(0)
    images.load_library(0)
    assert descriptors() == before
    (loaded,) = images.loaded()
    assert (loaded.soname, loaded.module, loaded.size) == ("libx.so", None, len(library))
    assert (loaded.tier, loaded.member) == ("plain", "lib/libx.so")


def failure(images: Images, number: int) -> str:
    """The text of the error; nothing is loaded then, and nothing left open."""
    before = descriptors()
    with pytest.raises(ParImportError) as caught:
        images.load_library(number)
    assert descriptors() == before
    assert images.loaded() == []
    assert caught.value.name
    return str(caught.value)


def test_what_is_no_library(images: Images) -> None:
    text = failure(images, 1)
    assert "lib/bad.so could not be loaded from " in text
    assert "/proc/self/fd" not in text  # it names the member instead
    assert "The member is lib/bad.so; it was built for another environment" in text


def test_a_library_that_needs_it(images: Images) -> None:
    with pytest.raises(ParImportError, match=r"lib/bad\.so could not be loaded"):
        images.load_library(4)
    assert [loaded.soname for loaded in images.loaded()] == ["libx.so"]  # it was whole


def test_an_empty_member(images: Images) -> None:
    assert "lib/empty.so in " in (text := failure(images, 2))
    assert "has 0 bytes" in text and "when //some:target was built; build its rule again" in text


def test_a_par_that_ends_within_a_member(images: Images) -> None:
    assert "truncated or was altered: lib/cut.so ends early" in failure(images, 3)


def test_no_memfd(images: Images, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_name: str) -> int:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(memfd, "create", refuse)
    assert "memfd_create(2) failed: Operation not permitted" in failure(images, 0)


@pytest.mark.parametrize("call", ["sendfile", "pwrite"])
def test_no_space(call: str, images: Images, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    rows: Any = images._index
    rows.native = lambda _number: native("lib/libx.so", 0, 64, patches=((0, b"\0"),))
    monkeypatch.setattr(posix, call, refuse)
    text = failure(images, 0)
    assert "not enough memory to load lib/libx.so (64 bytes) from " in text
    assert "No space left on device. Raise the memory limit" in text


def test_no_ctypes(images: Images, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "_ctypes", None)
    text = failure(images, 0)
    assert f"lib/libx.so is loaded with the module _ctypes, which {sys.executable} lacks" in text


def test_a_library_of_the_system_that_is_not_there(images: Images, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_path: str, _what: str) -> int:
        raise OSError("libcuda.so.1: cannot open shared object file: No such file or directory")

    monkeypatch.setattr(linker, "dlopen", refuse)
    text = failure(images, 0)
    assert "neither the par nor the machine has it: install it, or build //some:target with it" in text


def test_no_static_thread_local_storage_left(tmp_path: Path) -> None:
    text = 'static __thread char x[100000] __attribute__((tls_model("initial-exec"))); char *f(int n) { return x + n; }'
    compiled(tmp_path, "libtls.so", text)
    library = tmp_path / "libtls.so"
    images = Images(natives_index(library, [native("lib/libtls.so", 0, library.stat().st_size)]))
    text = failure(images, 0)
    assert "lib/libtls.so was compiled for static thread-local storage" in text
    assert "GLIBC_TUNABLES=glibc.rtld.optional_static_tls=65536, or more bytes" in text
    # That mends it.
    env = {**os.environ, "GLIBC_TUNABLES": "glibc.rtld.optional_static_tls=200000"}
    subprocess.run([sys.executable, "-c", f"import ctypes; ctypes.CDLL('{library}')"], env=env, check=True)


def test_a_module_without_its_init_function(images: Images) -> None:
    spec = ModuleSpec("pkg.x", None, origin="/x/app.par/lib/libx.so")
    with pytest.raises(ParImportError, match=r"pkg\.x could not be loaded from .*PyInit_x") as caught:
        images.load_module(0, spec)
    assert "/proc/self/fd" not in str(caught.value)
    assert spec.origin == "/x/app.par/lib/libx.so"
    assert images.loaded() == []


def test_patches_are_in_memory_only(par: Path, library: bytes) -> None:
    row = native("lib/libx.so", 0, len(library), patches=((8, b"\1\2\3"),))
    images = Images(natives_index(par, [row]))
    fd, path = images._copies.of(row, "lib/libx.so")
    assert Path(path).read_bytes() == library[:8] + b"\1\2\3" + library[11:]
    os.close(fd)
    assert par.read_bytes().startswith(library)


def test_a_library_that_is_too_old_for_another(tmp_path: Path) -> None:
    """As the par's own, here, for which ld.so has the same words."""
    text = "int old(void) { return 1; }"
    compiled(tmp_path, "libxold.so", text, version="XOLD_2")
    user = compiled(tmp_path, "libxuser.so", "int old(void); int user(void) { return old(); }", "libxold.so")
    old = compiled(tmp_path, "libxold.so", text, version="XOLD_1")
    par = tmp_path / "app.par"
    par.write_bytes(old + user)
    natives = [
        Native(0, len(old), "lib/libxold.so", "libxold.so", None, (), (), ()),
        Native(len(old), len(user), "lib/libxuser.so", "libxuser.so", None, (0,), (), ()),
    ]
    images = Images(natives_index(par, natives))
    images._copies.count = 500  # other tests of this process have used the spellings before
    with pytest.raises(ParImportError) as caught:
        images.load_library(1)
    text = str(caught.value)
    assert "version `XOLD_2' not found (required by lib/libxuser.so)" in text
    assert (
        "lib/libxuser.so was linked beside a newer one of that library than was found, in the par or" in text
    )
    assert "build //some:target with the newer library (native_libs), or for an older policy" in text


def test_no_memory_for_what_holds_others_together(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_fd: int, _data: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    index: Any = SimpleNamespace(header={})
    before = descriptors()
    monkeypatch.setattr(posix, "write", refuse)
    with pytest.raises(OSError, match="No space left"):
        Copies(index).together(["libx.so"], "x")
    assert descriptors() == before
