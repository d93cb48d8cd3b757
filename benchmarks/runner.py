"""One run: every application, by every contender, all measures in turn."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import memory, writes
from benchmarks.application import Application
from benchmarks.building import build
from benchmarks.command import Unavailable
from benchmarks.contenders.contender import Contender, Job
from benchmarks.contenders.table import CONTENDERS
from benchmarks.measures import MEASURES, PROCESSES
from benchmarks.program import Program, files
from benchmarks.record import Record
from benchmarks.tool import Tools
from benchmarks.workspace import Workspace


@dataclass(frozen=True)
class Settings:
    """What a run is told.

    Attributes:
        contenders: whom to compare.
        measures: names of what to measure.
        runs: how often.
        cache: the folder of everything that is built.
        python: the interpreter that the applications are for.
        build_timeout: of each builder, in seconds.
        start_timeout: of each start, in seconds.
    """

    contenders: Sequence[Contender]
    measures: Sequence[str]
    runs: int
    cache: Path
    python: Path
    build_timeout: float
    start_timeout: float


#: From the name of a contender to samples of measures.
Step = Callable[[str], dict[str, float]]


class Run:
    """The measuring of one application."""

    def __init__(self, application: Application, settings: Settings, workspace: Workspace) -> None:
        self._application = application
        self._settings = settings
        self._workspace = workspace
        self._samples: dict[tuple[str, str], list[float]] = defaultdict(list)
        self._errors: dict[tuple[str, str], str] = {}
        self._programs: dict[str, Program] = {}

    def records(self) -> list[Record]:
        """Build, measure, and sum up: a record for each contender and measure."""
        self._build_all()
        for contender in self._settings.contenders:
            self._try(contender.name, self._settings.measures, self._warm_up)
        for number in range(self._settings.runs):
            # No contender always comes after the same other.
            order = [contender.name for contender in self._settings.contenders]
            first = number % len(order)
            self._round(number, order[first:] + order[:first])
        return [
            self._record(contender.name, measure)
            for contender in self._settings.contenders
            for measure in self._settings.measures
        ]

    def _build_all(self) -> None:
        names = [contender.name for contender in self._settings.contenders]
        try:
            self._workspace.add(self._application)
            wheels = self._workspace.wheels(self._application)
        except Unavailable as error:
            for name in names:
                self._fail(name, self._settings.measures, f"its wheels cannot be had: {error}")
            return
        built: dict[str, dict[str, float] | str] = {}
        for contender in self._settings.contenders:
            job = self._job(contender, tuple(wheels))
            if contender.builder not in built:
                _note(f"{self._application.name}: {contender.name}: building")
                built[contender.builder] = self._built(contender, job)
            outcome = built[contender.builder]
            if isinstance(outcome, str):
                self._fail(contender.name, self._settings.measures, outcome)
                continue
            for measure, taken in outcome.items():
                self._samples[contender.name, measure].append(taken)
            self._programs[contender.name] = self._program(contender, job)

    def _built(self, contender: Contender, job: Job) -> dict[str, float] | str:
        """Times of building, or the reason why it was not possible."""
        try:
            return build(contender, job, set(self._settings.measures))
        except Unavailable as error:
            return str(error)

    def _job(self, contender: Contender, wheels: tuple[Path, ...]) -> Job:
        settings = self._settings
        return Job(
            application=self._application,
            wheels=wheels,
            folder=settings.cache / "builds" / self._application.name / contender.builder,
            python=settings.python,
            tools=Tools(settings.cache / "tools", settings.python, settings.build_timeout),
            workspace=self._workspace,
            timeout=settings.build_timeout,
        )

    def _program(self, contender: Contender, job: Job) -> Program:
        return Program(
            command=tuple(contender.start(job)),
            product=contender.product(job),
            state=self._settings.cache / "state" / contender.name,
            environment=contender.environment,
            search_path=f"{self._settings.python.parent}:/usr/local/bin:/usr/bin:/bin",
            timeout=self._settings.start_timeout,
        )

    def _warm_up(self, name: str) -> dict[str, float]:
        self._programs[name].forget()
        self._programs[name].start()
        CONTENDERS[name].verify(self._programs[name])
        return {}

    def _round(self, number: int, names: list[str]) -> None:
        measures = [name for name in self._settings.measures if number < MEASURES[name].at_most]
        _note(f"{self._application.name}: round {number + 1} of {self._settings.runs}")
        steps = [
            (("file_bytes",), self._size),
            (("bytes_written", "files_left"), self._writes),
            (("first_start_s",), self._first),
            (("warm_start_s", "cpu_s"), self._warm),
            *(((measure,), self._memory(processes)) for measure, processes in PROCESSES.items()),
        ]
        for provided, step in steps:
            wanted = [measure for measure in provided if measure in measures]
            for _ in range(max((MEASURES[measure].per_round for measure in wanted), default=0)):
                for name in names:
                    self._try(name, wanted, step)

    def _try(self, name: str, measures: Sequence[str], step: Step) -> None:
        """Add what a step finds out to the samples, unless the contender has failed in it before."""
        if any((name, measure) in self._errors for measure in measures):
            return
        try:
            found = step(name)
        except Unavailable as error:
            self._fail(name, measures, str(error))
            return
        for measure in found.keys() & set(measures):
            self._samples[name, measure].append(found[measure])

    def _size(self, name: str) -> dict[str, float]:
        return {"file_bytes": float(sum(path.stat().st_size for path in files(self._programs[name].product)))}

    def _writes(self, name: str) -> dict[str, float]:
        return writes.first_start(self._programs[name], self._settings.cache / "trace")

    def _first(self, name: str) -> dict[str, float]:
        program = self._programs[name]
        program.forget()
        program.evict()
        wall, _ = program.start()
        program.fill()
        return {"first_start_s": wall}

    def _warm(self, name: str) -> dict[str, float]:
        wall, cpu = self._programs[name].start()
        return {"warm_start_s": wall, "cpu_s": cpu}

    def _memory(self, processes: int) -> Step:
        return lambda name: {
            f"memory_{processes}_bytes": memory.of_processes(self._programs[name], processes)
        }

    def _fail(self, name: str, measures: Sequence[str], why: str) -> None:
        _note(f"{self._application.name}: {name}: {why}")
        # Results are published: they do not tell where this machine keeps things.
        shown = why.replace(str(self._settings.cache), "CACHE")
        for measure in measures:
            self._errors.setdefault((name, measure), shown)

    def _record(self, name: str, measure: str) -> Record:
        unit = MEASURES[measure].unit
        if error := self._errors.get((name, measure)):
            return Record(self._application.name, name, measure, unit, error=error)
        return Record.of(self._application.name, name, measure, unit, self._samples[name, measure])


def _note(text: str) -> None:
    print(f"benchmarks: {text}", file=sys.stderr, flush=True)
