"""The distributions in the par, for importlib.metadata."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Iterator
from typing import Any

from memfd_par.index import Index
from memfd_par.resources import Resource

_SUFFIXES = (".dist-info", ".egg-info")


class ParDistribution(importlib.metadata.Distribution):
    """One `.dist-info` folder of the par."""

    def __init__(self, index: Index, folder: str) -> None:
        self._index = index
        self._folder = folder

    def read_text(self, filename: Any) -> str | None:
        """A metadata file, or None."""
        path = self._folder + "/" + str(filename)
        if path not in self._index.files(self._folder):
            return None
        return self._index.data(path).decode("utf-8")

    def locate_file(self, path: Any) -> Any:
        """The file of this distribution at `path`."""
        return Resource(self._index, "").joinpath(str(path))


def find_distributions(index: Index, context: Any) -> Iterator[ParDistribution]:
    """The distributions that `context` (name, path) asks for."""
    wanted = None if context is None or context.name is None else _normalized(context.name)
    if context is not None and index.archive.root not in context.path:
        return
    for folder in sorted(index.file_tops()):
        stem, dot, suffix = folder.rpartition(".")
        if dot + suffix in _SUFFIXES and wanted in (None, _normalized(stem.partition("-")[0])):
            yield ParDistribution(index, folder)


def _normalized(name: str) -> str:
    """PEP 503, with `_` for the separator as folders have it."""
    return re.sub(r"[-_.]+", "_", name).lower()
