"""orjson: dates, data classes and errors."""

from __future__ import annotations

import dataclasses
import datetime

import orjson


@dataclasses.dataclass
class Point:
    """What is serialized."""

    x: int
    when: datetime.date


def main() -> None:
    """Writes and reads JSON."""
    text = orjson.dumps(Point(1, datetime.date(2024, 2, 29)), option=orjson.OPT_INDENT_2)
    assert orjson.loads(text) == {"x": 1, "when": "2024-02-29"}
    try:
        orjson.loads(b"[1,")
    except orjson.JSONDecodeError as error:
        assert error.pos == 3
    else:
        raise AssertionError("bad JSON was read")
    print("orjson", orjson.__version__, "works")


if __name__ == "__main__":
    main()
