"""numba: compiled loops, in parallel, vectorized, and with a cache asked for."""

from __future__ import annotations

import os
import tempfile

# Where there is no home to write to, numba wants to be told where its cache may be.
cache = tempfile.TemporaryDirectory()
os.environ["NUMBA_CACHE_DIR"] = cache.name

import numba
import numpy as np


@numba.njit
def harmonic(count: int) -> float:
    """The harmonic number."""
    total = 0.0
    for n in range(1, count + 1):
        total += 1.0 / n
    return total


@numba.njit(parallel=True)
def squares(count: int) -> float:
    """A sum in parallel."""
    total = 0.0
    for n in numba.prange(count):
        total += n * n
    return total


@numba.njit(cache=True)
def double(x: int) -> int:
    """A function whose machine code numba would keep on disk."""
    return 2 * x


@numba.vectorize(["float64(float64)"])
def cube(x: float) -> float:
    """A ufunc."""
    return x * x * x


def main() -> None:
    """Each way of compiling gives the right number."""
    assert abs(harmonic(1000) - 7.485470860550345) < 1e-9
    assert squares(1000) == sum(n * n for n in range(1000))
    assert double(4) == 8
    assert any(name.endswith(".nbi") for _, _, names in os.walk(cache.name) for name in names)
    assert np.array_equal(cube(np.arange(4.0)), [0, 1, 8, 27])
    print("numba", numba.__version__, "works")


if __name__ == "__main__":
    main()
