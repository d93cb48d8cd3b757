"""Charts of the ratios, as PNG and SVG: one for each measure."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from benchmarks.contenders.table import BASELINE
from benchmarks.measures import MEASURES
from benchmarks.ratios import Results
from benchmarks.report import quantity

_OWN = "memfd_par"
_FOCUS, _OWN_OTHERS, _BASE, _OTHERS = "#c44e52", "#dd9497", "#4c4c4c", "#9bb3cf"
_MEAN = "geometric mean"
_COLUMNS = 3


def draw(results: Results, folder: Path) -> list[Path]:
    """Draw the charts; returns the files, `MEASURE.png` and `MEASURE.svg`.

    A measure of which the virtual environment has nothing, such as bytes written, gets the numbers themselves.
    """
    mpl.rcParams["svg.hashsalt"] = "memfd_par"  # the same names of elements every time
    written = []
    for measure in results.measures():
        figure = _figure(results, measure)
        if figure is None:
            continue
        for suffix in ("png", "svg"):
            path = folder / f"{measure}.{suffix}"
            metadata: dict[str, str | None] = {"Date": None} if suffix == "svg" else {"Software": None}
            figure.savefig(path, dpi=100, metadata=metadata)
            written.append(path)
    return written


def _figure(results: Results, measure: str) -> Figure | None:
    """A panel of bars for each application, and one for the geometric mean; None if there is nothing to show."""
    panels = {
        application: bars
        for application in results.applications()
        if (bars := _bars(results, application, measure))
    }
    relative = any(
        results.ratio(application, BASELINE, measure) is not None for application in results.applications()
    )
    if relative and len(panels) > 1:
        means = {name: results.geometric_mean(name, measure) for name in results.contenders()}
        # A mean over other applications is another number.
        panels[_MEAN] = {
            name: (mean, f"{mean:.2f}" + ("" if number == len(panels) else f" (of {number} applications)"))
            for name, (mean, number) in means.items()
            if mean is not None
        }
    if not panels:
        return None
    columns = min(_COLUMNS, len(panels))
    rows = -(-len(panels) // columns)
    height = 0.9 + 0.22 * len(results.contenders())
    figure = Figure(figsize=(5 * columns, height * rows + 0.6), layout="constrained")
    scale = f"ratio to {BASELINE}, logarithmic" if relative else MEASURES[measure].unit
    figure.suptitle(f"{MEASURES[measure].title} ({scale})")
    for index, (title, bars) in enumerate(panels.items()):
        axes = figure.add_subplot(rows, columns, index + 1)
        names = results.contenders()
        values = [bars[name][0] for name in names if name in bars]
        smallest, largest = (
            (min([0.5, *values]) / 1.5, max([2, *values]) * 3) if relative else (0, max([1, *values]) * 1.5)
        )
        # Each contender has its place, so that one that has no number is seen to have none.
        lengths = [bars[name][0] if name in bars else smallest for name in names]
        labels = [bars[name][1] if name in bars else "no number" for name in names]
        drawn = axes.barh(names, lengths, color=[_colour(name) for name in names])
        axes.bar_label(drawn, labels, padding=2, fontsize=7)
        axes.invert_yaxis()
        axes.set_title(title, fontsize=9)
        axes.tick_params(labelsize=7)
        if relative:
            axes.set_xscale("log")
            axes.axvline(1, color=_BASE, linewidth=0.8)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.set_xlim(smallest, largest)
        axes.spines[["right", "top"]].set_visible(False)
    return figure


def _bars(results: Results, application: str, measure: str) -> dict[str, tuple[float, str]]:
    """Length and label of the bar of each contender that has a number."""
    bars = {}
    for contender in results.contenders():
        record = results.records[application, contender, measure]
        if record.median is not None:
            ratio = results.ratio(application, contender, measure)
            number = quantity(record.median, record.unit)
            bars[contender] = (record.median, number) if ratio is None else (ratio, f"{ratio:.2f} ({number})")
    return bars


def _colour(contender: str) -> str:
    if contender == BASELINE:
        return _BASE
    if contender == _OWN:
        return _FOCUS
    return _OWN_OTHERS if contender.startswith(_OWN) else _OTHERS
