"""Levenshtein: distances and edits."""

from __future__ import annotations

import Levenshtein


def main() -> None:
    """Compares words."""
    assert Levenshtein.distance("kitten", "sitting") == 3
    assert Levenshtein.apply_edit(Levenshtein.editops("spam", "park"), "spam", "park") == "park"
    assert Levenshtein.median(["spam", "spam", "span"]) == "spam"
    print("Levenshtein", Levenshtein.__version__, "works")


if __name__ == "__main__":
    main()
