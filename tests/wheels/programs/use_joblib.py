"""joblib: loky's processes, numpy arrays shared by files, and a cache on disk."""

from __future__ import annotations

import os
import tempfile

import joblib
import numpy as np


def total(array: np.ndarray) -> tuple[float, int]:
    """The sum, and who made it."""
    return float(array.sum()), os.getpid()


def main() -> None:
    """Calls in processes of each kind."""
    array = np.ones(300_000)
    for backend in ("loky", "multiprocessing", "threading"):
        results = joblib.Parallel(2, backend=backend)(joblib.delayed(total)(array) for _ in range(4))
        assert {number for number, _ in results} == {300_000.0}, backend
        assert (os.getpid() in {pid for _, pid in results}) == (backend == "threading")
    offset = 3
    assert joblib.Parallel(2)(joblib.delayed(lambda n: n + offset)(n) for n in range(3)) == [3, 4, 5]
    with tempfile.TemporaryDirectory() as folder:
        cached = joblib.Memory(folder, verbose=0).cache(np.sum)
        assert cached(array) == cached(array) == 300_000
        joblib.dump(array, os.path.join(folder, "a"), compress=3)
        assert np.array_equal(joblib.load(os.path.join(folder, "a")), array)
    print("joblib", joblib.__version__, "works")


if __name__ == "__main__":
    main()
