"""Files in a par answer as files in a folder do, errors too."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from memfd_par import memory_tree
from memfd_par.resources import Reader, Resource, _as_file
from tests.runtime.fakes import ROOT, files_index

FILES = {
    "package/__init__.py": b"",
    "package/text.txt": "Grüße\r\nan alle\n".encode(),
    "package/data/deep/blob.bin": bytes(range(256)),
    "package/data.txt": b"not in data",
    "top.txt": b"top",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("real")
    for path, data in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    return root


@pytest.fixture
def root() -> Resource:
    return Resource(files_index(FILES), "")


def answer(path: Any, question: Callable[[Any], Any]) -> Any:
    """What a path answers, or the class and number of its error."""
    try:
        return question(path)
    except OSError as error:
        return type(error), error.errno
    except ValueError as error:
        return type(error)


QUESTIONS: dict[str, Callable[[Any], Any]] = {
    "bytes": lambda path: path.read_bytes(),
    "children": lambda path: sorted(child.name for child in path.iterdir()),
    "exists": lambda path: path.exists(),
    "file": lambda path: path.is_file(),
    "folder": lambda path: path.is_dir(),
    "name": lambda path: path.name,
    "open_binary": lambda path: path.open("rb").read(),
    "text": lambda path: path.read_text(encoding="utf-8"),
    "text_latin": lambda path: path.read_text("latin-1"),
    "text_replaced": lambda path: path.read_text("ascii", "replace"),
    "text_strict": lambda path: path.read_text("ascii"),
}


@pytest.mark.filterwarnings("ignore:unclosed file")
@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize(
    "path",
    [
        "package",
        "package/text.txt",
        "package/data",
        "package/data/deep",
        "package/data/deep/blob.bin",
        "package/data.txt",
        "package/dat",
        "package/absent.txt",
        "absent",
        "absent/absent",
        "top.txt",
    ],
)
def test_as_a_real_file(path: str, question: str, folder: Path, root: Resource) -> None:
    assert answer(root / path, QUESTIONS[question]) == answer(folder / path, QUESTIONS[question])


@pytest.mark.parametrize(
    ("parts", "path"),
    [
        (("package", "data"), "package/data"),
        (("package/data",), "package/data"),
        (("package", "./text.txt"), "package/text.txt"),
        (("package", "data", "..", "text.txt"), "package/text.txt"),
        ((Path("package"), Path("text.txt")), "package/text.txt"),
        (("..", "..", "top.txt"), "top.txt"),  # nothing is above the par
        ((), ""),
    ],
)
def test_joinpath(parts: tuple[str, ...], path: str, root: Resource) -> None:
    assert os.fspath(root.joinpath(*parts)) == ROOT + path


def test_names_that_others_show(root: Resource) -> None:
    assert str(root / "top.txt") == ROOT + "top.txt"
    assert repr(root / "top.txt") == f"Resource('{ROOT}top.txt')"


@pytest.mark.parametrize("mode", ["w", "a", "r+", "xb"])
def test_a_par_is_read_only(mode: str, root: Resource) -> None:
    with pytest.raises(OSError, match="Read-only file system") as caught:
        (root / "top.txt").open(mode)
    assert caught.value.errno == errno.EROFS
    assert caught.value.filename == ROOT + "top.txt"


def test_in_memory(root: Resource) -> None:
    blob = root / "package/data/deep/blob.bin"
    path = blob.in_memory()
    assert path.read_bytes() == bytes(range(256))
    assert os.readlink(path) == "/memfd:blob.bin (deleted)"
    assert (root / "package/data/deep/blob.bin").in_memory() == path  # one file a process


def test_as_file(root: Resource) -> None:
    with _as_file(root / "top.txt") as path:
        assert path.read_bytes() == b"top"
    with pytest.raises(FileNotFoundError), _as_file(root / "absent"):
        pass


def test_a_folder_as_file(root: Resource, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_tree, "real_path", {ROOT + "package": "/in/memory/package"}.__getitem__)
    with _as_file(root / "package") as path:
        assert path == Path("/in/memory/package")


def test_reader() -> None:
    reader = Reader(files_index(FILES), "package")
    assert str(reader.files()) == ROOT + "package"
    assert sorted(reader.contents()) == ["__init__.py", "data", "data.txt", "text.txt"]
    assert reader.is_resource("text.txt")
    assert not reader.is_resource("data")
    with reader.open_resource("text.txt") as stream:
        assert stream.read() == FILES["package/text.txt"]
    assert Path(reader.resource_path("data.txt")).read_bytes() == b"not in data"
    with pytest.raises(FileNotFoundError):
        reader.open_resource("absent")
