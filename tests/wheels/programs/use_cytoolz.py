"""cytoolz: Cython modules that import each other by cimport."""

from __future__ import annotations

import cytoolz
from cytoolz.curried import map as curried_map


def main() -> None:
    """Groups, composes, curries."""
    assert cytoolz.groupby(len, ["a", "bb", "c"]) == {1: ["a", "c"], 2: ["bb"]}
    assert cytoolz.pipe([1, 2], curried_map(lambda n: n + 1), list) == [2, 3]
    assert cytoolz.compose(str, sum)([1, 2]) == "3"
    assert cytoolz.functoolz.__file__.endswith(".so")
    print("cytoolz", cytoolz.__version__, "works")


if __name__ == "__main__":
    main()
