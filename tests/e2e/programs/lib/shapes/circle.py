"""A round shape."""

import sys

from .base import Shape


class Circle(Shape):
    """Round."""

    name = "circle"


def main() -> int:
    """For an entry point."""
    print(__name__, sys.argv[1:])
    return 7


if __name__ == "__main__":
    print(__name__, __spec__.name, __package__, __file__, sys.argv[0])
