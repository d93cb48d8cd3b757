"""spaCy: a blank pipeline with rules, its registries by entry points."""

from __future__ import annotations

import spacy


def main() -> None:
    """Finds a name by a rule."""
    pipeline = spacy.blank("en")
    pipeline.add_pipe("sentencizer")
    pipeline.add_pipe("entity_ruler").add_patterns([{"label": "CITY", "pattern": "Oslo"}])
    document = pipeline("Oslo is here. It isn't there.")
    assert [entity.label_ for entity in document.ents] == ["CITY"] and len(list(document.sents)) == 2
    print("spaCy", spacy.__version__, "works")


if __name__ == "__main__":
    main()
