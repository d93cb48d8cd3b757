"""Fails while it is imported."""

from faulty import fail

fail("at import")
