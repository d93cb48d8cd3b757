"""contourpy: lines of a cone, in threads as well."""

from __future__ import annotations

import contourpy
import numpy as np


def main() -> None:
    """The line at height 1 is a circle."""
    x, y = np.meshgrid(np.linspace(-2, 2, 101), np.linspace(-2, 2, 101))
    for name in ("serial", "threaded"):
        (line,) = contourpy.contour_generator(x, y, np.hypot(x, y), name=name).lines(1.0)[:1]
        assert np.allclose(np.hypot(*line.T), 1, atol=1e-2)
    print("contourpy", contourpy.__version__, "works")


if __name__ == "__main__":
    main()
