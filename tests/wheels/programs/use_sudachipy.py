"""SudachiPy: code in Rust that maps a dictionary of 115 MB, which a distribution of its own carries."""

from __future__ import annotations

import importlib.metadata

import sudachipy
from sudachipy import Dictionary, SplitMode


def main() -> None:
    """Splits words that are written without spaces, and asks the dictionary about one."""
    tokenizer = Dictionary(dict="small").tokenizer()
    words = [morpheme.surface() for morpheme in tokenizer.tokenize("外国人参政権", SplitMode.A)]
    assert words == ["外国", "人参", "政権"], words  # as this dictionary, the small one, has it
    (verb, *_) = tokenizer.tokenize("食べた")
    assert verb.dictionary_form() == "食べる" and verb.part_of_speech()[0] == "動詞"
    print("SudachiPy", sudachipy.__version__, "works with", importlib.metadata.version("sudachidict-small"))


if __name__ == "__main__":
    main()
