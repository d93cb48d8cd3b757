"""Another workspace names this one, and packs a program with requirements from PyPI."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from tests.downstream.nested import Workspace


def test_it_builds_and_runs(workspace: Workspace) -> None:
    result = workspace.run("run", "//shop:show")
    assert result.returncode == 0, result.stderr
    assert result.stdout == "<h1>Parts &amp; labour</h1>\n"


def test_its_test_passes(workspace: Workspace) -> None:
    result = workspace.run("test", "--test_output=errors", "//shop:show_test")
    assert result.returncode == 0, result.stderr


def test_the_par_needs_nothing_of_the_workspace(workspace: Workspace, tmp_path: Path) -> None:
    assert workspace.run("build", "//shop:show").returncode == 0
    par = tmp_path / "show.par"
    shutil.copy(workspace.folder / "bazel-bin/shop/show.par", par)
    hidden = workspace.folder.with_name("hidden")
    os.rename(workspace.folder, hidden)
    try:
        result = subprocess.run([par], stdout=subprocess.PIPE, text=True, cwd="/", check=True)
    finally:
        os.rename(hidden, workspace.folder)
    assert result.stdout == "<h1>Parts &amp; labour</h1>\n"


def test_the_label_in_a_par_is_as_users_write_it(workspace: Workspace) -> None:
    assert workspace.run("build", "//shop:show").returncode == 0
    with open(workspace.folder / "bazel-bin/shop/show.par", "rb") as par:
        assert b"# //shop:show: a par" in par.read(100)


def test_libraries_that_need_each_other(workspace: Workspace) -> None:
    result = workspace.run("run", "//ring:parity")
    assert result.returncode == 0, result.stderr
    assert result.stdout == "1 0 0 1\n"
