"""What became of each test of a suite: what recorder.py has written, and how two such differ."""

from __future__ import annotations

import collections
import json
from pathlib import Path

#: Worst first.
KINDS = ("error", "failed", "xfailed", "passed", "skipped")

Outcomes = dict[str, str]  #: test to one of KINDS


class IncompleteError(Exception):
    """A run came to no end; the message says how far it came."""


def read(log: Path) -> Outcomes:
    """The outcomes in a log. Of several events of one test, as of its subtests, the worst counts.

    Raises:
        IncompleteError: there is no log, or its last line is missing.
    """
    try:
        events = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    except FileNotFoundError:
        raise IncompleteError("no test ran") from None
    if not events or events.pop() is not None:
        raise IncompleteError(f"the last test of {len(events) + 1} that came to an end is {events[-1:]}")
    outcomes: Outcomes = {}
    for name, kind in events:
        test = name.replace("test.test_", "test_", 1)
        outcomes[test] = min(kind, outcomes.get(test, kind), key=KINDS.index)
    return outcomes


def count(outcomes: Outcomes) -> dict[str, int]:
    """How many there are of each kind, in the order in which people look for them."""
    counted = collections.Counter(outcomes.values())
    return {kind: counted[kind] for kind in ("passed", "failed", "error", "skipped", "xfailed")}


def differences(par: Outcomes, plain: Outcomes) -> dict[str, str]:
    """The tests that do not fare alike, and how each does."""
    return {
        test: f"{par.get(test, 'not run')} in the par, {plain.get(test, 'not run')} without"
        for test in sorted(par.keys() | plain.keys())
        if par.get(test) != plain.get(test)
    }
