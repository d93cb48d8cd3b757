"""Data of a par, found by the runfiles libraries of rules_python and of PyPI."""

from __future__ import annotations

import json
import os

import pytest

from tests.e2e.par import Par

#: Of the main repository: its name in the runfiles differs with the ways to name it.
MAIN = os.environ["TEST_WORKSPACE"]


@pytest.fixture
def par(shared: object) -> Par:
    par = shared("find_runfiles")  # type: ignore[operator]  # a fixture
    assert isinstance(par, Par)
    return par


@pytest.mark.parametrize(
    "inherited", [{}, {"RUNFILES_DIR": "/of/another"}, {"RUNFILES_MANIFEST_FILE": "/of/another"}]
)
def test_both_libraries_find_what_the_build_put_there(par: Par, inherited: dict[str, str]) -> None:
    folder = f"{MAIN}/tests/e2e/programs/lib"
    more = [f"{folder}/shapes", f"{folder}/shapes/__init__.py", f"{MAIN}/tests/e2e/programs/find_runfiles.py"]
    result = par.run(*more, env=inherited)
    assert (result.returncode, result.stderr) == (0, "")
    output = json.loads(result.stdout)
    for found in output["found"].values():
        (names, text), (shapes, is_folder), (package, line), (main, _) = found
        assert (names, text) == (f"{par.path}/shapes/names.txt", "circle")
        assert (shapes, is_folder) == (f"{par.path}/shapes", True)
        assert package == f"{par.path}/shapes/__init__.py"
        assert line.startswith('"""')
        assert main == f"{par.path}/tests/e2e/programs/find_runfiles.py"
    assert len(output["found"]) == 2


def test_what_is_not_there(par: Par) -> None:
    stderr = par.fails(f"{MAIN}/tests/absent.txt")
    assert f"FileNotFoundError: [Errno 2] No such file or directory: '{par.path}/tests/absent.txt'" in stderr


def test_children_do_not_see_the_variable(par: Par) -> None:
    output = json.loads(par.output())
    assert output["children"] == ["[]", "[]", "[]"]
    assert not output["shown"]
