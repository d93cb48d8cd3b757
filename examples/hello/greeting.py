"""Says hello."""

import importlib.resources


def text(name: str) -> str:
    """A greeting, from the template that lies beside this module."""
    template = (
        importlib.resources.files("examples.hello").joinpath("greeting.txt").read_text(encoding="utf-8")
    )
    return template.strip().format(name=name)
