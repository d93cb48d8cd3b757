"""numpy: linear algebra, Fourier transform, random numbers, and a file mapped from memory."""

from __future__ import annotations

import io

import numpy as np


def main() -> None:
    """Solves a system, transforms a wave, draws numbers and writes and reads an archive."""
    matrix = np.array([[4.0, 1.0], [1.0, 3.0]])
    solution = np.linalg.solve(matrix, np.array([1.0, 2.0]))
    assert np.allclose(matrix @ solution, [1.0, 2.0])
    assert np.allclose(np.linalg.svd(matrix, compute_uv=False), np.linalg.eigvalsh(matrix)[::-1])
    wave = np.sin(2 * np.pi * 5 * np.arange(64) / 64)
    assert int(np.argmax(np.abs(np.fft.rfft(wave)))) == 5
    numbers = np.random.default_rng(7).normal(size=100_000)
    assert abs(float(numbers.mean())) < 0.02
    stream = io.BytesIO()
    np.savez_compressed(stream, numbers=numbers)
    stream.seek(0)
    assert np.array_equal(np.load(stream)["numbers"], numbers)
    print("numpy", np.__version__, "works")


if __name__ == "__main__":
    main()
