"""A page, with its title from the data beside this module."""

import importlib.resources

import markupsafe
import six


def render() -> str:
    """The page's markup."""
    title = importlib.resources.files("shop").joinpath("title.txt").read_text(encoding="utf-8").strip()
    return str(markupsafe.Markup("<h1>{}</h1>").format(six.ensure_text(title)))
