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


#: Tests of what is otherwise where the par carries its interpreter; tests/carried has what is so then.
_NOT_CARRIED = {
    "test_a_warning_is_an_error_there": "options are for the Python that starts it, not for its own",
    "test_a_limit_of_memory": "Python has loaded more, and memory is left for what is small",
    "test_a_limit_of_memory_that_is_lifted": "as above",
    "test_any_flipped_bit_in_the_tables": "looks at another par",
    "test_as_file": "the standard library is below the par, too",
    "test_bad_command_lines_end_with_2": "Python itself reads them, and has its own words",
    "test_changed_in_place_where_pages_are_mapped": "nobody may write to a program that runs",
    "test_cut_while_it_runs": "nobody may write to a program that runs",
    "test_cut_while_it_runs_and_is_mapped": "nobody may write to a program that runs",
    "test_cut_within_the_preamble": "the kernel says what is wrong with a program",
    "test_data_as_a_file_without_memfd": "Python itself needs memfd",
    "test_deflated_data": "looks at another par",
    "test_deflated_data_without_memory": "as above",
    "test_dl_iterate_phdr": "Python's own libraries are listed as well",
    "test_emptied": "nobody may write to a program that runs",
    "test_metadata_of_wheels": "looks at another par",
    "test_no_memfd": "Python itself needs memfd",
    "test_no_proc": "Python itself needs /proc",
    "test_no_process_is_started": "the process is named after the par",
    "test_no_warning": "looks at other pars",
    "test_noexec_mount": "it is a program",
    "test_not_executable": "it is a program",
    "test_removed_and_closed": "what else the test imports is gone, too",
    "test_replaced_and_closed": "as above",
    "test_replaced_by_a_text_and_closed": "as above",
    "test_rewritten_in_place": "nobody may write to a program that runs",
    "test_standard_input_module_and_script": "sys.argv of standard input is Python's own",
    "test_text_is_a_copy": "Python's own text is a copy, too",
    "test_the_zip_directory_is_not_read": "the launcher maps other parts",
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
                pars[name] = repack(name, python, place) if _OTHERS else _built(name, place)
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
    return Par.copied(f"{_PROGRAMS}/{name}.par", folder)
