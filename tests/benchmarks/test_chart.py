"""Charts of results."""

from __future__ import annotations

from pathlib import Path

from benchmarks import chart
from benchmarks.ratios import Results
from benchmarks.record import Record


def _results() -> Results:
    return Results.of(
        record
        for application, scale in (("hello", 1.0), ("numpy", 3.0))
        for record in (
            Record.of(application, "venv", "warm_start_s", "s", [0.2 * scale]),
            Record.of(application, "memfd_par", "warm_start_s", "s", [0.1 * scale]),
            Record(application, "pex", "warm_start_s", "s", error="not there"),
            Record.of(application, "venv", "bytes_written", "bytes", [0.0]),
            Record.of(application, "memfd_par", "bytes_written", "bytes", [0.0]),
            Record.of(application, "pex", "bytes_written", "bytes", [1e6]),
            Record(application, "venv", "cpu_s", "s", error="not there"),
        )
    )


def test_charts(tmp_path: Path) -> None:
    results = _results()
    # A contender that lacks a measure altogether.
    for application in results.applications():
        for contender in ("memfd_par", "pex"):
            key = (application, contender, "cpu_s")
            results.records[key] = Record(*key, "s", error="not there")
    written = chart.draw(results, tmp_path)
    assert {path.name for path in written} == {
        "warm_start_s.png",
        "warm_start_s.svg",
        "bytes_written.png",
        "bytes_written.svg",
    }
    assert all(path.read_bytes()[:4] == b"\x89PNG" for path in written if path.suffix == ".png")
    assert all("<svg" in path.read_text("utf-8") for path in written if path.suffix == ".svg")


def test_same_results_same_charts(tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    first = [path.read_bytes() for path in chart.draw(_complete(), tmp_path)]
    assert first == [path.read_bytes() for path in chart.draw(_complete(), tmp_path / "again")]


def _complete() -> Results:
    return Results.of(
        record for (_, _, measure), record in _results().records.items() if measure == "warm_start_s"
    )
