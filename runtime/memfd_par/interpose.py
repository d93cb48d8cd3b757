"""Puts the par's file system (filesystem.py) below Python's own file functions.

It replaces functions of `posix` before `os` takes them over, what opens files in `io`, and what loads extension modules. A path elsewhere costs
one comparison with the par's own; what the real function gets and returns for it is untouched.
"""

from __future__ import annotations

import posix
import sys

from memfd_par.paths import plain, set_current

TYPE_CHECKING = False  # typing is not imported at start
if TYPE_CHECKING:
    from _frozen_importlib import ModuleSpec
    from collections.abc import Callable, Iterator, Mapping
    from types import ModuleType
    from typing import Any

    from memfd_par.filesystem import FileSystem
    from memfd_par.index import Index

_EXDEV = 18

#: Functions whose first argument is the path; each is a method of FileSystem.
_BY_PATH = (
    "access chdir chmod chown getxattr lchown listxattr lstat mkdir mkfifo mknod open pathconf readlink remove "
    "removexattr rmdir setxattr stat statvfs truncate unlink utime"
).split()


#: The functions of `posix` as they were, by name.
_real: dict[str, Callable[..., Any]] = {}

#: Functions as they were, and what has taken their place: passed_on.py replaces them once more.
replaced: list[tuple[Any, Callable[..., Any]]] = []

#: Calls that are answered in Python before it pays to load the loader in C for them.
_ticks: Iterator[int] = iter(range(2000))


def install(index: Index) -> None:
    """Replaces the functions in `posix` and `io`; where `os` is imported already, there too."""
    files = set_current(index)
    _install_posix(files)
    _install_programs(files)
    _install_io(files)
    _install_extensions(files, index)
    sys.meta_path.insert(0, After(files))


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
            "io": _replace_raw_files,
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


def _install_posix(files: FileSystem) -> None:
    ours = {name: _first(files, name) for name in _BY_PATH if hasattr(posix, name)}
    for name in ("listdir", "scandir"):
        ours[name] = _listing(files, name)
    for name in ("rename", "replace", "link", "symlink"):
        ours[name] = _pair(files, name)
    for module in ("posix", "os"):
        namespace = getattr(sys.modules.get(module), "__dict__", {})
        for name, function in ours.items():
            if name in namespace:
                namespace[name] = function
    pairs = {_real[name]: function for name, function in ours.items()}
    replaced.extend(pairs.items())
    add_abilities(pairs)


def add_abilities(functions: Mapping[Any, Any]) -> None:
    """What `os` says of its functions' abilities, it says of the functions themselves, and so of those in their place."""
    for kind in ("supports_dir_fd", "supports_effective_ids", "supports_fd", "supports_follow_symlinks"):
        able: set[Any] = getattr(sys.modules.get("os"), kind, set())
        able.update([new for old, new in functions.items() if old in able])


def _enough(files: FileSystem) -> None:
    """Loads the loader in C, which puts functions of its own into the place of these."""
    global _ticks
    _ticks = iter(int, 1)  # never ends
    from memfd_par.loader import images

    try:
        found = images(files.index)
    except ImportError:  # which is being imported
        return
    loader = found.load_loader()
    if loader is not None:
        from memfd_par import passed_on

        passed_on.install(loader)


def _wrapper(files: FileSystem, real: Any, function: Callable[..., Any]) -> Callable[..., Any]:
    function.__name__ = function.__qualname__ = real.__name__
    function.__doc__ = real.__doc__
    function.__module__ = real.__module__
    # A bound method stays what it is as a class attribute, as built-in functions do (pathlib 3.9 relies on it).
    method: Any = type(files.within)
    bound: Callable[..., Any] = method(function, files)
    return bound


def _install_programs(files: FileSystem) -> None:
    """Programs that the par carries are executed from memory."""
    for name in ("execv", "execve", "posix_spawn", "posix_spawnp"):
        function = _program(files, name)
        for module in ("posix", "os"):
            namespace = getattr(sys.modules.get(module), "__dict__", {})
            if name in namespace:
                namespace[name] = function


def _program(files: FileSystem, name: str) -> Callable[..., Any]:
    real = _real.setdefault(name, getattr(posix, name))

    def function(_: FileSystem, path: Any, argv: Any, *args: Any, **kwargs: Any) -> Any:
        if files.within(path) is not None or "memfd_par.libraries" in sys.modules:
            from memfd_par.libraries import arguments, executable_path

            in_place = name.startswith("exec")
            found = executable_path(path, in_place)
            path, argv = found, arguments(argv, path, found, in_place)
        return real(path, argv, *args, **kwargs)

    return _wrapper(files, real, function)


