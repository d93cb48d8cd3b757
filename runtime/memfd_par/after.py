"""What is changed of the interpreter's modules once they are executed, as nobody may need them."""

from __future__ import annotations

import sys

from memfd_par.file_objects import replace_raw_files

TYPE_CHECKING = False  # typing is not imported at start
if TYPE_CHECKING:
    from _frozen_importlib import ModuleSpec
    from types import ModuleType
    from typing import Any

    from memfd_par.filesystem import FileSystem


class After:
    """Waits for modules of the interpreter's that nobody may need, and changes each once it is executed.

    `posixpath.realpath` with strict=True looks at each folder above a file, and finds that the par is none; `io.FileIO`
    opens files itself; `_interpreters`, `_xxsubinterpreters` before Python 3.13, makes interpreters.
    """

    def __init__(self, files: FileSystem) -> None:
        self._files = files
        self._waiting = {
            "_interpreters": _replace_create,
            "_xxsubinterpreters": _replace_create,
            "io": replace_raw_files,
            "posixpath": _replace_realpath,
        }
        self._loaders: dict[str, Any] = {}
        for name in list(self._waiting):
            if name in sys.modules:
                self._waiting.pop(name)(files, sys.modules[name])

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """The real spec, executed through `exec_module`; None for other modules."""
        if name not in self._waiting or name in self._loaders:
            return None
        self._loaders[name] = None  # it stays where it is: imports that are under way count their finders
        for finder in sys.meta_path:
            spec = finder.find_spec(name, None)
            if spec is not None:
                self._loaders[name] = spec.loader
                proxy: Any = self
                spec.loader = proxy
                return spec
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """As the module's own loader."""
        module: ModuleType | None = self._loaders[spec.name].create_module(spec)
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Executes the module, which then has its own loader again, and changes it."""
        name = module.__name__
        loader = self._loaders[name]
        spec: Any = module.__spec__
        spec.loader = module.__loader__ = loader
        loader.exec_module(module)
        self._waiting.pop(name)(self._files, module)


def _replace_realpath(files: FileSystem, posixpath: Any) -> None:
    from memfd_par.interpose import wrapper
    from memfd_par.realpath import make

    real = posixpath.realpath
    posixpath.realpath = wrapper(files, real, make(files, real))


def _replace_create(files: FileSystem, interpreters: Any) -> None:
    from memfd_par.subinterpreters import make

    interpreters.create = make(files.index, interpreters)
