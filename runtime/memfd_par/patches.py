"""Standard modules whose C code opens files by path: each gets, after its import, what makes paths below the par work.

Everything else in the standard library opens files by way of `posix` and `io` (filesystem.py).
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # typing is not imported at start
if TYPE_CHECKING:
    from _frozen_importlib import ModuleSpec
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

    from memfd_par.index import Index


#: Which of the arguments of sqlite3.connect behind the database is `uri`.
_URI = 6


def attach(index: Index, spec: ModuleSpec) -> None:
    """Lets the loader of one of the modules in `PATCHES` patch it once it is executed."""
    name = spec.name
    loader: Any = spec.loader
    execute = loader.exec_module

    def exec_module(module: ModuleType) -> None:
        execute(module)
        PATCHES[name](module, index)

    loader.exec_module = exec_module


def _ctypes(module: Any, index: Index) -> None:
    """CDLL by a path below the par, and by the soname of a library that is carried."""
    real = module._dlopen

    def _dlopen(name: Any, *args: Any) -> Any:
        from memfd_par.libraries import path_of

        try:
            path = path_of(index, name)
        except ImportError as error:
            raise OSError(str(error)) from None  # which callers expect where a library cannot be loaded
        return real(path or name, *args)

    module._dlopen = _dlopen


def _ctypes_util(module: Any, index: Index) -> None:
    """find_library finds what is carried first."""
    real = module.find_library

    def find_library(name: str) -> str | None:
        from memfd_par.libraries import find

        found: str | None = find(index, name) or real(name)
        return found

    find_library.__doc__ = real.__doc__
    module.find_library = find_library


def _ssl(module: Any, _: Index) -> None:
    """Certificates and keys by a path below the par: OpenSSL opens them itself."""
    context = module.SSLContext

    def load_verify_locations(self: Any, cafile: Any = None, capath: Any = None, cadata: Any = None) -> None:
        base.load_verify_locations(self, real_path(cafile), capath, cadata)

    def load_cert_chain(self: Any, certfile: Any, keyfile: Any = None, password: Any = None) -> None:
        base.load_cert_chain(self, real_path(certfile), real_path(keyfile), password)

    from memfd_par.libraries import real_path

    base = context.__mro__[1]
    for function in (load_verify_locations, load_cert_chain):
        function.__doc__ = getattr(base, function.__name__).__doc__
        function.__qualname__ = "SSLContext." + function.__name__
        setattr(context, function.__name__, function)


def _resources(module: Any, _: Index) -> None:
    """CPython 3.9's `importlib.resources.files` asks no loader: it takes `__spec__.origin` for a path on disk."""
    if hasattr(module, "files"):  # Python 3.10 or newer
        return
    on_disk = module.from_package

    def from_package(package: Any) -> Any:
        from memfd_par.resources import Reader

        get_reader = getattr(package.__spec__.loader, "get_resource_reader", None)
        reader = get_reader(package.__name__) if get_reader else None
        return reader.files() if isinstance(reader, Reader) else on_disk(package)

    module.from_package = from_package


def _sqlite3(module: Any, index: Index) -> None:
    """A database below the par, read-only: a copy in SQLite's own memory, as it opens no path that is a link.

    Before Python 3.11 there is no way to hand SQLite the bytes, and the database cannot be opened.
    """
    real = module.connect
    if not hasattr(module.Connection, "deserialize"):
        return

    def connect(database: Any, *args: Any, **kwargs: Any) -> Any:
        from memfd_par.libraries import below
        from memfd_par.paths import current

        by_uri = kwargs.get("uri") or args[_URI:][:1] == (True,)
        path = below(_database_path(database) if by_uri else database)
        if path is None or not current().access(path, 4):
            return real(database, *args, **kwargs)
        connection = real(":memory:", *args, **kwargs)
        connection.deserialize(index.data(current().find(path).path))
        connection.execute("pragma query_only = on")
        return connection

    connect.__doc__ = real.__doc__
    module.connect = connect
    dbapi2 = sys.modules.get("sqlite3.dbapi2")
    if dbapi2 is not None:
        dbapi2.connect = connect  # type: ignore[attr-defined]


def _database_path(database: Any) -> Any:
    """The path in a URI of SQLite's (https://www.sqlite.org/uri.html); what is no URI as it is."""
    if not isinstance(database, str) or not database.startswith("file:"):
        return database
    from urllib.parse import unquote, urlsplit

    return unquote(urlsplit(database).path)


def _subprocess(module: Any, _: Index) -> None:
    """Programs that the par carries run from memory, and in real copies of its folders."""
    from memfd_par.libraries import arguments, executable_path, working_folder

    holder, name = (
        (module, "_fork_exec") if hasattr(module, "_fork_exec") else (module._posixsubprocess, "fork_exec")
    )
    real = getattr(holder, name)

    def fork_exec(args: Any, programs: Any, close_fds: Any, pass_fds: Any, cwd: Any, *rest: Any) -> Any:
        found = [executable_path(path) for path in programs]
        for path, place in zip(programs, found):
            args = arguments(args, path, place)
        return real(args, found, close_fds, pass_fds, working_folder(cwd), *rest)

    setattr(holder, name, fork_exec)


def _venv(module: Any, index: Index) -> None:
    """There are no files on disk that a virtual environment of a carried interpreter could link to."""
    if not index.header["stdlib"]:
        return

    def create(*_: Any) -> None:
        from memfd_par import errors

        raise errors.ParError(errors.NO_VENV.format(par=index.archive.path))

    create.__doc__ = module.EnvBuilder.create.__doc__
    module.EnvBuilder.create = create


PATCHES: dict[str, Callable[[Any, Index], None]] = {
    "ctypes": _ctypes,
    "ctypes.util": _ctypes_util,
    "importlib._common": _resources,
    "sqlite3": _sqlite3,
    "ssl": _ssl,
    "subprocess": _subprocess,
    "venv": _venv,
}
