"""The command: `./bazelw run //benchmarks -- --out DIR`. docs/benchmarks.md describes it."""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import signal
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks import record, versions
from benchmarks.application import APPLICATIONS, Application
from benchmarks.command import Unavailable
from benchmarks.contenders.table import CONTENDERS
from benchmarks.measures import MEASURES
from benchmarks.ratios import Results
from benchmarks.record import Record
from benchmarks.report import markdown
from benchmarks.runner import Run, Settings
from benchmarks.workspace import Workspace


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmarks; returns the exit code."""
    options = _parse(arguments)
    # What it has started ends with it.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    out = _path(options.out)
    cache = _path(options.cache)
    out.mkdir(parents=True, exist_ok=True)
    cache.mkdir(parents=True, exist_ok=True)
    with open(cache / "lock", "w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"benchmarks: another run uses {cache}: waiting for it", file=sys.stderr, flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        _run(options, out, cache)
    return 0


def _run(options: argparse.Namespace, out: Path, cache: Path) -> None:
    python = Path(os.path.realpath(sys.executable))
    workspace = Workspace(_path(options.workspace), cache / "bazel", options.build_timeout)
    workspace.create(python, f"{sys.version_info.major}.{sys.version_info.minor}")
    settings = Settings(
        contenders=[CONTENDERS[name] for name in options.contenders],
        measures=options.measures,
        runs=options.runs,
        cache=cache,
        python=python,
        build_timeout=options.build_timeout,
        start_timeout=options.start_timeout,
    )
    # Ratios are of one measure of one application, all of whose numbers are of one run: others can stand beside them.
    kept, known = _kept(out) if options.keep else ([], {})
    records = [
        each
        for each in kept
        if each.application not in options.applications or each.measure not in options.measures
    ]
    applications = [APPLICATIONS[name] for name in options.applications]
    for application in applications:
        records += Run(application, settings, workspace).records()
        records.sort(key=_place)
        # What there is so far is kept if the run is interrupted.
        record.write(record.complete(records), out / "results.json")
    found = {**known, **versions.versions(workspace, python, _wheels(workspace, applications))}
    (out / "versions.json").write_text(json.dumps(found, indent=2) + "\n", "utf-8")
    documentation = os.path.relpath(workspace.repository / "docs/benchmarks.md", out)
    records = record.complete(records)
    results = Results.of(records)
    (out / "results.md").write_text(markdown(results, found, documentation), "utf-8")
    if not options.no_charts:
        from benchmarks import chart

        chart.draw(results, out)
    workspace.bazel("shutdown")
    failed = sum(each.error is not None for each in records)
    print(f"benchmarks: wrote {out}/results.json: {len(records)} records, {failed} of them errors")


def _place(each: Record) -> list[int]:
    """Where a record stands among the others."""
    applications, contenders, measures = list(APPLICATIONS), list(CONTENDERS), list(MEASURES)
    return [
        applications.index(each.application),
        contenders.index(each.contender),
        measures.index(each.measure),
    ]


def _kept(out: Path) -> tuple[list[Record], dict[str, str]]:
    """Records and versions of earlier runs in the folder."""
    results, known = out / "results.json", out / "versions.json"
    return (
        [each for each in record.read(results) if each.error != record.LEFT_OUT] if results.exists() else [],
        json.loads(known.read_text("utf-8")) if known.exists() else {},
    )


def _wheels(workspace: Workspace, applications: Iterable[Application]) -> list[Path]:
    found: set[Path] = set()
    for application in applications:
        try:
            found.update(workspace.wheels(application))
        except Unavailable:
            continue  # its records say so
    return sorted(found)


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bazelw run //benchmarks --",
        description="Packs the same applications with this project and with other tools, and measures them side by side.",
        epilog="docs/benchmarks.md describes everything.",
    )
    parser.add_argument(
        "--out", required=True, help="folder for results.json, results.md, versions.json and the charts"
    )
    _add_choice(parser, "applications", APPLICATIONS)
    _add_choice(parser, "contenders", CONTENDERS)
    _add_choice(parser, "measures", MEASURES)
    parser.add_argument(
        "--runs", type=_positive, default=7, help="how often to measure (default: %(default)s)"
    )
    parser.add_argument(
        "--cache", default=_default_cache(), help="folder for what is built (default: %(default)s)"
    )
    parser.add_argument(
        "--keep",
        action="store_true",
        help="let what the folder has of other applications and measures stand, in place of making it anew",
    )
    parser.add_argument("--no_charts", action="store_true", help="draw nothing, which takes no matplotlib")
    parser.add_argument(
        "--build_timeout",
        type=float,
        default=1800,
        metavar="S",
        help="for each builder (default: %(default)s)",
    )
    parser.add_argument(
        "--start_timeout", type=float, default=300, metavar="S", help="for each start (default: %(default)s)"
    )
    parser.add_argument(
        "--workspace",
        default=os.environ.get("BUILD_WORKSPACE_DIRECTORY"),
        required="BUILD_WORKSPACE_DIRECTORY" not in os.environ,
        help="this repository (default: the one that `bazelw run` was called in)",
    )
    return parser.parse_args(arguments)


def _add_choice(parser: argparse.ArgumentParser, what: str, table: Iterable[str]) -> None:
    names = list(table)

    def choose(text: str) -> list[str]:
        chosen = text.split(",")
        unknown = [name for name in chosen if name not in names]
        if unknown:
            raise argparse.ArgumentTypeError(
                f"there is no {' or '.join(map(repr, unknown))}; there are {', '.join(names)}"
            )
        return [name for name in names if name in chosen]

    parser.add_argument(
        f"--{what}",
        type=choose,
        default=names,
        metavar="A,B",
        help=f"some of {', '.join(names)} (default: all)",
    )


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is no number of runs; it has to be 1 or more")
    return number


def _default_cache() -> str:
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(home, "memfd_par/benchmarks")


def _path(name: str) -> Path:
    """A path as the caller meant it: `bazel run` changes the working directory."""
    return Path(os.environ.get("BUILD_WORKING_DIRECTORY", ""), name).absolute()


if __name__ == "__main__":
    sys.exit(main())
