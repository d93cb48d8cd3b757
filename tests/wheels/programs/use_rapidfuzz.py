"""rapidfuzz: the C++ implementation, chosen for this processor at import."""

from __future__ import annotations

import rapidfuzz
from rapidfuzz import distance, fuzz, process


def main() -> None:
    """Scores and picks."""
    assert rapidfuzz.distance.Levenshtein.distance("kitten", "sitting") == 3
    assert fuzz.ratio("this is a test", "this is a test!") > 96
    assert process.extractOne("appel", ["pear", "apple", "plum"])[0] == "apple"
    assert fuzz.ratio.__module__.startswith("rapidfuzz.fuzz_cpp"), fuzz.ratio.__module__
    assert distance.JaroWinkler.similarity("martha", "marhta") > 0.96
    print("rapidfuzz", rapidfuzz.__version__, "works")


if __name__ == "__main__":
    main()
