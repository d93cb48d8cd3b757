"""docs/benchmarks.md shows which goals the numbers of docs/benchmarks/results.json reach."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import goals, readme, record
from benchmarks.contenders.table import CONTENDERS
from benchmarks.ratios import Results
from benchmarks.record import Record

_APPLICATIONS = ("hello", "numpy")


def _results(measure: str, **numbers: tuple[float | None, ...]) -> Results:
    """The numbers of each contender, with `hello`, `numpy` and so on; `None`: not measured."""
    return Results.of(
        Record(application, contender, measure, "", error="it cannot")
        if number is None
        else Record.of(application, contender, measure, "", [number])
        for contender, of_it in numbers.items()
        for application, number in zip(_APPLICATIONS, of_it, strict=True)
    )


def _cell(results: Results, title: str) -> str:
    """What stands beside the goal, for `memfd_par`."""
    (line,) = [line for line in goals.table(results).splitlines() if line.startswith(f"| {title}")]
    return line.split(" | ")[1]


@pytest.mark.parametrize(
    ("title", "measure", "bound"),
    [
        ("Warm start at or below 1.00", "warm_start_s", 1),
        ("First start at or below 1.00", "first_start_s", 1),
        ("Memory of 8 ", "memory_8_bytes", 1.05),
        ("Memory of 32 ", "memory_32_bytes", 1.05),
    ],
)
def test_ratios_to_the_virtual_environment(title: str, measure: str, bound: float) -> None:
    """As they are shown, with three digits."""
    half, less, above = 2.0, 4 * (bound + 0.004), 4 * (bound + 0.01)
    for own, text in {
        (half, less): f"reached: 0.50 to {bound:.2f}",
        (less, less): f"reached: {bound:.2f}",
        (half, above): f"**missed** in 1 of 2: `numpy` {bound + 0.01:.2f}; the others: 0.50",
        (8, 52): "**missed** in 2 of 2: `hello` 2.00, `numpy` 13.0",
        (None, half): "reached: 0.50; not measured: `hello`",
        (above, None): f"**missed**: `hello` {bound + 0.01:.2f}; not measured: `numpy`",
        (None, None): "not measured",
    }.items():
        assert _cell(_results(measure, venv=(4, 4), memfd_par=own), title) == text


def test_the_geometric_mean() -> None:
    for own, text in {
        (0.8, 0.9): "reached: 0.85",
        (0.86, 0.86): "**missed**: 0.86",
        (0.8, None): "reached: 0.80; not measured: `numpy`",
        (None, None): "not measured",
    }.items():
        results = _results("warm_start_s", venv=(1, 1), memfd_par=own)
        assert _cell(results, "Warm start at or below 0.85") == text


@pytest.mark.parametrize("measure", ["first_start_s", "warm_start_s"])
def test_other_contenders(measure: str) -> None:
    """Whoever is as fast makes it missed; the tiers and the virtual environment are no others."""
    title = measure.partition("_")[0].title() + " start below every other contender's"
    others = {"venv": (0.1, 0.1), "memfd_par_full": (0.1, 0.1), "memfd_par": (1.0, 1.0), "pex": (20.0, 15.0)}
    absent = 2 * len(goals.OTHERS) - 4
    for onedir, text in {
        (1.2, 1.1): "reached: 1.10 to 20.0",
        (1.2, 1.004): "**missed** in 1 of 4: `pyinstaller_onedir` (`numpy` 1.00); the others: 1.20 to 20.0",
    }.items():
        results = _results(measure, **others, pyinstaller_onedir=onedir)
        assert _cell(results, title) == f"{text}; not measured: {absent} of {absent + 4}"


def test_contenders_that_unpack() -> None:
    title = "First start at least 5 times below"
    results = _results(
        "first_start_s",
        memfd_par=(1.0, 2.0),
        shiv=(4.0, 10.0),
        rules_python_zip=(4.9, 8.0),
        pyinstaller_onedir=(1.0, 1.0),
    )
    absent = 2 * len(goals.UNPACKING) - 4
    assert _cell(results, title) == (
        "**missed** in 3 of 4: `shiv` (`hello` 4.00), `rules_python_zip` (`hello` 4.90, `numpy` 4.00); "
        f"the others: 5.00; not measured: {absent} of {absent + 4}"
    )


def test_bytes_written() -> None:
    for own, text in {
        (0, 0): "reached: 0 B",
        (0, 4.1e6): "**missed** in 1 of 2: `numpy` 4.1 MB; the others: 0 B",
        (None, 0): "reached: 0 B; not measured: `hello`",
    }.items():
        assert _cell(_results("bytes_written", venv=(0, 0), memfd_par=own), "0 bytes written") == text


def test_contenders_are_those_that_are_measured() -> None:
    assert set(goals.UNPACKING) < set(goals.OTHERS) and {*goals.OTHERS, *goals.OWN} < set(CONTENDERS)


def test_the_page_agrees_with_the_results() -> None:
    text = Path(goals.PAGE).read_text("utf-8")
    assert text.count(f"\n{goals.BEGIN}\n") == text.count(f"\n{goals.END}\n") == 1
    results = Results.of(record.read(Path(readme.RESULTS)))
    assert goals.table(results) in text
    assert goals.filled(text, results) == text, (
        "docs/benchmarks.md is old. Mend: ./bazelw run //benchmarks:readme"
    )
