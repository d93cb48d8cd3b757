"""numpy, a wheel from PyPI with its own OpenBLAS and Fortran run-time library: no attribute says so.

The packer reads the wheel's extension modules and finds the libraries that they need in the wheel.
"""

import numpy

import memfd_par

# Linear algebra: LAPACK and BLAS, which are in the wheel's own libraries.
matrix = numpy.array([[2.0, 1.0], [1.0, 2.0]])
values, vectors = numpy.linalg.eigh(matrix)
assert numpy.allclose(values, [1.0, 3.0]), values
assert numpy.allclose(matrix @ vectors, vectors * values)
assert numpy.allclose(numpy.linalg.solve(matrix, [4.0, 5.0]), [1.0, 2.0])
assert numpy.isclose(numpy.linalg.det(matrix), 3.0)

# Fourier transform: a wave of five periods has its whole weight at five.
wave = numpy.sin(2 * numpy.pi * 5 * numpy.arange(64) / 64)
spectrum = numpy.abs(numpy.fft.rfft(wave))
assert spectrum.argmax() == 5 and round(float(spectrum[5]), 9) == 32.0, spectrum
assert numpy.allclose(numpy.fft.irfft(numpy.fft.rfft(wave), 64), wave)

# Random numbers: PCG64 gives the same ones everywhere.
random = numpy.random.Generator(numpy.random.PCG64(42))
assert random.integers(0, 1000, 3).tolist() == [89, 773, 654]
assert abs(random.standard_normal(100_000).mean()) < 0.02

modules = {image.module for image in memfd_par.loaded()}
assert {
    "numpy._core._multiarray_umath",
    "numpy.linalg._umath_linalg",
    "numpy.fft._pocketfft_umath",
} <= modules, modules
assert any("openblas" in image.soname for image in memfd_par.loaded())
print(f"numpy {numpy.__version__}: {len(memfd_par.loaded())} native members in memory")
