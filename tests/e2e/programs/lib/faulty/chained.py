"""One exception from another."""

from faulty import fail


def run() -> None:
    """Raises ValueError from LookupError."""
    try:
        fail("first")
    except LookupError as error:
        raise ValueError("second") from error
