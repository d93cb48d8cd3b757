"""ujson: reads and writes."""

from __future__ import annotations

import ujson


def main() -> None:
    """What is written is read."""
    data = {"a": [1, 2.5, None, True, "ü"], "b": {}}
    assert ujson.loads(ujson.dumps(data)) == data
    assert ujson.dumps({"a": 1}, indent=2) == '{\n  "a": 1\n}'
    print("ujson", ujson.__version__, "works")


if __name__ == "__main__":
    main()
