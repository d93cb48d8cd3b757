"""The tables that `./bazelw run //benchmarks:readme` makes of docs/benchmarks/results.json: those of README.adoc.

The one of docs/benchmarks.md is in goals.py. A table of README.adoc stands between the comments
`// benchmarks APPLICATION` and `// end of benchmarks`; where the application is `mean`, its numbers are the geometric means of
all applications.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from benchmarks import goals, record
from benchmarks.ratios import Results, short

README = "README.adoc"
RESULTS = "docs/benchmarks/results.json"

#: What stands for the mean of all applications.
MEAN = "mean"

#: Contenders as the table names them, in its order; those without any number are left out.
_NAMES = {
    "venv": "virtual environment",
    "memfd_par": "*memfd_par*",
    "memfd_par_full": "memfd_par, tier `full`",
    "memfd_par_plain": "memfd_par, tier `plain`",
    "memfd_par_carried": "memfd_par, with its interpreter",
    "memfd_par_carried_libc": "memfd_par, with its interpreter and libc",
    "pex": "pex",
    "pex_venv": "pex `--venv`",
    "pex_scie": "pex `--scie`",
    "shiv": "shiv",
    "pyinstaller_onefile": "PyInstaller, one file",
    "pyinstaller_onedir": "PyInstaller, one folder",
    "nuitka_onefile": "Nuitka, one file",
    "rules_python_zip": "rules_python's zip",
    "zipapp": "zipapp",
}
_COLUMNS = {
    "first_start_s": "First start",
    "warm_start_s": "Warm start",
    "cpu_s": "CPU",
    "memory_8_bytes": "Memory of 8",
}
_WRITTEN = "bytes_written"
_BLOCK = re.compile(r"(^// benchmarks (\w+)\n).*?(^// end of benchmarks$)", re.MULTILINE | re.DOTALL)
_NONE = "-"


def filled(text: str, results: Results) -> str:
    """README.adoc with the tables that `results` give.

    Raises:
        ValueError: a comment names an application that was not measured.
    """
    return _BLOCK.sub(lambda match: match[1] + _table(results, match[2]) + match[3], text)


def _table(results: Results, application: str) -> str:
    known = [*results.applications(), MEAN]
    if application not in known:
        raise ValueError(
            f"{README} has a table of {application!r}, and {RESULTS} has no such application: {', '.join(known)}"
        )
    lines = [
        f'[cols="3,{"1," * len(_COLUMNS)}2"]',
        "|===",
        " ".join(f"|{title}" for title in (application, *_COLUMNS.values(), "Bytes written at first start")),
        "",
    ]
    for contender, name in _NAMES.items():
        ratios = [_ratio(results, application, contender, measure) for measure in _COLUMNS]
        if any(ratio is not None for ratio in ratios):
            cells = [_NONE if ratio is None else short(ratio) for ratio in ratios]
            lines.append(
                f"|{name} "
                + " ".join(f"|{cell}" for cell in [*cells, _written(results, application, contender)])
            )
    return "\n".join([*lines, "|===", ""])


def _ratio(results: Results, application: str, contender: str, measure: str) -> float | None:
    if application == MEAN:
        return results.geometric_mean(contender, measure)[0]
    return results.ratio(application, contender, measure)


def _written(results: Results, application: str, contender: str) -> str:
    applications = results.applications() if application == MEAN else [application]
    found = [results.records.get((each, contender, _WRITTEN)) for each in applications]
    numbers = [each.median for each in found if each is not None and each.median is not None]
    if not numbers:
        return _NONE
    mean = sum(numbers) / len(numbers)
    return "0" if not mean else f"{mean / 1e6:.0f} million" if mean >= 1e6 else f"{mean / 1e3:.3g} thousand"


def main() -> None:
    """Writes the tables into the source tree that Bazel runs this in."""
    workspace = Path(os.environ["BUILD_WORKSPACE_DIRECTORY"])
    results = Results.of(record.read(workspace / RESULTS))
    for path, fill in ((README, filled), (goals.PAGE, goals.filled)):
        page = workspace / path
        page.write_text(fill(page.read_text("utf-8"), results), "utf-8")


if __name__ == "__main__":
    main()
