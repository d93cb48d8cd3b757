"""A module that is also a program."""

from __future__ import annotations

answer = 42 if __name__ == "__main__" else 0
