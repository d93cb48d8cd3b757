"""Modules that fail, each in its own way."""


def fail(text: str) -> None:
    """Raises from a line that a traceback is to show."""
    raise LookupError(text)  # this very line
