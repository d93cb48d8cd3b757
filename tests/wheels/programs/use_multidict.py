"""multidict: the C implementation keeps order and repeats."""

from __future__ import annotations

import multidict
from multidict import CIMultiDict, MultiDict


def main() -> None:
    """Repeated keys, without regard to case."""
    assert multidict.USE_EXTENSIONS
    headers = CIMultiDict([("Accept", "a"), ("ACCEPT", "b")])
    assert headers.getall("accept") == ["a", "b"]
    assert MultiDict(a=1) == {"a": 1}
    print("multidict", multidict.__version__, "works")


if __name__ == "__main__":
    main()
