"""Raises."""

from __future__ import annotations


def outer() -> None:
    inner()


def inner() -> None:
    raise ValueError("on purpose")  # this line is to be seen
