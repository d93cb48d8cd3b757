"""SudachiPy: code in Rust that maps a dictionary of 115 MB, which a distribution of its own carries."""

from __future__ import annotations

import importlib.metadata

import sudachipy
from sudachipy import Dictionary, SplitMode


def main() -> None:
    """Splits a compound in each way, and asks the dictionary about a word."""
    tokenizer = Dictionary(dict="small").create()
    word = "東京都に行った"
    whole = [morpheme.surface() for morpheme in tokenizer.tokenize(word, SplitMode.C)]
    parts = [morpheme.surface() for morpheme in tokenizer.tokenize(word, SplitMode.A)]
    assert whole == ["東京都", "に", "行っ", "た"] and parts == ["東京", "都", "に", "行っ", "た"], (
        whole,
        parts,
    )
    (verb, *_) = tokenizer.tokenize("食べた")
    assert verb.dictionary_form() == "食べる" and verb.part_of_speech()[0] == "動詞"
    print("SudachiPy", sudachipy.__version__, "works with", importlib.metadata.version("sudachidict-small"))


if __name__ == "__main__":
    main()
