"""OR-Tools: a solver in C++ with protobuf of its own."""

from __future__ import annotations

import ortools
from ortools.sat.python import cp_model


def main() -> None:
    """Solves a small puzzle."""
    model = cp_model.CpModel()
    x, y = model.new_int_var(0, 10, "x"), model.new_int_var(0, 10, "y")
    model.add(x + 2 * y <= 14)
    model.add(3 * x - y >= 0)
    model.maximize(3 * x + 4 * y)
    solver = cp_model.CpSolver()
    assert solver.solve(model) == cp_model.OPTIMAL and solver.objective_value == 38
    print("ortools", ortools.__version__, "works")


if __name__ == "__main__":
    main()
