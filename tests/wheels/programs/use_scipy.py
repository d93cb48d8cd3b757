"""scipy: one routine of each of its compiled families."""

from __future__ import annotations

import numpy as np
import scipy
from scipy import fft, integrate, interpolate, linalg, optimize, signal, sparse, spatial, special, stats
from scipy.sparse import linalg as sparse_linalg


def main() -> None:
    """Checks each result against a known value."""
    matrix = np.array([[2.0, 1.0], [1.0, 3.0]])
    assert np.allclose(linalg.expm(linalg.logm(matrix)), matrix)
    assert abs(integrate.quad(np.sin, 0, np.pi)[0] - 2) < 1e-12
    assert abs(optimize.brentq(np.cos, 0, 3) - np.pi / 2) < 1e-9
    assert np.allclose(optimize.minimize(optimize.rosen, [0.0, 0.0]).x, 1, atol=1e-3)
    assert abs(special.gamma(5) - 24) < 1e-12
    spline = interpolate.CubicSpline(np.arange(10.0), np.arange(10.0) ** 2)
    assert abs(float(spline(4.5)) - 20.25) < 1e-9
    system = sparse.diags([1.0, 4.0, 1.0], [-1, 0, 1], shape=(50, 50), format="csc")
    assert np.allclose(system @ sparse_linalg.spsolve(system, np.ones(50)), 1)
    tree = spatial.cKDTree(np.random.default_rng(1).random((200, 3)))
    assert tree.query(tree.data[17])[1] == 17
    assert spatial.ConvexHull(np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0.5, 0.5]])).volume == 1
    assert abs(stats.norm.cdf(1.96) - 0.975) < 1e-3
    assert np.allclose(fft.ifft(fft.fft(np.arange(12.0))), np.arange(12))
    assert signal.butter(4, 0.2, output="sos").shape == (2, 6)
    print("scipy", scipy.__version__, "works")


if __name__ == "__main__":
    main()
