"""Further interpreters of this process (PEP 734): each has the par, too, as soon as it is made.

An interpreter starts with its own `sys`, and knows what the interpreter's configuration says, which is nothing of a par. So
whoever makes one runs the par's boot code in it, before anyone else runs anything there.
"""

from __future__ import annotations

import atexit
import gc
import marshal
import sys

TYPE_CHECKING = False  # typing is not imported at start
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from memfd_par.index import Index

#: Runs in the new interpreter, whose `__main__` is empty, and leaves it so.
_SCRIPT = """\
import marshal
code, *given = marshal.loads(_memfd_par)
names = {}
exec(code, names)
names["join"](*given)
del _memfd_par, code, given, marshal, names
"""

#: CPython sets `sys.path[0]` in further interpreters from this version on.
_WITH_FIRST_PATH = (3, 12, 1)


def make(index: Index, interpreters: Any) -> Callable[..., Any]:
    """The function `create` of the module `_interpreters`, or of `_xxsubinterpreters`, its name before Python 3.13."""
    real = interpreters.create

    def create(*args: Any, **kwargs: Any) -> Any:
        # First, as it raises where the par can no longer be read.
        given = _given(index)
        made = real(*args, **kwargs)
        try:
            handed = {"_memfd_par": marshal.dumps((*given[:1], int(made), *given[1:]))}
            failure = interpreters.run_string(made, _SCRIPT, handed)
            if failure is not None:  # before Python 3.13 it raises
                raise interpreters.InterpreterError(failure.formatted)
        except BaseException:
            interpreters.destroy(made)
            raise
        return made

    create.__doc__ = real.__doc__
    create.__module__ = real.__module__
    return create


def _given(index: Index) -> tuple[Any, ...]:
    """The code of this module, then the arguments of `join` but the first."""
    from memfd_par.loader import images

    archive = index.archive
    what = "what a new interpreter starts with"
    data = archive.block(archive.boot_block, what)
    loader: Any = sys.modules[__name__].__loader__
    return (
        loader.get_code(__name__),
        archive.path,
        archive.fd(what),
        archive.boot_block,
        data,
        [str(argument) for argument in getattr(sys, "argv", ())],
        getattr(sys.modules.get("memfd_par.interpreter"), "first_path", None),
        images(index).hand_on(),
    )


def join(
    number: int,
    path: str,
    fd: int,
    block: tuple[int, int, bytes],
    data: bytes,
    argv: list[str],
    first_path: str | None,
    handed: Any,
) -> None:
    """Opens the par in this interpreter, a new one.

    Args:
        number: of this interpreter in its process.
        path: of the par.
        fd: the open par.
        block: where the boot block lies.
        data: the boot block.
        argv: of the program.
        first_path: what python's command line puts first on `sys.path`; None where nothing is.
        handed: what `Images.hand_on` gave.
    """
    if "memfd_par.paths" in sys.modules:  # an interpreter that the par carries begins with it
        gc.enable()
    else:
        _open(number, path, fd, block, data)
    from memfd_par import loader, program, report
    from memfd_par.paths import current

    loader.handed = handed
    index = current().index
    index.header["env"] = {}  # the first interpreter has set it
    program.surround(index)
    sys.excepthook = sys.__excepthook__ = report.excepthook
    sys.argv = argv
    if first_path is not None and sys.version_info >= _WITH_FIRST_PATH:
        sys.path.insert(0, first_path)
    atexit.register(_close)


def _open(number: int, path: str, fd: int, block: tuple[int, int, bytes], data: bytes) -> None:
    code, runtime, header = marshal.loads(data)
    boot: dict[str, Any] = {}
    exec(code, boot)
    sys.dont_write_bytecode = True
    boot["add_runtime"](runtime)
    from memfd_par.archive import Archive
    from memfd_par.index import Index

    header["interpreter"] = number
    boot["install"](Index(Archive(path, fd, block), header, runtime))


def _close() -> None:
    """Closes what the interpreter has opened, as its process may live on."""
    modules = [sys.modules.get("memfd_par." + name) for name in ("environment", "libraries", "memory_tree")]
    for module in modules:
        if module is not None:
            module.close()
