"""python-rapidjson: reads, writes, validates."""

from __future__ import annotations

import rapidjson


def main() -> None:
    """What is written is read."""
    data = {"a": [1, None, "ü"]}
    assert rapidjson.loads(rapidjson.dumps(data)) == data
    try:
        rapidjson.Validator('{"type": "array"}')("{}")
    except rapidjson.ValidationError as error:
        assert error.args[0] == "type"
    else:
        raise AssertionError("an object passed for an array")
    print("python-rapidjson", rapidjson.__version__, "works")


if __name__ == "__main__":
    main()
