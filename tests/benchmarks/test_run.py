"""A small run, from wheels_lock.txt and tools_lock.txt to results.json and results.md."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from benchmarks.main import main
from benchmarks.measures import MEASURES
from benchmarks.record import LEFT_OUT

_CONTENDERS = ["venv", "memfd_par", "memfd_par_carried", "pex", "zipapp"]
_MEASURES = ["warm_start_s", "bytes_written", "files_left", "memory_1_bytes", "file_bytes", "rebuild_s"]


def test_run(tmp_path: Path) -> None:
    if not (shutil.which("bazel") or shutil.which("bazelisk")):
        # bazelw would bring one, which takes minutes and root rights.
        pytest.fail(
            "this test runs a Bazel of its own, and there is none on PATH: run it by ./bazelw, or install Bazel 7"
        )
    # Real files in place of the links of a runfiles tree.
    repository = tmp_path / "memfd_par"
    sources = Path(os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"])
    shutil.copytree(sources, repository, ignore=shutil.ignore_patterns("__pycache__", "external", "tests"))

    out = tmp_path / "out"
    arguments = [f"--out={out}", f"--cache={tmp_path / 'cache'}", f"--workspace={repository}", "--runs=1"]
    names = [f"--contenders={','.join(_CONTENDERS)}", f"--measures={','.join(_MEASURES)}"]
    assert main([*arguments, *names, "--applications=hello,lxml", "--no_charts"]) == 0

    records = json.loads((out / "results.json").read_text("utf-8"))
    assert [(each["application"], each["contender"], each["measure"]) for each in records] == [
        (application, contender, measure)
        for application in ("hello", "lxml")
        for contender in _CONTENDERS
        for measure in _MEASURES
    ]
    errors = [each for each in records if "error" in each]
    failed = {(each["application"], each["contender"]) for each in errors}
    assert failed == {("lxml", "zipapp")}, errors  # it has native code
    for each in errors:
        assert each.keys() == {"application", "contender", "measure", "unit", "error"} and each["error"]
    for each in records:
        if each not in errors:
            assert each.keys() == {
                *("application", "contender", "measure", "unit"),
                *("median", "min", "max", "runs"),
            }
            assert 0 <= each["min"] <= each["median"] <= each["max"]
            assert each["runs"] == MEASURES[each["measure"]].per_round

    medians = {
        (each["contender"], each["measure"]): each["median"]
        for each in records
        if each["application"] == "hello"
    }
    for name in ("memfd_par", "memfd_par_carried"):
        assert medians[name, "bytes_written"] == medians[name, "files_left"] == 0
    assert medians["pex", "files_left"] > 0
    assert all(medians[name, "file_bytes"] > 0 for name in _CONTENDERS)

    versions = json.loads((out / "versions.json").read_text("utf-8"))
    assert {"cpython", "libc", "linux", "memfd_par", "pex"} <= versions.keys()
    table = (out / "results.md").read_text("utf-8")
    assert "`warm_start_s`" in table and "## Why a number is missing" in table

    # Another run of a measure of one application replaces that one alone.
    others = [each for each in records if (each["application"], each["measure"]) != ("hello", "file_bytes")]
    again = [*arguments, "--contenders=venv", "--measures=file_bytes", "--applications=hello"]
    assert main([*again, "--keep", "--no_charts"]) == 0
    kept = json.loads((out / "results.json").read_text("utf-8"))
    assert len(kept) == len(records)  # each gap has a reason
    assert [each for each in kept if each in others] == others
    (new, *left_out) = [each for each in kept if each not in others]
    assert (new["application"], new["contender"], new["measure"]) == ("hello", "venv", "file_bytes")
    assert {each["error"] for each in left_out} == {LEFT_OUT}
    assert json.loads((out / "versions.json").read_text("utf-8")) == versions
    assert main([*again, "--no_charts"]) == 0
    assert len(json.loads((out / "results.json").read_text("utf-8"))) == 1
