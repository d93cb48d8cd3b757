"""scipy.linalg."""

from __future__ import annotations

import numpy
import scipy.linalg


def main() -> None:
    """A small determinant."""
    assert abs(scipy.linalg.det(2 * numpy.eye(3)) - 8) < 1e-9
