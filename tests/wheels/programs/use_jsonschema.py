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
    for document, checked, expected in (
        ({"n": "x"}, schema, "ValidationError: 'x' is not of type 'integer'"),
        ({}, {**schema, "properties": 7}, "SchemaError: 7 is not of type 'object'"),
    ):
        try:
            jsonschema.validate(document, checked)
        except (jsonschema.ValidationError, jsonschema.SchemaError) as error:
            assert f"{type(error).__name__}: {error.message}" == expected
        else:
            raise AssertionError("a bad document was accepted")
    assert rpds.HashTrieMap({"a": 1}).insert("b", 2)["b"] == 2
    assert referencing.jsonschema.SchemaRegistry is not None
    print("jsonschema", importlib.metadata.version("jsonschema"), "works")


if __name__ == "__main__":
    main()
