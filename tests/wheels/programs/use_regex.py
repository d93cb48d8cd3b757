"""regex: what the standard library's engine lacks."""

from __future__ import annotations

import regex


def main() -> None:
    """Fuzzy, recursive and Unicode matching."""
    assert regex.fullmatch(r"(?:colour){e<=1}", "color")
    assert regex.fullmatch(r"\((?:[^()]|(?R))*\)", "(a(b)c)")
    assert regex.findall(r"\p{Lu}\X", "Åa Bb") == ["Åa", "Bb"]
    assert regex.search(r"(?<=a+)b", "aaab").start() == 3
    print("regex", regex.__version__, "works")


if __name__ == "__main__":
    main()
