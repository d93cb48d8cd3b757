"""The one namespace of a par: every import root laid over the others, the first one winning.

Pure: names in, names out.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from importlib.machinery import EXTENSION_SUFFIXES

from memfd_par import format
from packer.interpreter import Placed
from packer.request import InputFile

#: What rules leave in a repository and no program looks for.
_IGNORED_NAMES = frozenset(
    ("BUILD", "BUILD.bazel", "WORKSPACE", "WORKSPACE.bazel", "REPO.bazel", "MODULE.bazel")
)

#: Stored paths that the par itself needs.
_TAKEN = frozenset(("__main__.py",))

DUPLICATE = "{what}: {winner} wins over {loser}, which comes later on the import path."


@dataclass(frozen=True)
class Module:
    """A module and the member that it comes from."""

    key: str  #: dotted name with `/`
    kind: int  #: bits of memfd_par.format
    stored_path: str | None  #: None for a namespace package
    folder: str | None = None  #: of a namespace package: its stored path, where that is not its key


@dataclass(frozen=True)
class Duplicate:
    """Two different files for one module or one place."""

    what: str
    winner: InputFile
    loser: InputFile

    def __str__(self) -> str:
        return DUPLICATE.format(
            what=self.what, winner=self.winner.runfiles_path, loser=self.loser.runfiles_path
        )


@dataclass
class Layout:
    """Where everything goes."""

    members: dict[str, InputFile] = field(default_factory=dict)  #: by stored path, sorted
    modules: dict[str, Module] = field(default_factory=dict)  #: by key, sorted
    duplicates: list[Duplicate] = field(default_factory=list)
    interpreter: set[str] = field(default_factory=set)  #: stored paths of the interpreter's own files


def lay_out(
    files: Iterable[InputFile],
    imports: Sequence[str],
    *,
    script_folder: str | None,
    extension_suffixes: Sequence[str],
    same: Callable[[str, str], bool],
    placed: Iterable[tuple[str, InputFile]] = (),
    interpreter: Iterable[Placed] = (),
) -> Layout:
    """Decides each file's stored path and each module's name.

    The import path is that of rules_python: the main script's folder, the `imports` of all targets, then the
    root of every repository, then the folder of all repositories. A file is stored by its path below the longest of the import roots above it
    (the script's folder aside); it is importable below each of them.

    Args:
        files: all files of the target; of two with one runfiles path the first counts.
        imports: runfiles paths of import roots, in the order of the import path.
        script_folder: runfiles path of the folder of `main`, or None.
        extension_suffixes: of the target interpreter (importlib.machinery.EXTENSION_SUFFIXES).
        same: whether two local files have the same bytes.
        placed: files with a stored path of their own, which wins over all others.
        interpreter: files of the interpreter; its modules come last on the import path.
    """
    layout = Layout()
    unique: dict[str, InputFile] = {}
    for file in files:
        if not is_ignored(file.runfiles_path):
            unique.setdefault(file.runfiles_path, file)
    roots = list(dict.fromkeys([*imports, *sorted({path.partition("/")[0] for path in unique})]))
    position = {root: number for number, root in enumerate(roots)}
    if script_folder is not None:
        position = {script_folder: -1, **position} if script_folder not in position else position

    above = _RootsAbove(position)
    claims = [(-2, stored_path, file) for stored_path, file in placed]
    for path, file in sorted(unique.items()):
        root = _storing_root(path, above, script_folder)
        claims.append((position.get(root, len(roots)), path[len(root) + 1 :], file))
    claims.sort(key=lambda claim: (claim[0], claim[1], claim[2].runfiles_path))

    stored: dict[str, str] = {}  # runfiles path -> stored path
    for _, claimed, file in claims:
        winner = layout.members.get(claimed)
        if winner is not None and same(winner.local_path, file.local_path):
            stored[file.runfiles_path] = claimed
            continue
        stored_path = claimed
        if winner is not None or claimed in _TAKEN:
            if winner is not None:
                layout.duplicates.append(Duplicate(claimed, winner, file))
            stored_path = file.runfiles_path  # nothing is lost: it stays where a runfiles tree has it
        layout.members[stored_path] = file
        stored[file.runfiles_path] = stored_path

    best: dict[str, tuple[int, int, str, InputFile]] = {}
    for own in interpreter:
        winner = layout.members.get(own.stored_path)
        if winner is not None:
            layout.duplicates.append(Duplicate(own.stored_path, winner, own.file))
            continue
        layout.members[own.stored_path] = own.file
        layout.interpreter.add(own.stored_path)
        if own.module is not None:
            _claim_module(best, len(roots) + 1, own.module, own.stored_path, own.file, extension_suffixes)
    for stored_path, file in placed:
        _claim_module(best, -2, stored_path, stored_path, file, extension_suffixes)
    for path, file in sorted(unique.items()):
        storing = _storing_root(path, above, script_folder)
        for root in above[path.rpartition("/")[0]]:
            relative = path[len(root) + 1 :]
            if root == storing or _identifiers(relative):
                _claim_module(best, position[root], relative, stored[path], file, extension_suffixes)
        if storing == path.partition("/")[0] and _identifiers(path):
            # rules_python has the runfiles themselves on the import path, so that `import repository.package` works.
            _claim_module(best, len(roots), path, stored[path], file, extension_suffixes)
    for key, (_, kind, stored_path, _) in best.items():
        layout.modules[key] = Module(key, kind & ~_RANKS, stored_path)
    _add_namespaces(layout)
    layout.members = dict(sorted(layout.members.items()))
    layout.modules = dict(sorted(layout.modules.items()))
    return layout


def extension_suffixes(machine: str) -> list[str]:
    """Endings of extension modules for this version of CPython on `machine`; without that, on Linux, they are alike."""
    own = "%s-%s" % (os.uname().machine, sys.platform)
    return [suffix.replace(own, "%s-linux" % machine) for suffix in EXTENSION_SUFFIXES]


def is_ignored(path: str) -> bool:
    """Whether no par carries a file at that path."""
    name = path.rpartition("/")[2]
    return name in _IGNORED_NAMES or "/__pycache__/" in path


class _RootsAbove(dict[str, list[str]]):
    """By folder: the import roots that it is or lies in, the longest first; `position` has those that there are."""

    def __init__(self, position: dict[str, int]) -> None:
        self.position = position

    def __missing__(self, folder: str) -> list[str]:
        parts = folder.split("/")
        above = ("/".join(parts[:count]) for count in range(len(parts), 0, -1))
        self[folder] = [root for root in above if root in self.position]
        return self[folder]


def _storing_root(path: str, above: _RootsAbove, script_folder: str | None) -> str:
    roots = above[path.rpartition("/")[0]]
    if script_folder in roots and above.position[script_folder or ""] < 0:
        roots = [root for root in roots if root != script_folder]
    for root in roots:
        if (
            path[len(root) + 1 :] != "__init__.py"
        ):  # a root's own __init__ makes it a package of the root above
            return root
    return roots[-1] if roots else path.partition("/")[0]


#: Above the kind bits: which form of a module wins in one folder, as in importlib's FileFinder.
_RANKS = 0xF00
_RANK = {"package": 0x000, "extension": 0x100, "source": 0x200, "sourceless": 0x300}


def _claim_module(
    best: dict[str, tuple[int, int, str, InputFile]],
    position: int,
    relative: str,
    stored_path: str,
    file: InputFile,
    extension_suffixes: Sequence[str],
) -> None:
    found = module_of(relative, extension_suffixes)
    if found is None:
        return
    key, kind = found
    claim = (position, kind, stored_path, file)
    if key not in best or (position, kind & _RANKS) < (best[key][0], best[key][1] & _RANKS):
        best[key] = claim


def module_of(path: str, extension_suffixes: Sequence[str]) -> tuple[str, int] | None:
    """Key and ranked kind of the module that a file at `path` is, or None."""
    folder, slash, name = path.rpartition("/")
    kind = -1
    for suffix, found in ((".py", _RANK["source"]), (".pyc", _RANK["sourceless"] | format.SOURCELESS)):
        if name.endswith(suffix):
            name, kind = name[: -len(suffix)], found
            break
    else:
        for suffix in extension_suffixes:
            if name.endswith(suffix):
                name, kind = name[: -len(suffix)], _RANK["extension"] | format.EXTENSION
                break
    if kind < 0 or "." in name:
        return None
    if name == "__init__" and folder:
        return folder, (kind & ~_RANKS) | format.PACKAGE
    return folder + slash + name, kind


def _identifiers(relative: str) -> bool:
    folder, _, name = relative.rpartition("/")
    return all(part.isidentifier() for part in [*folder.split("/"), name.partition(".")[0]] if part or folder)


def _add_namespaces(layout: Layout) -> None:
    for key, module in list(layout.modules.items()):
        path = module.stored_path or ""
        above = path[: path.find("/" + key) + 1] if path in layout.interpreter else ""
        parent = key.rpartition("/")[0]
        while parent and parent not in layout.modules:
            folder = above + parent if above else None
            layout.modules[parent] = Module(parent, format.PACKAGE | format.NAMESPACE, None, folder)
            parent = parent.rpartition("/")[0]
