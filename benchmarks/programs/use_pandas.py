"""pandas."""

from __future__ import annotations

import pandas


def main() -> None:
    """A small group-by."""
    frame = pandas.DataFrame({"key": [1, 1, 2], "value": [1.0, 2.0, 3.0]})
    assert list(frame.groupby("key")["value"].sum()) == [3.0, 3.0]
