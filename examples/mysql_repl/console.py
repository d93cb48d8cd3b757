"""Runs Python code as the program `python` does: code, a script, standard input, or a prompt.

Every function here takes `argv`, the program's sys.argv; `names`, what its namespace holds from the
start; and `again`, whether to go on to a prompt when it has ended. What the program raises is raised
again, so that the interpreter ends as it always does: traceback, exit status, or death by SIGINT.
"""

from __future__ import annotations

import builtins
import code
import importlib.util
import linecache
import os
import site
import sys
import types
from typing import Any, Callable, Optional

_BANNER = """\
Python {version} on {platform}
connect(): {connect}
memfd_par.loaded(), after import memfd_par: the native code that memory holds."""

_Hook = Callable[[type[BaseException], BaseException, Optional[types.TracebackType]], Any]


class CannotOpen(Exception):
    """The script cannot be read; the message says which and why."""


def run(
    source: str | bytes, filename: str, argv: list[str], names: dict[str, Any], again: bool = False
) -> None:
    """Run source; tracebacks call it `filename`."""
    _run(source, filename, argv, names, again, first_path="")


def run_script(path: str, argv: list[str], names: dict[str, Any], again: bool = False) -> None:
    """Run the file at path. Raises CannotOpen."""
    try:
        with open(path, "rb") as script:
            source = script.read()
    except OSError as error:
        raise CannotOpen(f"can't open file {path!r}: [Errno {error.errno}] {error.strerror}") from error
    file = os.path.abspath(path)
    folder = os.path.dirname(os.path.realpath(path))
    _run(source, file, argv, {**names, "__file__": file}, again, first_path=folder)


def run_stdin(argv: list[str], names: dict[str, Any], again: bool = False) -> None:
    """Run what standard input holds; a prompt if it is a terminal, nothing if it is closed."""
    if sys.stdin is None:
        return
    if sys.stdin.isatty():
        _prompt(_new_main(argv, names, first_path=""), _banner(names))
    else:
        run(sys.stdin.buffer.read(), "<stdin>", argv, names, again)


def _run(
    source: str | bytes, filename: str, argv: list[str], names: dict[str, Any], again: bool, first_path: str
) -> None:
    namespace = _new_main(argv, names, first_path)
    try:
        program = compile(source, filename, "exec", dont_inherit=True)
        text = source if isinstance(source, str) else importlib.util.decode_source(source)
        linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
        exec(program, namespace)
    except BaseException as error:
        # The first entry of the traceback is this function; a SyntaxError has no other.
        trace = error.__traceback__ and error.__traceback__.tb_next
        hook = sys.excepthook
        sys.excepthook = _only(error, trace, hook)
        if not again:
            raise
        sys.excepthook(type(error), error, trace)
        sys.excepthook = hook
    if again:
        _prompt(namespace, banner="")


def _new_main(argv: list[str], names: dict[str, Any], first_path: str) -> dict[str, Any]:
    """Make the program's `__main__`, the real one, so that its objects can be pickled."""
    main = types.ModuleType("__main__")
    main.__dict__.update(names, __builtins__=builtins)
    sys.modules["__main__"] = main
    sys.argv[:] = argv
    sys.path.insert(0, first_path)
    if not hasattr(builtins, "exit"):  # python -S leaves out exit, quit and help
        site.setquit()
        site.sethelper()
    return main.__dict__


def _only(error: BaseException, trace: types.TracebackType | None, hook: _Hook) -> _Hook:
    """Make a sys.excepthook that prints error with trace: without the frames that called the program."""

    def print_error(
        kind: type[BaseException], value: BaseException, whole: types.TracebackType | None
    ) -> None:
        if value is error:
            # The hook of CPython < 3.13 prints the exception's own traceback, not its argument.
            hook(kind, value.with_traceback(trace), trace)
        else:
            hook(kind, value, whole)

    return print_error


def _banner(names: dict[str, Any]) -> str:
    connect = (names["connect"].__doc__ or "").partition("\n")[0]
    return _BANNER.format(version=sys.version.partition("\n")[0], platform=sys.platform, connect=connect)


def _prompt(namespace: dict[str, Any], banner: str) -> None:
    try:
        # input() uses readline once it is imported, and keeps the history in memory only.
        import readline
        import rlcompleter
    except ImportError:
        pass
    else:
        readline.set_completer(rlcompleter.Completer(namespace).complete)
        libedit = "libedit" in (readline.__doc__ or "")
        readline.parse_and_bind("bind ^I rl_complete" if libedit else "tab: complete")
    code.InteractiveConsole(namespace).interact(banner, exitmsg="")
