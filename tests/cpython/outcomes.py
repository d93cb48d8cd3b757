"""What became of each test of a suite: what recorder.py has written."""

from __future__ import annotations

import json
from pathlib import Path

from tests.side_by_side import Outcomes, add


class IncompleteError(Exception):
    """A run came to no end; the message says how far it came."""


def read(log: Path) -> Outcomes:
    """The outcomes in a log.

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
        add(outcomes, name.replace("test.test_", "test_", 1), kind)
    return outcomes
