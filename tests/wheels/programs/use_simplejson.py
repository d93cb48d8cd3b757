"""simplejson: the C encoder and decimals."""

from __future__ import annotations

import decimal

import simplejson
import simplejson.encoder


def main() -> None:
    """Keeps decimals exact."""
    assert simplejson.encoder.c_make_encoder is not None
    data = simplejson.loads("[1.10]", use_decimal=True)
    assert data == [decimal.Decimal("1.10")] and simplejson.dumps(data) == "[1.10]"
    print("simplejson", simplejson.__version__, "works")


if __name__ == "__main__":
    main()
