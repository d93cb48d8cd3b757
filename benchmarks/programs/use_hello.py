"""Says hello."""

from __future__ import annotations


def main() -> None:
    """Nothing but a start."""
    print("Hello, world!")
