"""The par as an interpreter: python's command line, with the par's packages on the import path."""

from __future__ import annotations

import posix
import sys

from memfd_par.executable import MARK

TYPE_CHECKING = False  # typing is not imported at start
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any

    from memfd_par.index import Index

#: Options that this start has in force already, or that have no meaning here: python(1).
_IGNORED = frozenset("BEIPSsR")
#: Options without a value that only a new start of the interpreter can honour.
_RESTART = frozenset("Obdquvx")
_UNKNOWN = (
    "memfd_par: {option} is no option of python, which {par} stands for. As an interpreter it takes python's options, "
    "then -c CODE, -m MODULE, SCRIPT or -.\n"
)

#: What is first on sys.path, as python's command line wants it.
first_path: str | None = None


def run(index: Index) -> None:
    """Does what python's command line says (python(1), "Using Python on the command line")."""
    options, rest = _split(index, sys.argv[1:])
    if options.restart:
        _restart(options.restart, MARK + index.archive.path, rest)
    if options.version:
        print("Python " + sys.version.split()[0])
        return
    if not rest:
        rest = ["-"]
    sys.argv[:] = rest
    if rest[0] == "-c":
        sys.argv[1:2] = []
        _run_text(rest[1], "<string>", options.inspect)
    elif rest[0] == "-m":
        _run_module(rest)
    elif rest[0] == "-":
        _run_standard_input(index)
    else:
        _run_script(index, rest[0])


class _Options:
    def __init__(self) -> None:
        self.restart: list[str] = []
        self.inspect = False
        self.version = False


def _split(index: Index, arguments: list[str]) -> tuple[_Options, list[str]]:
    options = _Options()
    while arguments and arguments[0][:1] == "-" and arguments[0] not in ("-", "-c", "-m"):
        option = arguments.pop(0)
        if option in ("--version", "-V", "-VV"):
            options.version = True
            continue
        if option[:2] in ("-W", "-X"):
            value = option[2:] or (arguments.pop(0) if arguments else "")
            options.restart += [option[:2], value]
            continue
        if option[:2] in ("-c", "-m"):  # `-cCODE`
            arguments[:0] = [option[:2], option[2:]]
            break
        for letter in option[1:]:
            if letter == "i":
                options.inspect = True
            elif letter in _RESTART:
                options.restart.append("-" + letter)
            elif letter not in _IGNORED:
                sys.stderr.write(_UNKNOWN.format(option=option, par=index.archive.path))
                sys.exit(2)
    if arguments[:1] in (["-c"], ["-m"]) and len(arguments) < 2:
        sys.stderr.write("Argument expected for the %s option\n" % arguments[0])
        sys.exit(2)
    return options, arguments


def _restart(options: list[str], par: str, rest: list[str]) -> None:
    """Starts the interpreter anew with more options; they are not there any more when it comes here again."""
    started = _command_line()
    position = started.index("-c")
    python = sys._base_executable  # type: ignore[attr-defined]
    command = [*started[1:position], *options, *started[position : position + 2], par, *rest]
    posix.execv(python, [python, *command])


def _command_line() -> list[str]:
    if hasattr(sys, "orig_argv"):
        return sys.orig_argv
    with open("/proc/self/cmdline", "rb") as file:
        return [part.decode("utf-8", "surrogateescape") for part in file.read().split(b"\0")]


def _main_namespace(**values: Any) -> dict[str, Any]:
    from memfd_par.program import clear_main

    return clear_main(values)


def _put_first(path: str) -> None:
    global first_path
    first_path = path
    sys.path.insert(0, path)


def _run_text(text: str, name: str, inspect: bool) -> None:
    _put_first("")
    namespace = _main_namespace()
    code = compile(text, name, "exec", dont_inherit=True)
    if name == "<string>":
        _register(code, text)
    exec(code, namespace)
    if inspect:
        _interact(namespace, "")


def _register(code: CodeType, text: str) -> None:
    """Lets tracebacks show the lines of `-c`, where this Python does so."""
    linecache: Any = sys.modules.get("linecache")
    if hasattr(linecache, "_register_code"):
        new = hasattr(linecache, "_interactive_cache")
        linecache._register_code(code if new else "<string>", text, "<string>")


def _run_module(rest: list[str]) -> None:
    import runpy

    sys.argv[:] = ["-m", *rest[2:]]
    _put_first(posix.getcwd())
    _main_namespace()
    runpy._run_module_as_main(rest[1])  # type: ignore[attr-defined]


def _run_standard_input(index: Index) -> None:
    if sys.stdin is None:
        return
    if sys.stdin.isatty():
        _put_first("")
        banner = "Python {} with the packages of {}".format(sys.version.split()[0], index.archive.path)
        _interact(_main_namespace(), banner)
    else:
        _run_text(sys.stdin.read(), "<stdin>", False)


def _run_script(index: Index, path: str) -> None:
    import io
    import os
    import runpy

    par = index.archive.path
    if os.path.exists(path) and os.path.samefile(path, par):
        # As `[sys.executable, *sys.argv]` has it: the program starts again.
        _restart([], par, sys.argv[1:])
    if os.path.isdir(path) or (not path.endswith(".py") and _is_archive(path)):
        _main_namespace()
        runpy.run_path(path, run_name="__main__")
        return
    try:
        with io.open_code(os.path.abspath(path)) as file:
            code = compile(file.read(), path, "exec", dont_inherit=True)
    except OSError as error:
        sys.stderr.write("{}: can't open file {!r}: {}\n".format(sys.executable, path, error))
        sys.exit(2)
    _put_first(os.path.dirname(os.path.realpath(path)))
    exec(code, _main_namespace(__file__=path))


def _is_archive(path: str) -> bool:
    import zipfile

    return zipfile.is_zipfile(path)


def _interact(namespace: dict[str, Any], banner: str) -> None:
    import code
    import contextlib

    with contextlib.suppress(ImportError):
        import readline
        import rlcompleter

        readline.set_completer(rlcompleter.Completer(namespace).complete)
        readline.parse_and_bind("tab: complete")
    code.interact(banner=banner, local=namespace, exitmsg="")
