"""lxml."""

from __future__ import annotations

from lxml import etree


def main() -> None:
    """Parse a little XML."""
    assert etree.fromstring("<a><b/></a>")[0].tag == "b"
