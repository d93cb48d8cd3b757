"""README.adoc and docs/benchmarks/results.md show what docs/benchmarks/results.json says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import readme, record, report
from benchmarks.ratios import Results
from benchmarks.record import Record


def _results() -> Results:
    numbers = {"venv": (1.0, 0.0), "memfd_par": (0.5, 0.0), "pex": (250.0, 61.4e6), "shiv": (12.0, 1234.0)}
    records = [
        Record.of(application, contender, measure, "s", [number])
        for application in ("hello", "numpy")
        for contender, (time, written) in numbers.items()
        for measure, number in (
            ("warm_start_s", time * (4 if contender == "memfd_par" and application == "numpy" else 1)),
            ("bytes_written", written),
        )
    ]
    return Results.of([*records, Record("numpy", "zipapp", "warm_start_s", "s", error="it cannot")])


_TEXT = "before\n// benchmarks {}\nold\n// end of benchmarks\nafter\n"


@pytest.mark.parametrize(("application", "own"), [("hello", "0.50"), ("numpy", "2.00"), ("mean", "1.00")])
def test_table(application: str, own: str) -> None:
    """Ratios with three digits; nobody without numbers."""
    assert readme.filled(_TEXT.format(application), _results()) == _TEXT.format(application).replace(
        "old",
        f"""\
[cols="3,1,1,1,1,2"]
|===
|{application} |First start |Warm start |CPU |Memory of 8 |Bytes written at first start

|virtual environment |- |1.00 |- |- |0
|*memfd_par* |- |{own} |- |- |0
|pex |- |250 |- |- |61 million
|shiv |- |12.0 |- |- |1.23 thousand
|===""",
    )


def test_an_application_that_was_not_measured() -> None:
    with pytest.raises(ValueError, match=r"a table of 'lxml', .* no such application: hello, numpy, mean$"):
        readme.filled(_TEXT.format("lxml"), _results())


def test_readme_agrees_with_the_results() -> None:
    text = Path(readme.README).read_text("utf-8")
    assert text.count("// benchmarks ") == text.count("// end of benchmarks\n") > 0
    results = Results.of(record.read(Path(readme.RESULTS)))
    assert readme.filled(text, results) == text, "README.adoc is old. Mend: ./bazelw run //benchmarks:readme"


def test_the_page_agrees_with_the_results() -> None:
    folder = Path(readme.RESULTS).parent
    results = Results.of(record.read(folder / "results.json"))
    versions = json.loads((folder / "versions.json").read_text("utf-8"))
    assert report.markdown(results, versions, "../benchmarks.md") == (folder / "results.md").read_text(
        "utf-8"
    )