def _first(files: FileSystem, name: str) -> Callable[..., Any]:
    """A function whose first argument is the path."""
    real = _real.setdefault(name, getattr(posix, name))
    roots = files.roots
    within = files.within
    named = name not in ("mkfifo", "mknod")  # as in posixmodule.c

    def function(_: FileSystem, path: Any, *args: Any, **kwargs: Any) -> Any:
        if next(_ticks, None) is None:
            _enough(files)
        text = None if type(path) is str and not path.startswith(roots) else within(path)
        if text is None and "memfd_par.descriptors" in sys.modules:
            text = _by_descriptor(files, name, path, kwargs.get("dir_fd"))
        if text is None or "\0" in text:
            try:
                found = real(path, *args, **kwargs)
                if found is not False or kwargs.get("dir_fd") is not None or _is_plain(path):
                    return found
                text = files.spelled_otherwise(path)  # access raises nothing
                if text is None:
                    return found
            except NotADirectoryError:
                text = None if kwargs.get("dir_fd") is not None else files.spelled_otherwise(path)
                if text is None:
                    raise
        try:
            return getattr(files, name)(text, *args, **kwargs)
        except _outside() as outside:
            return real(outside.args[0], *args, **kwargs)
        except OSError as error:
            if error.filename is not None:
                error.filename = plain(path) if named else None
            raise

    return _wrapper(files, real, function)


def _outside() -> type[Exception]:
    """What is raised for a path that leaves the par by `..`; asked for where something was raised."""
    from memfd_par.tree import Outside

    return Outside


def _by_descriptor(files: FileSystem, name: str, path: Any, folder: Any) -> str | None:
    """As `within`, for what the descriptor of a folder leads to, where there is any."""
    descriptors = sys.modules.get("memfd_par.descriptors")
    return descriptors.text_of(files, name, path, folder) if descriptors is not None else None


def replace_fstat(files: FileSystem) -> None:
    """Lets `fstat` know the descriptors of folders; until there is one, it is as it was."""
    real = _real.setdefault("fstat", posix.fstat)

    def fstat(_: FileSystem, fd: Any) -> posix.stat_result:
        text = _by_descriptor(files, "stat", fd, None)
        found: posix.stat_result = real(fd) if text is None else files.stat(text)
        return found

    wrapper = _wrapper(files, real, fstat)
    for module in ("posix", "os"):
        namespace = getattr(sys.modules.get(module), "__dict__", {})
        if namespace.get("fstat") is real:
            namespace["fstat"] = wrapper


def _is_plain(path: Any) -> bool:
    """Whether a path has one spelling, but for links: absolute, without `.`, `..` and empty parts."""
    if isinstance(path, int):
        return True
    path = plain(path)
    if isinstance(path, bytes):
        path = path.decode("utf-8", "surrogateescape")
    return path[:1] == "/" and "//" not in path and "/." not in path


def _listing(files: FileSystem, name: str) -> Callable[..., Any]:
    """Listdir or scandir: the path may be left out, and decides whether names are bytes."""
    real = _real.setdefault(name, getattr(posix, name))

    def function(_: FileSystem, path: Any = None) -> Any:
        text = files.within(path)
        if text is None:
            text = _by_descriptor(files, name, path, None)
        if text is None or "\0" in text:
            try:
                return real(path)
            except NotADirectoryError:
                # A file cannot be listed, so that the par's own name, without a slash behind it, means the folder.
                text = files.within(_with_slash(path)) or files.spelled_otherwise(_with_slash(path))
                if text is None:
                    raise
        path = plain(path)
        binary = isinstance(path, bytes)
        try:
            entries = files.scan(text)
        except _outside() as outside:
            above = outside.args[0]
            return real(above.encode("utf-8", "surrogateescape") if binary else above)
        except OSError as error:
            error.filename = path
            raise
        from memfd_par.scan import Entry, Scan

        # The path of what a descriptor leads to is its name.
        prefix = "" if isinstance(path, int) else path if path[-1:] in ("/", b"/") else _with_slash(path)
        made = []
        for child, folder in entries:
            shown: Any = child.encode("utf-8", "surrogateescape") if binary else child
            place = text + "/" + child
            made.append(shown if name == "listdir" else Entry(shown, prefix + shown, folder, place))
        return made if name == "listdir" else Scan(made)

    return _wrapper(files, real, function)


def _with_slash(path: Any) -> Any:
    path = plain(path)
    return path + "/" if isinstance(path, str) else path + b"/" if isinstance(path, bytes) else path


def _pair(files: FileSystem, name: str) -> Callable[..., Any]:
    """A function that changes the folders of two paths."""
    real = _real.setdefault(name, getattr(posix, name))

    def function(_: FileSystem, src: Any, dst: Any, *args: Any, **kwargs: Any) -> Any:
        source = files.within(src) if name != "symlink" else None
        target = files.within(dst)
        if source is None and name != "symlink":
            source = _by_descriptor(files, name, src, kwargs.get("src_dir_fd"))
        if target is None:
            target = _by_descriptor(
                files, name, dst, kwargs.get("dir_fd" if name == "symlink" else "dst_dir_fd")
            )
        if (source or target) is None or "\0" in (source or "") + (target or ""):
            return real(src, dst, *args, **kwargs)
        try:
            if name in ("link", "symlink"):
                if source is not None:
                    files.find(source)
                if target is not None:
                    files.mknod(target)
                raise OSError(_EXDEV, posix.strerror(_EXDEV))
            if (source is None) is not (target is None):
                for path, text, folder in (
                    (src, source, kwargs.get("src_dir_fd")),
                    (dst, target, kwargs.get("dst_dir_fd")),
                ):
                    if text is None:
                        posix.stat(_folder_of(plain(path)), dir_fd=folder)
                    else:
                        files.last(text)
                raise OSError(_EXDEV, posix.strerror(_EXDEV))
            files.rename(source or "", target or "")
        except OSError as error:
            raise OSError(error.errno, error.strerror, plain(src), None, plain(dst)) from None
        except _outside():
            return real(src, dst, *args, **kwargs)

    return _wrapper(files, real, function)


