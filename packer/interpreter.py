"""The interpreter that a par carries: which of its files go in, and where. Pure: names in, names out.

In the par it has the layout of an installed Python: `lib/python3.14` is the standard library, `lib/python3.14/lib-dynload`
its extension modules, `lib` the libraries that these need and libpython itself.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from memfd_par import format
from packer.digest import FileFacts
from packer.errors import PackError
from packer.request import InputFile

#: What no program imports: tests, tools for people, what serves to build or install something, and what the machine that
#: builds has for itself. Paths below the standard library, without suffix; of `*`, any one component.
LEFT_OUT = (
    "*/idle_test",
    "*/test",
    "*/tests",
    "__phello__",
    "ensurepip",
    "idlelib",
    "lib2to3",
    "sitecustomize",
    "test",
    "turtledemo",
    "_ctypes_test",
    "_testbuffer",
    "_testcapi",
    "_testclinic",
    "_testclinic_limited",
    "_testexternalinspection",
    "_testimportmultiple",
    "_testinternalcapi",
    "_testlimitedcapi",
    "_testmultiphase",
    "_testsinglephase",
    "_xxtestfuzz",
    "xxlimited",
    "xxlimited_35",
    "xxsubtype",
)

#: Folders of the standard library that are no part of it, or that hold what only a compiler needs.
_NEVER = re.compile(r"(^|/)(__pycache__|config-[^/]*|site-packages|dist-packages)(/|$)|\.(pyc|pyo|a|o|exe)$")

_STDLIB = re.compile(r"lib/python3\.\d+/(.+)")
#: Where a free-threaded Python has the same (PEP 703).
_FREE_THREADED_STDLIB = re.compile(r"lib/python3\.\d+t/os\.py")
#: glibc and the compiler's libraries, for targets that carry them.
_C_LIBRARY = re.compile(r"lib/glibc/[^/]+")
_LIBRARY = re.compile(r"lib/[^/]+\.so(\.[\w.]+)?")
#: Pattern of what libpython is called.
LIBPYTHON_NAME = r"libpython3\.\d+t?\.so(\.[\w.]+)?"
_LIBPYTHON = re.compile("lib/" + LIBPYTHON_NAME)
_EXECUTABLE = re.compile(r"bin/python(3(\.\d+t?)?)?")
#: What is linked here.
_LINKED = "bin/python-linked"
_DYNLOAD = "lib-dynload/"

_FREE_THREADED = (
    "{target}: the interpreter of its Python toolchain is free-threaded ({path}), and no par has carried such a one yet. Mend: set "
    'interpreter = "system", so that the par is run by one that is installed, or use a toolchain with an interpreter that has the '
    "global lock."
)
_UNKNOWN = (
    '{target}: {attribute} names "{name}", and the standard library of its interpreter has no such module.{hint} Mend: '
    "correct the name, or leave it out."
)


@dataclass(frozen=True)
class Placed:
    """A file of the interpreter. module: its path on the import path, or None for what nobody imports."""

    stored_path: str
    module: str | None
    file: InputFile


@dataclass(frozen=True)
class Interpreter:
    """What is carried.

    folder: of the standard library. libpython: its stored path; empty where there is none. executables: stored paths of
    what may be Python's own program, best first.
    """

    version: str
    folder: str
    libpython: str
    files: tuple[Placed, ...]
    executables: tuple[str, ...] = ()

    def of_machine(self, machine: str, facts: Mapping[str, FileFacts]) -> Interpreter:
        """Without native code of other machines, which lies side by side where a distribution has Pythons for several."""

        def fits(placed: Placed) -> bool:
            native = facts[placed.file.local_path].native
            return native is None or native.facts is None or native.facts.machine == machine

        return replace(self, files=tuple(placed for placed in self.files if fits(placed)))


def choose(
    files: Iterable[InputFile],
    *,
    target: str,
    prefix: str,
    version: str,
    left_out: Sequence[str],
    kept: Sequence[str],
    with_libc: bool = False,
    linked: str | None = None,
) -> Interpreter:
    """Decides what is carried.

    Args:
        files: all that the runtime of the Python toolchain has.
        target: label, for errors.
        prefix: runfiles path of the folder that `lib` is in.
        version: "3.14".
        left_out: modules that the target does not need, dotted.
        kept: modules among LEFT_OUT that it needs.
        with_libc: whether libc is carried, too.
        linked: local path of an executable that was linked of a static libpython.

    Raises:
        PackError: a name means no module, or the interpreter is free-threaded.
    """
    found: dict[str, InputFile] = {}
    for file in files:
        path = file.runfiles_path[len(prefix) + 1 :]
        if file.runfiles_path.startswith(prefix + "/") and not _NEVER.search(path):
            found.setdefault(path, file)
    for path in found:
        if _FREE_THREADED_STDLIB.fullmatch(path):
            raise PackError(_FREE_THREADED.format(target=target, path=path))
    modules = {path: match[1].removeprefix(_DYNLOAD) for path in found if (match := _STDLIB.fullmatch(path))}
    known = {part for path in modules.values() for part in _prefixes(_name(path))}
    for attribute, names in (("exclude_stdlib", left_out), ("include_stdlib", kept)):
        for name in names:
            if name.replace(".", "/") not in known:
                raise PackError(_unknown(target, attribute, name, known))
    omitted = {name.replace(".", "/") for name in left_out}
    wanted = {name.replace(".", "/") for name in kept}
    placed = [
        Placed(path, module, found[path])
        for path, module in sorted(modules.items())
        if not _is_omitted(_name(module), omitted, wanted)
    ]
    libraries = {path: file for path, file in sorted(found.items()) if _LIBRARY.fullmatch(path)}
    libpythons = [path for path in libraries if _LIBPYTHON.fullmatch(path)]
    libpython = max(libpythons, key=len, default="")  # libpython3.14.so.1.0 rather than its links
    # python3.14 rather than links to it, and all that the runtime has rather than what was linked of its parts.
    programs = sorted((path for path in found if _EXECUTABLE.fullmatch(path)), key=len, reverse=True)
    if linked:
        programs.append(_LINKED)
        found[_LINKED] = InputFile(_LINKED, linked)
    # Not in `bin`, where programs look for an interpreter to run: that is the par.
    executables = {format.OWN + posixpath.basename(path): found[path] for path in programs}
    placed += [Placed(path, None, file) for path, file in executables.items()]
    placed += [
        Placed(path, None, file)
        for path, file in libraries.items()
        if path == libpython or not path.startswith("lib/libpython")
    ]
    if with_libc:
        placed += [
            Placed(path, None, file) for path, file in sorted(found.items()) if _C_LIBRARY.fullmatch(path)
        ]
    return Interpreter(version, "lib/python" + version, libpython, tuple(placed), tuple(executables))


def _name(path: str) -> str:
    """A module's path without its suffix; that of a package for its `__init__`. Data keep their name up to a dot."""
    folder, slash, name = path.rpartition("/")
    name = name.partition(".")[0] if not name.startswith(".") else name
    return folder if name == "__init__" else folder + slash + name


def _prefixes(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]


def _is_omitted(path: str, omitted: set[str], wanted: set[str]) -> bool:
    above = _prefixes(path)
    if any(part in omitted for part in above):
        return True
    if any(part in wanted for part in above):
        return False
    return any(part in LEFT_OUT or "*/" + part.rpartition("/")[2] in LEFT_OUT for part in above)


def _unknown(target: str, attribute: str, name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name.replace(".", "/"), list(known), n=3)
    hint = " Did you mean %s?" % " or ".join('"%s"' % found.replace("/", ".") for found in close)
    return _UNKNOWN.format(target=target, attribute=attribute, name=name, hint=hint if close else "")
