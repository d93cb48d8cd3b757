"""MarkupSafe: the C escape."""

from __future__ import annotations

import importlib.metadata

import markupsafe
from markupsafe import Markup, _speedups, escape


def main() -> None:
    """Escapes once only."""
    assert markupsafe._escape_inner is _speedups._escape_inner
    assert escape("<a&'\">") == "&lt;a&amp;&#39;&#34;&gt;"
    assert Markup("<b>%s</b>") % "<" == "<b>&lt;</b>"
    print("MarkupSafe", importlib.metadata.version("markupsafe"), "works")


if __name__ == "__main__":
    main()
