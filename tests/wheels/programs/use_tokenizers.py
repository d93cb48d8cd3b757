"""tokenizers: a byte-pair vocabulary trained on a few lines, by several threads."""

from __future__ import annotations

import tokenizers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers


def main() -> None:
    """What is encoded is decoded to the same text."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=400, initial_alphabet=alphabet, show_progress=False)
    lines = ["the quick brown fox", "the lazy dog", "the quick dog"] * 20
    tokenizer.train_from_iterator(lines, trainer)
    encoded = tokenizer.encode("the quick dög")
    assert "the" in encoded.tokens and tokenizer.decode(encoded.ids) == "the quick dög"
    assert Tokenizer.from_str(tokenizer.to_str()).encode_batch(lines)[5].ids == tokenizer.encode(lines[5]).ids
    print("tokenizers", tokenizers.__version__, "works")


if __name__ == "__main__":
    main()
