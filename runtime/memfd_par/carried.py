"""The par's own interpreter: what the launcher in C (runtime/launcher) leaves to Python.

The launcher configures the interpreter and hands it the first module that it imports, which calls `boot.carry`. As an
interpreter the par then goes on as `python` itself does; as a program it runs `start`, as `python -c` would.
"""

from __future__ import annotations

import posix
import sys

from memfd_par import executable, program
from memfd_par.finder import make_spec

TYPE_CHECKING = False  # typing is not imported at start
if TYPE_CHECKING:
    from _frozen_importlib import ModuleSpec

    from memfd_par.index import Index

_index: Index
_name: bytes


def install(index: Index, name: bytes) -> ModuleSpec:
    """Puts the standard library behind the par's modules and PYTHONPATH, and before site-packages.

    Args:
        index: of the par.
        name: as the par was started, for `sys.argv[0]`.

    Returns:
        The spec of `encodings`.
    """
    global _index, _name
    _index = index
    _name = name
    folder = index.archive.root + index.header["stdlib"]
    sys._stdlib_dir = folder  # type: ignore[attr-defined]  # before CPython 3.12 the configuration's is dropped
    own = [folder, folder + "/lib-dynload"]
    paths = b"" if sys.flags.ignore_environment else posix.environ.get(b"PYTHONPATH", b"")
    own[:0] = [path for path in _decode(paths).split(":") if path]
    sys.path[1:1] = own
    entry = index.module("encodings")
    assert entry is not None
    spec = make_spec(index, "encodings", "encodings", entry)
    # The table of frozen modules has that name: this is what importlib knows of modules there, should it be set up anew.
    spec.loader_state = type(sys.implementation)(filename=spec.origin, origname="encodings")  # type: ignore[call-arg]
    spec.has_location = False
    return spec


def enter() -> None:
    """What is left to do for an interpreter, before it looks at its command line."""
    for name in executable.PROGRAMS:
        executable.take_variable(name)
    if _is_own_script():
        # As `[sys.executable, *sys.argv]` has it: the program starts again.
        program.run(_index, False)
        sys.exit()
    _spell_root()
    program.surround(_index)
    program.begin()


def start() -> None:
    """Runs the program: the text of `-c` calls it."""
    if sys.path[:1] == [""]:  # without isolation
        del sys.path[0]
    _spell_root()
    sys.argv[0] = _decode(_name)
    program.run(_index, False)


def _spell_root() -> None:
    """Gives the par back the slash in `sys.path` that `site` has taken: by it, finders know what comes before the par."""
    if _index.archive.path in sys.path:
        sys.path[sys.path.index(_index.archive.path)] = _index.archive.root


def _is_own_script() -> bool:
    """Whether the script on the command line is the par itself."""
    try:
        script, par = posix.stat(sys.argv[0]), posix.fstat(_index.archive.fd("its own name"))
    except OSError:
        return False  # there is none
    return (script.st_dev, script.st_ino) == (par.st_dev, par.st_ino)


def _decode(path: bytes) -> str:
    return path.decode(sys.getfilesystemencoding(), "surrogateescape")
