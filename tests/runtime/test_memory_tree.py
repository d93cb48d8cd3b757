"""Where no folder can be made in memory, the error says why, and what to do."""

from __future__ import annotations

import errno
import subprocess
from typing import Any

import pytest

from memfd_par import memory_tree, paths
from memfd_par.errors import ParTreeError
from tests.runtime.fakes import ROOT, descriptors, files_index


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_tree, "_root", None)
    monkeypatch.setattr(memory_tree, "_copied", set())
    monkeypatch.setattr(paths, "_current", paths.Paths(files_index({"data/x.txt": b"x"})))
    monkeypatch.delenv(memory_tree.VARIABLE, raising=False)
    monkeypatch.setattr(memory_tree.sys, "_base_executable", "/nonexistent/python3", raising=False)


def refuses(command: list[str], **_: Any) -> subprocess.CompletedProcess[bytes]:
    assert command[0] == "/nonexistent/python3"  # the machine's, not the par
    return subprocess.CompletedProcess(command, 1, None, b"a warning\nunshare: Operation not permitted\n")


@pytest.mark.parametrize("path", ["data", "data/x.txt", ROOT + "data"])
def test_no_namespaces(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", refuses)
    before = descriptors()
    with pytest.raises(ParTreeError) as caught:
        memory_tree.real_path(path)
    assert descriptors() == before
    text = str(caught.value)
    assert text.startswith(f"{ROOT[:-1]} carries files that need a real folder, and no folder could be made")
    assert "(unshare: Operation not permitted)" in text
    assert "name a folder to write to in MEMFD_PAR_TREE" in text
    assert isinstance(caught.value, OSError)


@pytest.mark.parametrize(
    ("path", "code"),
    [("absent", errno.ENOENT), ("data/absent", errno.ENOENT), ("data/x.txt/y", errno.ENOTDIR)],
)
def test_what_is_not_there_needs_no_folder(path: str, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", None)
    with pytest.raises(OSError, match=r"app\.par") as caught:
        memory_tree.real_path(path)
    assert caught.value.errno == code


def test_a_folder_on_disk_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(memory_tree.VARIABLE, "/nonexistent/folder")
    with pytest.raises(ParTreeError, match=r"MEMFD_PAR_TREE names '/nonexistent/folder' .*No such file"):
        memory_tree.real_path("data")
