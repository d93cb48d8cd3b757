"""A machine without a C compiler: what Bazel and what this project make of it; docs/build.md tells."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from tests.downstream.nested import Workspace

#: Bazel's own way to say that it need not look for a compiler.
_NONE = "--repo_env=BAZEL_DO_NOT_DETECT_CPP_TOOLCHAIN=1"


def test_the_loader_in_c_is_left_out(workspace: Workspace) -> None:
    """memfd_par's own rules need no C toolchain."""
    result = workspace.run("build", _NONE, "@memfd_par//runtime/native:loader")
    assert result.returncode == 0, result.stderr
    assert "loader up-to-date (nothing to build)" in result.stderr, result.stderr


def has_loader(par: Path) -> bool:
    """Whether a par has the image loader; if not, it says why."""
    with zipfile.ZipFile(par) as archive:
        found = ".par/loader.so" in archive.namelist()
    assert (b"the par was built without a C compiler" in par.read_bytes()) != found
    return found


@pytest.mark.skipif(
    os.uname().machine == "aarch64", reason="this machine's compiler is the one that has to be missing"
)
def test_a_par_for_a_platform_without_one(workspace: Workspace) -> None:
    """The packer runs where there is a C toolchain, and packs for a platform for which there is none."""
    result = workspace.run("build", "--platforms=//elsewhere:aarch64", "//elsewhere:program")
    assert result.returncode == 0, result.stderr
    assert not has_loader(workspace.folder / "bazel-bin/elsewhere/program.par")
    assert workspace.run("build", "//shop:show").returncode == 0
    assert has_loader(workspace.folder / "bazel-bin/shop/show.par")


def test_bazels_own_programs_in_python_need_one(workspace: Workspace) -> None:
    """The packer is a py_binary. Bazel 7's asks for a C toolchain; where another Bazel's does not, the par has to be whole."""
    result = workspace.run("run", _NONE, "//shop:show")
    if result.returncode:
        assert "Unable to find a CC toolchain" in result.stderr, result.stderr
        assert "current_cc_toolchain" in result.stderr, result.stderr
    else:
        assert result.stdout == "<h1>Parts &amp; labour</h1>\n"
