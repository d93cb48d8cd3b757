"""One portion of a namespace package."""

PLACE = "near"
