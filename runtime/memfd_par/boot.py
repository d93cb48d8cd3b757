"""The first code of the par that runs: reads the index, installs the finders, runs the program.

The preamble calls `start` with what it read; nothing is imported that is not used.
"""

from __future__ import annotations

import _thread
import gc
import marshal
import posix
import sys

TYPE_CHECKING = False  # typing is not imported at start
if TYPE_CHECKING:
    from _frozen_importlib import ModuleSpec
    from types import ModuleType
    from typing import Any

    from memfd_par.index import Index


def start(
    fd: int, block: tuple[int, int, bytes], size: int, runtime: dict[str, Any], header: dict[str, Any]
) -> None:
    """Runs the par that `sys.argv[0]` names.

    Args:
        fd: the open par.
        block: where the boot block lies; tells this par from another that takes its place later.
        size: bytes of the whole par.
        runtime: code of the runtime's modules by dotted name, which is let go of once it has run; of those that do not run now,
            marshalled.
        header: what the packer says of this par (`format`).
    """
    _load(runtime)
    sys.dont_write_bytecode = True  # of the standard library neither
    from memfd_par.executable import take_request

    as_interpreter = take_request()
    from memfd_par.archive import moved_up

    index = _open(sys.argv[0], moved_up(fd), block, size, runtime, header)
    from memfd_par.program import run

    run(index, as_interpreter or _is_linked(index))


def carry(launcher: Any, runtime: dict[str, Any], header: dict[str, Any]) -> ModuleSpec:
    """Makes an interpreter that starts up one with the par's modules; its program is run later (`carried`).

    Args:
        launcher: the module `_memfd_par`, by which the launcher tells what it knows (runtime/launcher/python.c).
        runtime: as for `start`.
        header: as for `start`.

    Returns:
        The spec of `encodings`, in whose place the caller runs.
    """
    _load(runtime)
    header["images"] = launcher.images
    header["interpreter"] = launcher.interpreter
    offset, size, checksum = launcher.block
    block = (offset, size, checksum.to_bytes(8, "little"))
    try:
        index = _open(sys.executable, launcher.fd, block, launcher.size, runtime, header)
        from memfd_par import carried

        spec = carried.install(index, launcher.name)
    except (ImportError, OSError, SystemExit) as error:
        _end(error)
        raise
    return spec


def _is_linked(index: Index) -> bool:
    """Whether the par was started by a symbolic link to its spelling as an interpreter: only then it has another real path."""
    from memfd_par.paths import current

    if len(current().roots) == 1:
        return False
    from memfd_par.marked import leads_by_mark

    return leads_by_mark(index.archive.path)


def _end(error: BaseException) -> None:
    """Ends the process with what an error says: an interpreter that starts up knows no other way."""
    try:
        _die(error)
    except SystemExit:
        posix._exit(1)


def _load(runtime: dict[str, Any]) -> None:
    """Executes what every start needs of the runtime."""
    gc.disable()  # nothing becomes garbage before the program starts
    add_runtime(runtime)


def _open(
    path: str,
    fd: int,
    block: tuple[int, int, bytes],
    size: int,
    runtime: dict[str, Any],
    header: dict[str, Any],
) -> Index:
    """Installs the par that is started by this path; its native libraries that come first are loaded."""
    from memfd_par.archive import Archive
    from memfd_par.index import Index

    archive = Archive(_absolute(path, fd), fd, block)
    try:
        archive.check_size(size)
        index = Index(archive, header, runtime)
        install(index)
        if header.get("interpreter"):  # the first one of the process has done the rest
            return index
        if header["natives"][1]:
            from memfd_par import machine

            machine.check(archive.path, header)
        if header["preload"]:
            from memfd_par.loader import images

            for number in header["preload"]:
                images(index).load_library(number)
    except (ImportError, OSError) as error:
        _die(error)
    return index


def add_runtime(runtime: dict[str, Any]) -> None:
    """Executes those of the runtime's modules that every start needs."""
    for name, code in runtime.items():
        if isinstance(code, bytes):
            break
        module: Any = _add(name, type(sys)(name))
        exec(code, module.__dict__)
        runtime[name] = None  # `Index.own_code` finds it again
        if name == "memfd_par.format":
            _add(module.LATE, Late(module.LATE, runtime[module.LATE]))


def install(index: Any) -> None:
    """Puts the par's modules, files and runfiles where this interpreter looks for such."""
    from memfd_par import environment, interpose

    environment.install(index)
    _install_finders(index)
    interpose.install(index)


class Late(type(sys)):  # type: ignore[misc]  # the type of modules
    """A module that is not executed before it is used."""

    def __init__(self, name: str, code: bytes) -> None:
        super().__init__(name)
        self._code = code
        self._lock = _thread.RLock()

    def __getattr__(self, name: str) -> Any:
        """Executes the module, which then is one like any other."""
        with self._lock:
            if type(self) is Late:
                exec(marshal.loads(self._code), self.__dict__)
                self.__class__ = type(sys)  # type: ignore[assignment]  # so that it is asked only once
        return getattr(self, name)


def _die(error: BaseException) -> None:
    """Ends the process with what a fault of the par says; any other error passes through."""
    from memfd_par.errors import ParError, die

    if isinstance(error, ParError):
        die(str(error))
    raise error


def _add(name: str, module: ModuleType) -> ModuleType:
    """Makes a module known before it is executed."""
    sys.modules[name] = module
    package, _, last = name.rpartition(".")
    if package:
        module.__package__ = package
        setattr(sys.modules[package], last, module)
    else:
        module.__package__ = name
        module.__path__ = []
    return module


def _install_finders(index: Any) -> None:
    """Puts the par first among what comes after built-in and frozen modules."""
    from memfd_par.finder import Finder, make_spec, path_hook

    finder = Finder(index)
    names = [getattr(entry, "__name__", "") for entry in sys.meta_path]
    sys.meta_path.insert(names.index("PathFinder") if "PathFinder" in names else len(names), finder)
    sys.path_hooks.insert(0, path_hook(index))
    if sys.path[:1] == [""]:  # `-c` without isolation
        del sys.path[0]
    sys.path.insert(0, index.archive.root)  # the slash keeps importlib.metadata from reading the zip
    for name in index.runtime:
        module = sys.modules.get(name)
        if module is None:  # it is resident, and not used yet
            continue
        spec = make_spec(index, name, name.replace(".", "/"), index.own(name))
        module.__spec__ = spec
        module.__loader__ = spec.loader
        module.__file__ = spec.origin
        if spec.submodule_search_locations:
            module.__path__ = spec.submodule_search_locations


def _absolute(path: str, fd: int) -> str:
    """`path` from the root on, without `.` and empty parts; symbolic links stay as they are."""
    if path[:1] != "/":
        try:
            path = posix.getcwd() + "/" + path
        except FileNotFoundError:  # the working directory was removed
            path = posix.readlink("/proc/self/fd/%d" % fd)
    if "/./" in path or "//" in path:
        path = "/" + "/".join(part for part in path.split("/") if part not in ("", "."))
    return path
