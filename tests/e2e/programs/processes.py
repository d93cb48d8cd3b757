"""Starts processes by the method that its argument names, or interpreters."""

from __future__ import annotations

import concurrent.futures
import multiprocessing
import sys

import shapes


class Point:
    """Defined in `__main__`, and sent to other processes."""

    def __init__(self, x: int) -> None:
        self.x = x


def moved(point: Point) -> Point:
    """The next point."""
    return Point(point.x + 1)


def doubled(x: int) -> tuple[int, str]:
    """A result, and where this process has its modules from."""
    return x * 2, str(shapes.__file__)


def executor() -> concurrent.futures.Executor:
    """The one that the argument names."""
    if sys.argv[1] == "interpreters":
        return concurrent.futures.InterpreterPoolExecutor(1)
    context = multiprocessing.get_context(sys.argv[1])
    with context.Pool(2) as pool:
        assert [x for x, _ in pool.map(doubled, range(4))] == [0, 2, 4, 6]
        assert [point.x for point in pool.map(moved, [Point(1), Point(2)])] == [2, 3]
    return concurrent.futures.ProcessPoolExecutor(1, mp_context=context)


if __name__ == "__main__":
    with executor() as one:
        print(one.submit(doubled, 21).result())