def _install_extensions(files: FileSystem, index: Index) -> None:
    """Extension modules that are loaded by a path below the par, as packages with a finder of their own do."""
    import _imp

    real: Any = _imp.create_dynamic

    def create_dynamic(spec: Any, *args: Any) -> Any:
        path = files.within(spec.origin)
        if path is not None:
            from memfd_par.libraries import number_by_path
            from memfd_par.loader import images

            number = number_by_path(index, path)
            if number is not None:
                module = images(index).load_module(number, spec)
                module.__file__ = spec.origin
                return module
        return real(spec, *args)

    _imp.create_dynamic = create_dynamic


def _folder_of(path: Any) -> Any:
    slash, here = (b"/", b".") if isinstance(path, bytes) else ("/", ".")
    return path.rstrip(slash).rpartition(slash)[0] or (slash if path[:1] == slash else here)


def _install_io(files: FileSystem) -> None:
    import _io
    import builtins

    real_open, real_code = _io.open, _io.open_code
    within = files.within
    roots = files.roots

    def open_path(
        _: FileSystem,
        file: Any,
        mode: str = "r",
        buffering: int = -1,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
        closefd: bool = True,
        opener: Any = None,
    ) -> Any:
        if next(_ticks, None) is None:
            _enough(files)
        if opener is not None:
            opener = _files_only(opener)
        else:
            if type(file) is int and "memfd_par.descriptors" in sys.modules:
                sys.modules["memfd_par.descriptors"].refuse(file, file)
            if file.startswith(roots) if type(file) is str else within(file) is not None:
                opener = _files_only(posix.open)
            else:
                try:
                    return real_open(file, mode, buffering, encoding, errors, newline, closefd)
                except NotADirectoryError:
                    if files.spelled_otherwise(file) is None:
                        raise
                    opener = _files_only(posix.open)
        return real_open(file, mode, buffering, encoding, errors, newline, closefd, opener)

    def open_code(_: FileSystem, path: str) -> Any:
        return open_path(files, path, "rb") if within(path) is not None else real_code(path)

    for real, function in ((real_open, open_path), (real_code, open_code)):
        wrapper = _wrapper(files, real, function)
        replaced.append((real, wrapper))
        # `io`, which not every program imports, takes them over from `_io`.
        for module in (_io, sys.modules.get("io")):
            if module is not None:
                setattr(module, real.__name__, wrapper)
    builtins.open = _io.open


def _files_only(opener: Callable[[Any, int], int]) -> Callable[[Any, int], int]:
    """An opener that refuses folders, as C code does that finds out what its descriptor is."""

    def open_file(path: Any, flags: int) -> int:
        fd = opener(path, flags)
        descriptors = sys.modules.get("memfd_par.descriptors")
        if descriptors is not None:
            try:
                descriptors.refuse(fd, path)
            except OSError:
                posix.close(fd)
                raise
        return fd

    return open_file


def _replace_realpath(files: FileSystem, posixpath: Any) -> None:
    from memfd_par.realpath import make

    real = posixpath.realpath
    posixpath.realpath = _wrapper(files, real, make(files, real))


def _replace_create(files: FileSystem, interpreters: Any) -> None:
    from memfd_par.subinterpreters import make

    interpreters.create = make(files.index, interpreters)


def _replace_raw_files(files: FileSystem, io: Any) -> None:
    import _io

    io.FileIO = _io.FileIO = _raw_file(files, _io.FileIO)  # type: ignore[misc]


def _raw_file(files: FileSystem, real: Any) -> Any:
    """The class `io.FileIO`: what `open` makes is an instance of it, too."""

    class Kind(type):
        def __instancecheck__(cls, instance: object) -> bool:
            return isinstance(instance, real) if cls is FileIO else type.__instancecheck__(cls, instance)

        def __subclasscheck__(cls, subclass: type) -> bool:
            return issubclass(subclass, real) if cls is FileIO else type.__subclasscheck__(cls, subclass)

    class FileIO(real, metaclass=Kind):  # type: ignore[misc]
        __doc__ = real.__doc__

        def __init__(self, file: Any, mode: str = "r", closefd: bool = True, opener: Any = None) -> None:
            if opener is None and files.within(file) is None:
                real.__init__(self, file, mode, closefd)
                return
            try:
                real.__init__(self, file, mode, closefd, _files_only(opener or posix.open))
            except OSError as error:
                error.filename = file
                raise

    FileIO.__module__, FileIO.__qualname__ = real.__module__, real.__qualname__
    return FileIO
