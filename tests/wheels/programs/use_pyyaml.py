"""PyYAML: the C loader and dumper."""

from __future__ import annotations

import yaml

TEXT = """
base: &base {a: 1, b: [1, 2]}
derived: {<<: *base, b: 2024-02-29}
"""


def main() -> None:
    """Loads, dumps, and names the line of an error."""
    assert yaml.__with_libyaml__
    data = yaml.load(TEXT, yaml.CSafeLoader)
    assert data["derived"]["a"] == 1 and data["derived"]["b"].day == 29
    assert yaml.load(yaml.dump(data, Dumper=yaml.CSafeDumper), yaml.CSafeLoader) == data
    try:
        yaml.load("a: [1\nb: 2", yaml.CSafeLoader)
    except yaml.YAMLError as error:
        assert error.problem_mark.line == 1
    else:
        raise AssertionError("bad YAML was read")
    print("PyYAML", yaml.__version__, "works")


if __name__ == "__main__":
    main()
