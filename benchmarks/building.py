"""Building an application by a contender, measured or as long as it is not there already."""

from __future__ import annotations

import time

from benchmarks.application import edit
from benchmarks.contenders.contender import Contender, Job


def build(contender: Contender, job: Job, measures: set[str]) -> dict[str, float]:
    """Have the application built.

    What was built by an earlier run is taken if no time of building is asked for.

    Args:
        contender: who builds.
        job: what.
        measures: those that are asked for.

    Returns:
        dict[str, float]: `build_s` and `rebuild_s`, as far as asked for.

    Raises:
        Unavailable: it cannot be built.
    """
    contender.check(job)
    times: dict[str, float] = {}
    measured = bool(measures & {"build_s", "rebuild_s"})
    stamp = job.folder / "fingerprint"
    fingerprint = contender.fingerprint(job)
    if not measured and fingerprint and stamp.exists() and stamp.read_text("utf-8") == fingerprint:
        return times
    stamp.unlink(missing_ok=True)
    contender.prepare(job, clean=measured)
    times["build_s"] = _build(contender, job)
    if "rebuild_s" in measures:
        edit(contender.sources(job), 1)
        times["rebuild_s"] = _build(contender, job)
    stamp.write_text(fingerprint, "utf-8")
    return {measure: taken for measure, taken in times.items() if measure in measures}


def _build(contender: Contender, job: Job) -> float:
    """Build, and collect what was built; returns the seconds that building took."""
    begin = time.perf_counter()
    contender.build(job)
    taken = time.perf_counter() - begin
    contender.collect(job)
    return taken
