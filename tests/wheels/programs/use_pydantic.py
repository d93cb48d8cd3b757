"""pydantic: a model that validates, serializes and tells of errors."""

from __future__ import annotations

import datetime

import pydantic


class Order(pydantic.BaseModel):
    """What is validated."""

    number: int = pydantic.Field(gt=0)
    when: datetime.datetime
    tags: list[str] = []


def main() -> None:
    """Reads JSON, refuses bad JSON, makes a schema."""
    order = Order.model_validate_json('{"number": "7", "when": "2024-02-29T12:00:00Z", "tags": ["a"]}')
    assert order.number == 7 and order.when.year == 2024
    assert Order.model_validate(order.model_dump()) == order
    try:
        Order(number=-1, when="never")
    except pydantic.ValidationError as error:
        assert {fault["loc"] for fault in error.errors()} == {("number",), ("when",)}
    else:
        raise AssertionError("a bad order was accepted")
    assert Order.model_json_schema()["required"] == ["number", "when"]
    print("pydantic", pydantic.VERSION, "works")


if __name__ == "__main__":
    main()
