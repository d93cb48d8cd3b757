"""numpy."""

from __future__ import annotations

import numpy


def main() -> None:
    """A small product."""
    matrix = numpy.arange(9.0).reshape(3, 3)
    assert (matrix @ numpy.eye(3) == matrix).all()
