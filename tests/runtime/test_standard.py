"""The standard library's modules, found in fewer steps: a folder stands in for the machine's."""

from __future__ import annotations

import importlib
import importlib.util
import os
import py_compile
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest

from memfd_par import standard

_ROOT = "/nowhere/app.par/"


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "colors.py").write_text("RED = 1\n")
    (tmp_path / "shapes").mkdir()
    (tmp_path / "shapes" / "__init__.py").write_text("SIDES = 4\n")
    (tmp_path / "shapes" / "round.py").write_text("SIDES = 0\n")
    monkeypatch.setattr(standard, "_FOLDER", str(tmp_path))
    monkeypatch.setattr(standard, "_NAMES", frozenset(["colors", "shapes"]))
    monkeypatch.setattr(standard, "_before", None)
    monkeypatch.setattr(sys, "path", [_ROOT, str(tmp_path), *sys.path])
    return tmp_path


def load(name: str, path: list[str] | None = None) -> ModuleType:
    spec = standard.find_spec(name, path, _ROOT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def compiled(source: Path, **how: object) -> Path:
    return Path(py_compile.compile(str(source), doraise=True, **how))  # type: ignore[arg-type]


def as_importlib_has_it(name: str, module: ModuleType) -> None:
    """Attributes that programs look at are those of importlib's own finder."""
    other = importlib.util.find_spec(name)
    mine = module.__spec__
    assert other is not None and mine is not None and type(other.loader) is SourceFileLoader
    assert isinstance(mine.loader, SourceFileLoader)
    for field in ("name", "origin", "cached", "has_location", "parent", "submodule_search_locations"):
        assert getattr(mine, field) == getattr(other, field), field
    assert module.__file__ == other.origin


@pytest.mark.parametrize("is_compiled", [False, True])
@pytest.mark.parametrize("name", ["colors", "shapes", "shapes.round"])
def test_modules(library: Path, monkeypatch: pytest.MonkeyPatch, name: str, is_compiled: bool) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    if is_compiled:
        for source in library.rglob("*.py"):
            compiled(source)
    parent = [str(library / "shapes")] if "." in name else None
    module = load(name, parent)
    assert (getattr(module, "RED", None), getattr(module, "SIDES", None)) == {
        "colors": (1, None),
        "shapes": (None, 4),
        "shapes.round": (None, 0),
    }[name]
    as_importlib_has_it(name, module)
    sys.modules.pop("shapes", None)


def test_byte_code_is_used(library: Path) -> None:
    """Where date and size are those of the source, the source itself is not compiled."""
    source = library / "colors.py"
    status = source.stat()
    source.write_text("RED = 2\n")
    os.utime(source, ns=(status.st_atime_ns, status.st_mtime_ns))
    compiled(source)
    source.write_text("RED = 1\n")
    os.utime(source, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert load("colors").RED == 2


@pytest.mark.parametrize("change", ["date", "size", "magic", "hash", "cut", "empty", "no code"])
def test_byte_code_that_is_not_valid(library: Path, monkeypatch: pytest.MonkeyPatch, change: str) -> None:
    """Importlib's own way then: it compiles the source, or says what is wrong."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    source = library / "colors.py"
    if change == "hash":
        cached = compiled(source, invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH)
    else:
        cached = compiled(source)
    data = cached.read_bytes()
    if change == "magic":
        cached.write_bytes(b"\0" + data[1:])
    elif change == "empty":
        cached.write_bytes(b"")
    elif change == "cut":
        cached.write_bytes(data[:-4])
    elif change == "no code":
        cached.write_bytes(data[:16] + b"N")
    elif change == "size":
        source.write_text("RED = 1  # \n")
    elif change == "date":
        os.utime(source, (1, 1))
    if change in ("cut", "no code"):
        with pytest.raises((EOFError, ImportError)):
            load("colors")
        return
    assert load("colors").RED == 1


def test_code_is_read_again(library: Path) -> None:
    """A loader that is asked once more looks at the source once more (importlib.reload)."""
    spec = standard.find_spec("colors", None, _ROOT)
    assert spec is not None and isinstance(spec.loader, standard.StandardLoader)
    assert spec.loader.get_code("colors") is not None
    (library / "colors.py").write_text("RED = 1234\n")
    code = spec.loader.get_code("colors")
    assert code is not None and 1234 in code.co_consts


def test_long_byte_code(library: Path) -> None:
    names = "".join(f"name_{n} = {n}\n" for n in range(9000))
    (library / "colors.py").write_text(names)
    assert compiled(library / "colors.py").stat().st_size > 1 << 16
    assert load("colors").name_8999 == 8999


@pytest.mark.parametrize("name", ["colors", "shapes", "shapes.round"])
def test_left_to_importlib(library: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    path = [str(library / "shapes")] if "." in name else None
    assert standard.find_spec(name, path, _ROOT) is not None
    for change in (
        lambda patch: patch.setattr(standard, "_NAMES", frozenset()),
        lambda patch: patch.setattr(sys, "path", [entry for entry in sys.path if entry != str(library)]),
        lambda patch: patch.setattr(sys, "path", [str(library.parent), *sys.path]),
        lambda patch: patch.setattr(sys, "pycache_prefix", "/nowhere"),
    ):
        with monkeypatch.context() as patch:
            change(patch)
            assert standard.find_spec(name, path, _ROOT) is None
    assert standard.find_spec(name + "s", path, _ROOT) is None


def test_packages_in_several_folders(library: Path) -> None:
    """A package may be extended (pkgutil.extend_path)."""
    assert standard.find_spec("shapes.round", [str(library / "shapes"), "/elsewhere"], _ROOT) is None
    assert standard.find_spec("shapes.round", None, _ROOT) is None
    assert standard.find_spec("shapes.round", ["/elsewhere"], _ROOT) is None


def test_a_folder_that_is_called_like_a_module(library: Path) -> None:
    (library / "shapes.py").mkdir()
    assert load("shapes").SIDES == 4


@pytest.mark.parametrize("entry", ["", "relative", "{par}/vendor", "{folder}/shapes", "{folder}/modules.zip"])
def test_what_comes_before(library: Path, monkeypatch: pytest.MonkeyPatch, entry: str) -> None:
    """The working directory, folders of the par and whatever exists may have a module of that name: importlib looks."""
    par = library / "app.par"
    par.touch()
    (library / "modules.zip").touch()
    before = [f"{par}/", entry.format(par=par, folder=library)]
    monkeypatch.setattr(sys, "path", [*before, *sys.path[1:]])
    assert standard.find_spec("colors", None, f"{par}/") is None
    monkeypatch.setattr(sys, "path", [before[0], "/nowhere/python.zip", *sys.path[2:]])
    assert standard.find_spec("colors", None, f"{par}/") is not None
