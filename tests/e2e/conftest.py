"""What the end-to-end tests share."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.par import Copy, Par
from tests.e2e.repack import pythons, repack

#: Set by a target that runs its tests with all other Pythons than Bazel's.
_OTHERS = bool(os.environ.get("WITH_OTHER_PYTHONS"))

#: Where the programs are; a target may name others, which are the same but for their interpreter.
_PROGRAMS = os.environ.get("PROGRAMS", "tests/e2e/programs")

#: Where others are, that are no programs of the tests alone, unless a target names a folder for all.
_ELSEWHERE = {
    "hello": "examples/hello/hello.par",
    "mysql_repl": "mysql_repl.par",
    "numpy": "examples/numpy/numpy.par",
}

#: Tests of what is otherwise where the par carries its interpreter; tests/carried has what is so then.
_NOT_CARRIED = {
    "test_a_warning_is_an_error_there": "options are for the Python that starts it, not for its own",
    "test_a_limit_of_memory": "Python has loaded more, and memory is left for what is small",
    "test_a_limit_of_memory_that_is_lifted": "as above",
    "test_a_very_large_library": "packs its own",
    "test_as_file": "the standard library is below the par, too",
    "test_bad_command_lines_end_with_2": "Python itself reads them, and has its own words",
    "test_changed_in_place_where_pages_are_mapped": "nobody may write to a program that runs",
    "test_cut_while_it_runs": "nobody may write to a program that runs",
    "test_cut_while_it_runs_and_is_mapped": "nobody may write to a program that runs",
    "test_cut_within_the_preamble": "the kernel says what is wrong with a program",
    "test_data_as_a_file_without_memfd": "Python itself needs memfd",
    "test_dl_iterate_phdr": "Python's own libraries are listed as well",
    "test_emptied": "nobody may write to a program that runs",
    "test_every_other_python": "it looks for no Python",
    "test_every_python_of_this_version": "it looks for no Python",
    "test_golden_listing": "it has a standard library",
    "test_no_memfd": "Python itself needs memfd",
    "test_no_proc": "Python itself needs /proc",
    "test_no_python_on_the_machine": "it looks for no Python",
    "test_no_python_on_the_path": "it looks for no Python",
    "test_no_process_is_started": "the process is named after the par",
    "test_no_warning": "options are for the Python that starts it, not for its own",
    "test_noexec_mount": "it is a program",
    "test_not_executable": "it is a program",
    "test_other_inputs_give_other_bytes": "packs its own",
    "test_removed_and_closed": "what else the test imports is gone, too",
    "test_replaced_and_closed": "as above",
    "test_replaced_by_a_text_and_closed": "as above",
    "test_rewritten_in_place": "nobody may write to a program that runs",
    "test_same_bytes_however_the_files_are_digested": "packs its own",
    "test_same_inputs_give_same_bytes": "packs its own",
    "test_standard_input_module_and_script": "sys.argv of standard input is Python's own",
    "test_started_by_another_interpreter": "any Python hands over to its own",
    "test_started_by_the_interpreter": "options are for the Python that starts it, not for its own",
    "test_text_is_a_copy": "Python's own text is a copy, too",
    "test_the_named_python_does_not_exist": "it looks for no Python",
    "test_the_named_python_is_a_folder": "it looks for no Python",
    "test_the_named_python_is_used": "it looks for no Python",
    "test_the_right_python_comes_before_another_python3": "it looks for no Python",
    "test_the_zip_directory_is_not_read": "the launcher maps other parts",
    "test_tables": "packs its own",
    "test_unreadable": "it is a program",
    "test_unreadable_after_closing": "what else the test imports is gone, too",
}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what `_NOT_CARRIED` lists, and scripts for a shell."""
    if "PROGRAMS" not in os.environ:
        return
    kept = []
    for item in items:
        values = getattr(getattr(item, "callspec", None), "params", {})
        if getattr(item, "originalname", "") not in _NOT_CARRIED and not isinstance(
            values.get("shell") or 0, list
        ):
            kept.append(item)
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


@contextmanager
def _folder(prefix: str) -> Iterator[Path]:
    # Not pytest's tmp_path: other users may not enter that.
    path = Path(tempfile.mkdtemp(prefix=prefix))
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path)


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder that every user may read."""
    with _folder("par.") as path:
        yield path


@pytest.fixture(scope="session", params=pythons() if _OTHERS else [sys.executable])
def python(request: pytest.FixtureRequest) -> str:
    """The interpreter that the programs are packed for."""
    return str(request.param)


@pytest.fixture(scope="session")
def shared(python: str) -> Iterator[Copy]:
    """Gives a par of tests/e2e/programs, the same to every test: for those that change nothing."""
    with _folder("pars.") as path:
        pars: dict[str, Par] = {}

        def get(name: str) -> Par:
            if name not in pars:
                place = path / name
                place.mkdir(exist_ok=True)
                pars[name] = (
                    _built(name, place) if not _OTHERS or name in _ELSEWHERE else repack(name, python, place)
                )
            return pars[name]

        yield get
        left = {file.name for file in path.rglob("*")} - {"manifest"}
        assert left == {*pars, *(par.path.name for par in pars.values())}


@pytest.fixture
def copy(folder: Path, shared: Copy) -> Copy:
    """As `shared`, for one test only: in `folder`."""

    def get(name: str) -> Par:
        par = Par(folder / f"{name}.par", shared(name).python)
        shutil.copy(shared(name).path, par.path)
        return par

    return get


@pytest.fixture
def probe(shared: Copy) -> Par:
    """probe.par: it runs its first argument, and has pure Python dependencies."""
    return shared("probe")


@pytest.fixture
def natives(shared: Copy) -> Par:
    """natives.par: it runs its first argument, and has native code."""
    return shared("natives")


def _built(name: str, folder: Path) -> Par:
    place = f"{_PROGRAMS}/{name}.par"
    return Par.copied(place if "PROGRAMS" in os.environ else _ELSEWHERE.get(name, place), folder)
