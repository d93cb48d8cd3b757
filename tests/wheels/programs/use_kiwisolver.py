"""kiwisolver: constraints of different strength."""

from __future__ import annotations

import kiwisolver


def main() -> None:
    """Solves a layout."""
    left, width = kiwisolver.Variable("left"), kiwisolver.Variable("width")
    solver = kiwisolver.Solver()
    for constraint in (left >= 10, width == 50, (left == 0) | "weak", left + width <= 100):
        solver.addConstraint(constraint)
    solver.updateVariables()
    assert left.value() == 10 and width.value() == 50
    print("kiwisolver", kiwisolver.__version__, "works")


if __name__ == "__main__":
    main()
