"""Loaders: what importlib asks for a module's code, source and data.

They derive from importlib's own loaders for files, as tools test for those (`isinstance`), and as frames of
importlib's `exec_module` stay out of tracebacks.
"""

from __future__ import annotations

import _imp
import marshal
from _frozen_importlib import _call_with_frames_removed  # type: ignore[attr-defined]  # not in typeshed
from _frozen_importlib_external import SourceFileLoader

from memfd_par import format, garbage

TYPE_CHECKING = False  # typing is not imported at start
if TYPE_CHECKING:
    from types import CodeType, ModuleType
    from typing import Any

    from memfd_par.filesystem import FileSystem
    from memfd_par.images import Images
    from memfd_par.index import Index


#: How deep this process is in imports from the par.
_depth = 0


class FromPar:
    """What the loaders for modules of the par share."""

    name: str
    path: str
    index: Index
    kind: int

    def get_filename(self, fullname: str | None = None) -> str:
        """`<par>/<stored path>`; `fullname` may be `__main__`."""
        return self.path

    def is_package(self, fullname: str) -> bool:
        """Whether the module is a package."""
        return bool(self.kind & format.PACKAGE)

    def get_data(self, path: str) -> bytes:
        """The bytes of a file below the par (PEP 302).

        Raises:
            OSError: no such file there.
        """
        root = self.index.archive.root
        if not path.startswith(root):
            if self.path.startswith(root):
                raise FileNotFoundError(2, "No such file or directory", path)
            with open(path, "rb") as file:  # one of the target's real files
                return file.read()
        return self.index.data(path[len(root) :])

    def get_resource_reader(self, fullname: str) -> Any:
        """What importlib.resources asks for."""
        if not self.path.startswith(self.index.archive.root):
            return SourceFileLoader(self.name, self.path).get_resource_reader(fullname)
        from memfd_par.resources import Reader

        folder = self.path[len(self.index.archive.root) :].rpartition("/")[0]
        return Reader(self.index, folder)


class ModuleLoader(FromPar, SourceFileLoader):  # type: ignore[misc]  # typeshed: its own bases disagree
    """A module or package in Python."""

    def __init__(self, name: str, path: str, index: Index, entry: tuple[int, Any, int, str | None]) -> None:
        self.name = name
        self.path = path
        self.index = index
        self.kind = entry[0]
        self.entry = entry

    def exec_module(self, module: ModuleType) -> None:
        """Executes the module. While that imports others, little becomes garbage: collections wait till it is done."""
        global _depth
        code = self.get_code(module.__name__)
        if not _depth:
            garbage.hold()
        _depth += 1
        try:
            _call_with_frames_removed(exec, code, module.__dict__)
        finally:
            _depth -= 1
            if not _depth:
                garbage.release()

    def get_code(self, fullname: str) -> CodeType:
        """The code object, with the file name that tracebacks show.

        Raises:
            SyntaxError: the source does not compile.
            ParImportError: the par can no longer be read.
        """
        _, offset, size, _ = self.entry
        if size < 0:
            # It keeps importlib's frames out of the traceback of a SyntaxError.
            compiled: CodeType = self.source_to_code(self.get_data(self.path), self.path)
            return compiled
        try:
            if isinstance(offset, str):  # the runtime's own
                return self.index.own_code(offset)
            data = self.index.archive.read(offset, size, fullname)
        except OSError as error:
            raise as_import_error(error, fullname) from None
        try:
            code: CodeType = marshal.loads(data)
            own_name = code.co_filename == format.RUNTIME_FILENAME
        except (AttributeError, EOFError, TypeError, ValueError):
            from memfd_par.errors import import_error

            what = "the code of {} cannot be read".format(fullname)
            raise import_error("TRUNCATED", fullname, par=self.index.archive.path, what=what) from None
        if not own_name:
            _imp._fix_co_filename(code, self.path)  # type: ignore[attr-defined]  # not in typeshed
        return code

    def get_source(self, fullname: str) -> str | None:
        """The source text; None where only byte-code is carried."""
        if self.kind & format.SOURCELESS:
            return None
        try:
            source: str | None = SourceFileLoader.get_source(self, fullname)
        except (SyntaxError, UnicodeDecodeError) as error:  # linecache expects ImportError alone
            raise ImportError(
                f"the source of {fullname} cannot be decoded: {error}", name=fullname
            ) from error
        return source

    def path_stats(self, path: str) -> dict[str, int]:
        """Size of the source; the par's members have no date of their own."""
        return {"mtime": 0, "size": len(self.get_data(path))}

    def set_data(self, path: str, data: Any, **_: object) -> None:
        """Nothing is ever written."""


_images: dict[str, Images] = {}

#: In a further interpreter of a process: what Images takes besides the index.
handed: Any = None


def images(index: Index) -> Images:
    """The one set of images of this process; made when the first native member is loaded."""
    found = _images.get("")
    if found is None:
        from memfd_par.images import Images

        # Threads that come here at the same time get the same one.
        found = _images.setdefault("", Images(index, handed))
    return found


def as_import_error(error: OSError, name: str) -> ImportError:
    """What an import raises where the par cannot be read; importlib's frames stay out of its traceback."""
    from memfd_par.errors import ParImportError

    return ParImportError(str(error), name=name)


def install(files: FileSystem) -> None:
    """Loads extension modules by a path below the par as well, as packages with a finder of their own do."""
    real: Any = _imp.create_dynamic

    def create_dynamic(spec: Any, *args: Any) -> Any:
        path = files.within(spec.origin)
        if path is not None:
            from memfd_par.libraries import number_by_path

            number = number_by_path(files.index, path)
            if number is not None:
                module = images(files.index).load_module(number, spec)
                module.__file__ = spec.origin
                return module
        return real(spec, *args)

    _imp.create_dynamic = create_dynamic
