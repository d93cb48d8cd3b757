"""sentencepiece: a model trained on a few lines in memory."""

from __future__ import annotations

import io

import sentencepiece


def main() -> None:
    """Trains, encodes, decodes."""
    lines = ["the quick brown fox %d" % n for n in range(200)] + ["jumps over the lazy dog"] * 100
    model = io.BytesIO()
    options = {"vocab_size": 60, "hard_vocab_limit": False, "minloglevel": 2}
    sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(lines), model_writer=model, **options)
    processor = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    assert processor.decode(processor.encode("the quick dog")) == "the quick dog"
    print("sentencepiece", sentencepiece.__version__, "works")


if __name__ == "__main__":
    main()
