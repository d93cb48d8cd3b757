"""Jinja2: inheritance, a template that fails, and templates of a package in the par."""

from __future__ import annotations

import importlib.metadata

import jinja2


def main() -> None:
    """Renders, and reads templates by a package's and by a folder's loader."""
    templates = {
        "base": "<{% block b %}{% endblock %}>",
        "page": "{% extends 'base' %}{% block b %}{{ x|e }}{% endblock %}",
    }
    environment = jinja2.Environment(loader=jinja2.DictLoader(templates), autoescape=True)
    assert environment.get_template("page").render(x="a&b") == "<a&amp;b>"
    try:
        environment.from_string("{{ 1 / 0 }}").render()
    except ZeroDivisionError:
        pass
    else:
        raise AssertionError("a template's error was lost")
    loader = jinja2.PackageLoader("jinja2", "")
    assert "debug.py" in loader.list_templates()
    folder = jinja2.__file__.rpartition("/")[0]
    files = jinja2.Environment(loader=jinja2.FileSystemLoader(folder), variable_start_string="<<<<")
    assert "py.typed" in files.list_templates() and files.get_template("py.typed").render() == ""
    print("Jinja2", importlib.metadata.version("Jinja2"), "works")


if __name__ == "__main__":
    main()
