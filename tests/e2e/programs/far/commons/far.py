"""The other portion."""

from commons import near

PLACE = "far from " + near.PLACE
