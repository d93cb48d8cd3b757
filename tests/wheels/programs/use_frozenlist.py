"""frozenlist: the Cython list that can be frozen."""

from __future__ import annotations

import frozenlist
from frozenlist import FrozenList


def main() -> None:
    """Freezes."""
    assert FrozenList is not frozenlist.PyFrozenList
    numbers = FrozenList([1, 2])
    numbers.append(3)
    numbers.freeze()
    try:
        numbers.append(4)
    except RuntimeError:
        assert hash(numbers)
    else:
        raise AssertionError("a frozen list has grown")
    print("frozenlist", frozenlist.__version__, "works")


if __name__ == "__main__":
    main()
