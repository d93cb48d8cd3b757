"""A target: what the rule's attributes and toolchains say, beside the files, and the program that it names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from memfd_par import format
from packer.errors import PackError
from packer.layout import Layout

NO_MAIN = "{target}: there is no {what} {name} among its sources and dependencies{hint}. {mend}"


@dataclass(frozen=True)
class Target:
    """One memfd_par_binary or memfd_par_test."""

    label: str
    main: tuple[str, str]  #: ("script", runfiles path), ("module", name) or ("function", "module:attribute")
    env: Mapping[str, str]
    args: Sequence[str]
    policy: str
    system_libs: frozenset[str]
    machine: str  #: as os.uname().machine
    interpreter_path: str | None
    python_version: str | None  #: of the toolchain, where it says
    flags: tuple[str, ...]  #: interpreter options
    deflate: bool  #: members other than native ones
    optimize: int
    duplicates_are_errors: bool
    missing_is_an_error: bool  #: of what native code in dependencies needs
    real_files: Sequence[str]  #: distributions or folders
    repositories: Mapping[str, str] = field(default_factory=dict)  #: more names for folders of the runfiles
    exclude_stdlib: Sequence[str] = ()  #: modules of a carried interpreter that are left out
    libc_is_carried: bool = False
    include_stdlib: Sequence[str] = ()  #: modules that are taken in, though they usually are left out


def find_main(target: Target, layout: Layout) -> tuple[str, str]:
    """What the header says of the program: a script by its key in the index, others as the target names them.

    Raises:
        PackError: there is no such module.
    """
    kind, name = target.main
    if kind == "script":
        keys = {
            key: module.stored_path
            for key, module in layout.modules.items()
            if module.stored_path and layout.members[module.stored_path].runfiles_path == name
        }
        for key in sorted(keys, key=lambda key: key + ".py" != keys[key]):
            return kind, key
        raise _no_main(target, layout, "main script", name, "Put it in srcs, or correct main.")
    module_name = name.partition(":")[0]
    found = layout.modules.get(module_name.replace(".", "/"))
    if kind == "module" and found is not None and found.kind & format.PACKAGE:
        module_name += ".__main__"
        found = layout.modules.get(module_name.replace(".", "/"))
    if found is None or found.kind & format.NAMESPACE:
        attribute = "main_module" if kind == "module" else "entry_point"
        mend = "Add the dependency that provides it, or correct %s." % attribute
        raise _no_main(target, layout, "module", module_name, mend)
    return kind, name


def _no_main(target: Target, layout: Layout, what: str, name: str, mend: str) -> PackError:
    names = [key.replace("/", ".") for key in layout.modules if not _is_second_name(key, layout)]
    wanted = name.removesuffix(".py").replace("/", ".")
    close = get_close_matches(wanted, names, 3) or get_close_matches(wanted.rpartition(".")[2], names, 3)
    hint = " (did you mean %s?)" % " or ".join(close) if close else ""
    return PackError(NO_MAIN.format(target=target.label, what=what, name=name, hint=hint, mend=mend))


def _is_second_name(key: str, layout: Layout) -> bool:
    """Whether a name begins with a repository's, and the module has the rest as a name too."""
    other = layout.modules.get(key.partition("/")[2])
    return other is not None and other.stored_path == layout.modules[key].stored_path
