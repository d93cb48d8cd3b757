"""Renders a page: its dependencies are a pure Python package and one with an extension module, both from PyPI."""

import importlib.metadata

from shop import page

import memfd_par

assert page.render() == "<h1>Parts &amp; labour</h1>"
assert importlib.metadata.version("six") == "1.17.0"
assert [image.module for image in memfd_par.loaded()] == ["markupsafe._speedups"]
print(page.render())
