"""greenlet: switches, exceptions and garbage."""

from __future__ import annotations

import greenlet


def main() -> None:
    """Two greenlets pass a number back and forth."""
    seen: list[int] = []

    def run(number: int) -> str:
        while number < 5:
            seen.append(number)
            number = parent.switch(number + 1)
        return "end"

    parent = greenlet.getcurrent()
    child = greenlet.greenlet(run)
    number = child.switch(0)
    while not child.dead:
        number = child.switch(number)
    assert seen == [0, 1, 2, 3, 4] and number == "end"
    print("greenlet", greenlet.__version__, "works")


if __name__ == "__main__":
    main()
