"""jsonschema: validates with the meta-schemas that jsonschema-specifications carries, on rpds's C types."""

from __future__ import annotations

import importlib.metadata

import jsonschema
import referencing.jsonschema
import rpds


def main() -> None:
    """Checks a good and a bad document, and a bad schema."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "properties": {"n": {"type": "integer"}},
    }
    jsonschema.validate({"n": 1}, schema)
    for document, bad in (({"n": "x"}, schema), ({}, {**schema, "properties": 7})):
        try:
            jsonschema.validate(document, bad)
        except (jsonschema.ValidationError, jsonschema.SchemaError) as error:
            assert "x" in str(error) or "7" in str(error)
        else:
            raise AssertionError("a bad document was accepted")
    assert rpds.HashTrieMap({"a": 1}).insert("b", 2)["b"] == 2
    assert referencing.jsonschema.SchemaRegistry is not None
    print("jsonschema", importlib.metadata.version("jsonschema"), "works")


if __name__ == "__main__":
    main()
