"""The base of all shapes."""

import itertools

loads = itertools.count(1)


class Shape:
    """Something with a name."""

    name = "shape"

    def __repr__(self) -> str:
        return f"<{self.name}>"
