"""sympy with gmpy2: integrals, exact roots, compiled ground types."""

from __future__ import annotations

import gmpy2
import sympy
from sympy.external.gmpy import GROUND_TYPES


def main() -> None:
    """Integrates, solves, factors."""
    x = sympy.symbols("x")
    assert sympy.integrate(sympy.exp(-(x**2)), (x, -sympy.oo, sympy.oo)) == sympy.sqrt(sympy.pi)
    assert set(sympy.solve(x**2 - 2, x)) == {sympy.sqrt(2), -sympy.sqrt(2)}
    assert sympy.factorint(2**67 - 1) == {193707721: 1, 761838257287: 1}
    assert GROUND_TYPES == "gmpy"
    assert (
        gmpy2.is_prime(gmpy2.mpz(2) ** 127 - 1) and gmpy2.mpfr("0.1") and gmpy2.get_context().precision == 53
    )
    print("sympy", sympy.__version__, "works")


if __name__ == "__main__":
    main()
