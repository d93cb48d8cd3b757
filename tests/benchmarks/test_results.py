"""Records, ratios and tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import record, report
from benchmarks.application import APPLICATIONS, edit
from benchmarks.contenders.table import CONTENDERS
from benchmarks.main import main
from benchmarks.measures import MEASURES
from benchmarks.ratios import Results
from benchmarks.record import Record


def _records() -> list[Record]:
    return [
        Record.of("hello", "venv", "warm_start_s", "s", [0.2, 0.1, 0.4]),
        Record.of("hello", "pex", "warm_start_s", "s", [0.8]),
        Record.of("numpy", "venv", "warm_start_s", "s", [1.0]),
        Record.of("numpy", "pex", "warm_start_s", "s", [9.0]),
        Record("hello", "shiv", "warm_start_s", "s", error="it is *not* | there"),
        Record.of("numpy", "shiv", "warm_start_s", "s", [3.0]),
    ]


def test_names_are_those_of_the_issue() -> None:
    assert (
        list(CONTENDERS)
        == (
            "venv memfd_par memfd_par_full memfd_par_plain memfd_par_carried memfd_par_carried_libc "
            "pex pex_venv pex_scie shiv pyinstaller_onefile pyinstaller_onedir nuitka_onefile rules_python_zip zipapp"
        ).split()
    )
    assert (
        list(MEASURES)
        == (
            "first_start_s warm_start_s cpu_s bytes_written files_left memory_1_bytes memory_8_bytes memory_32_bytes file_bytes "
            "build_s rebuild_s"
        ).split()
    )


def test_what_is_written_is_read(tmp_path: Path) -> None:
    record.write(_records(), tmp_path / "results.json")
    assert record.read(tmp_path / "results.json") == _records()


def test_an_error_has_no_numbers() -> None:
    fields = _records()[4].fields()
    assert fields.keys() == {"application", "contender", "measure", "unit", "error"}


def test_ratios() -> None:
    results = Results.of(_records())
    assert results.ratio("hello", "pex", "warm_start_s") == pytest.approx(4)
    assert results.ratio("hello", "shiv", "warm_start_s") is None
    mean, applications = results.geometric_mean("pex", "warm_start_s")
    assert (mean, applications) == (pytest.approx(6), 2)
    assert results.geometric_mean("shiv", "warm_start_s") == (pytest.approx(3), 1)


def test_nothing_is_compared_with_zero() -> None:
    records = [Record.of("hello", name, "bytes_written", "bytes", [0.0]) for name in ("venv", "memfd_par")]
    assert Results.of(records).ratio("hello", "memfd_par", "bytes_written") is None


def test_tables() -> None:
    text = report.markdown(Results.of(_records()), {"cpython": "3.14.0"}, "../benchmarks.md")
    assert "| venv | 1.00 (200.0 ms, 100.0 ms … 400.0 ms) | 1.00 (1.00 s) | 1.00 |" in text
    assert "| pex | 4.00 (800.0 ms) | 9.00 (9.00 s) | 6.00 |" in text
    assert "| shiv | - | 3.00 (3.00 s) | 3.00 of 1 |" in text
    assert r"* `shiv`, hello: it is \*not\* \| there" in text
    assert "| cpython | 3.14.0 |" in text


@pytest.mark.parametrize("option", ["--applications", "--contenders", "--measures"])
def test_an_unknown_name_is_told_with_those_that_there_are(
    option: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with pytest.raises(SystemExit):
        main([f"--out={tmp_path}", f"--workspace={tmp_path}", option, "hello,nothing"])
    complaint = capsys.readouterr().err
    known = {"--applications": "modules_1000", "--contenders": "venv", "--measures": "cpu_s"}[option]
    assert "'nothing'" in complaint and known in complaint


def test_no_runs_are_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        main([f"--out={tmp_path}", f"--workspace={tmp_path}", "--runs=0"])
    assert "it has to be 1 or more" in capsys.readouterr().err


def test_generated_modules(tmp_path: Path) -> None:
    APPLICATIONS["modules_1000"].write(tmp_path / "src")
    assert len(list((tmp_path / "src/commands").rglob("command_*.py"))) == 1000
    source = tmp_path / "src/application.py"
    before = source.read_text("utf-8")
    edit(tmp_path / "src", 1)
    assert source.read_text("utf-8") != before
