"""The program: what the par was built to run, run as the interpreter would run it."""

from __future__ import annotations

import sys
from _frozen_importlib import ModuleSpec

from memfd_par import executable, format, garbage, report
from memfd_par.finder import make_spec
from memfd_par.index import Index
from memfd_par.loader import ModuleLoader

TYPE_CHECKING = False  # typing is not imported at start
if TYPE_CHECKING:
    from typing import Any


def run(index: Index, as_interpreter: bool) -> None:
    """Runs the program in `__main__`; what it raises, and SystemExit, pass through."""
    header = index.header
    surround(index)
    sys.excepthook = sys.__excepthook__ = report.excepthook
    main = _main(index)
    begin()
    if as_interpreter:
        from memfd_par import interpreter

        interpreter.run(index)
        return
    sys.argv[1:1] = header["args"]
    kind, name = main
    if kind == "script":
        _run_script(index, name)
    elif kind == "module":
        _run_module(index, name)
    elif kind == "elsewhere":
        _run_elsewhere(name)
    else:
        _run_function(index, *name.split(":"))


def surround(index: Index) -> None:
    """What a program finds in `sys`, `builtins` and the environment."""
    executable.set_executable(index.archive.path, bool(index.header["stdlib"]))
    sys.prefix = sys.exec_prefix = index.archive.path  # as in a virtual environment
    _add_site_builtins()
    if index.header["env"]:
        import os

        for name, value in index.header["env"].items():
            os.environ.setdefault(name, value)


def _main(index: Index) -> tuple[str, str]:
    """The program that the caller names in the environment, or the par's own."""
    module, entry_point = (executable.take_variable(name) for name in executable.PROGRAMS)
    if module:
        if index.module(module.replace(".", "/")) is not None:
            return "module", module
        if index.module(module.partition(".")[0]) is None:
            return "elsewhere", module
        raise _missing(
            index,
            "BAD_REQUEST",
            variable="MEMFD_PAR_MODULE",
            value=module,
            reason=f"the par has no module {module!r}",
            form="a module of the par or of the standard library",
        )
    if entry_point:
        name, _, function = entry_point.partition(":")
        found = index.module(name.replace(".", "/")) is not None
        if not function or ":" in function or not found:
            reason = f"the par has no module {name!r}" if name and not found else "it has no function"
            raise _missing(
                index,
                "BAD_REQUEST",
                variable="MEMFD_PAR_ENTRY_POINT",
                value=entry_point,
                reason=reason,
                form="package.module:function",
            )
        return "function", entry_point
    main: tuple[str, str] = index.header["main"]
    return main


def _run_script(index: Index, key: str) -> None:
    """As `python main.py`: no spec, no package."""
    entry = index.module(key)
    if entry is None:
        raise _missing(index, "NO_MAIN", module=key)
    path = index.archive.root + (entry[3] or format.module_path(key, entry[0]))
    loader = ModuleLoader("__main__", path, index, entry)
    _execute(loader, None, None)


def _run_module(index: Index, name: str) -> None:
    """As `python -m name` (PEP 338, PEP 366)."""
    entry = index.module(name.replace(".", "/"))
    if entry is not None and entry[0] & format.PACKAGE | entry[0] & format.NAMESPACE:
        name += ".__main__"
        entry = index.module(name.replace(".", "/"))
    if entry is None or entry[0] & format.EXTENSION:
        raise _missing(index, "NO_MAIN", module=name)
    parent = name.rpartition(".")[0]
    if parent:
        __import__(parent)
    spec = make_spec(index, name, name.replace(".", "/"), entry)
    loader = spec.loader
    assert isinstance(loader, ModuleLoader)
    _execute(loader, spec, spec.parent)


def _run_elsewhere(name: str) -> None:
    """As `python -m name`, for a module of the standard library."""
    import runpy

    clear_main({})
    runpy._run_module_as_main(name)  # type: ignore[attr-defined]


def _run_function(index: Index, module_name: str, function_name: str) -> None:
    """As the script of an entry point (PyPA entry points specification)."""
    if index.module(module_name.replace(".", "/")) is None:
        raise _missing(index, "NO_MAIN", module=module_name)
    clear_main({})
    __import__(module_name)
    function: Any = sys.modules[module_name]
    for part in function_name.split("."):
        try:
            function = getattr(function, part)
        except AttributeError:
            choices = ", ".join(n for n in dir(function) if callable(getattr(function, n)) and n[0] != "_")
            raise _missing(
                index, "NO_FUNCTION", module=module_name, function=function_name, choices=choices or "nothing"
            ) from None
    sys.exit(function())


def _execute(loader: ModuleLoader, spec: ModuleSpec | None, package: str | None) -> None:
    code = loader.get_code("__main__" if spec is None else spec.name)
    namespace = clear_main(
        {"__file__": loader.path, "__loader__": loader, "__spec__": spec, "__package__": package}
    )
    exec(code, namespace)


def clear_main(values: dict[str, Any]) -> dict[str, Any]:
    """The namespace of `__main__` without what the launcher left there."""
    namespace: dict[str, Any] = sys.modules["__main__"].__dict__
    kept: dict[str, Any] = {
        name: namespace[name] for name in ("__builtins__", "__annotations__") if name in namespace
    }
    namespace.clear()
    namespace.update(__name__="__main__", __doc__=None, __package__=None, __loader__=None, __spec__=None)
    namespace.update(kept)
    namespace.update(values)
    _forget_sources()
    return namespace


def _forget_sources() -> None:
    """From Python 3.13 on, tracebacks show the launcher's lines for all code that is called `<string>`."""
    linecache: Any = sys.modules.get("linecache")
    if linecache is not None:
        getattr(linecache, "_interactive_cache", {}).clear()
        linecache.cache.pop("<string>", None)


def begin() -> None:
    """The program begins: what is there now stays to the end, so that no collection looks at it again.

    That must not be so for the namespace of `__main__`, which makes cycles with the program's own functions: it is a new one.
    """
    garbage.begin()
    main = type(sys)("__main__")
    main.__dict__.update(sys.modules["__main__"].__dict__)
    sys.modules["__main__"] = main


def _add_site_builtins() -> None:
    """`exit`, `quit` and `help`, as programs use them, though `site` itself does not run."""
    if "site" in sys.modules:
        return
    import builtins

    for name in ("exit", "quit", "help"):
        setattr(builtins, name, _LateBuiltin(name))


class _LateBuiltin:
    """`exit`, `quit` or `help`: the module that has it is imported when somebody uses it."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def _real(self) -> Any:
        import _sitebuiltins
        import builtins

        name = self._name
        helper = name == "help"
        real: Any = _sitebuiltins._Helper() if helper else _sitebuiltins.Quitter(name, "Ctrl-D (i.e. EOF)")
        if getattr(builtins, name, None) is self:
            setattr(builtins, name, real)
        return real

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._real()(*args, **kwargs)

    def __repr__(self) -> str:
        return repr(self._real())


def _missing(index: Index, template: str, **values: str) -> SystemExit:
    """Says what the program lacks; the exception ends the process with status 1."""
    from memfd_par import errors

    message = getattr(errors, template).format(
        par=index.archive.path, target=index.header["target"], **values
    )
    return SystemExit("memfd_par: " + message)
