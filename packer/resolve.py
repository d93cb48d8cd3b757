"""What every needed name means: a member, or a library of the system. What means nothing is told."""

from __future__ import annotations

import difflib
import posixpath
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from packer.errors import PackError
from packer.members import Catalogue, NativeMember
from packer.policy import Policy

_MOST_PROBLEMS = 10
_MOST_DEPENDENTS = 3

_ONE = "{target} cannot be packed: {problem}"
_MANY = "{target} cannot be packed, its native code has {count} problems:\n{problems}"
_MORE = "and {count} more"

_MISSING = (
    'library "{soname}" is needed by {dependents}, but no member of the par has that soname or file name, '
    "and neither the policy {policy} nor system_libs lists it. {choices} Mend: attach the library with "
    'native_libs; or, if every machine has it, declare system_libs = ["{name}"]; or choose another policy.'
)
_SIMILAR = "Did you mean {names}?"
_CARRIED = "Carried are {names}."
_NONE_CARRIED = "The par carries no library at all."

_AMBIGUOUS = (
    'two different libraries with one soname: "{soname}", needed by {dependents}, can be {choices}, whose '
    "bytes differ, and no run path of the dependent says which is meant. Mend: give the dependent a run path "
    "to the one it means (`-Wl,-rpath,$ORIGIN/...` or `patchelf --set-rpath`); or drop one of them from the "
    "target; or rename one, as auditwheel does (`patchelf --set-soname` and `--replace-needed`)."
)

_WRONG_MACHINE = (
    '{member} ("{name}") is built for {found}, but the target is built for {wanted}. Mend: attach its build '
    "for {wanted}, or leave the file out of the target."
)

_BITS = {"i686": 32, "armv7l": 32, "mips": 32, "ppc": 32, "riscv32": 32}


def is_for(member: NativeMember, machine: str) -> bool:
    """Whether a member was built for `machine` and its usual number of bits."""
    return (member.facts.machine, member.facts.bits) == (machine, _BITS.get(machine, 64))


def check_machine(catalogue: Catalogue, target: str, machine: str) -> None:
    """Raises PackError for members that were not built for `machine` and its usual number of bits."""
    wanted = f"{machine} ({_BITS.get(machine, 64)} bits)"
    problems = []
    for path, member in catalogue.images.items():
        if not is_for(member, machine):
            found = f"{member.facts.machine} ({member.facts.bits} bits)"
            name = member.facts.soname or path
            problems.append(
                _WRONG_MACHINE.format(member=member.local_path, name=name, found=found, wanted=wanted)
            )
    _fail(target, problems)


def resolve(
    catalogue: Catalogue,
    system: frozenset[str],
    target: str,
    policy: Policy,
    required: Iterable[str] | None = None,
) -> tuple[dict[str, dict[str, str]], tuple[str, ...]]:
    """What the needs of all images mean, and a text for each library that is missing.

    Args:
        catalogue: of all members.
        system: sonames, or whole paths, that the machine has.
        target: label, for errors.
        policy: for errors.
        required: stored paths of the members that must find all that they need, directly or not; None for all.

    Returns:
        For each image: what it needs, as written, to the canonical path of the member meant; "" if the system. A
        needed path that `system` lists as that path is left out, and so is what is missing.

    Raises:
        PackError: a required member lacks something, or a soname has two meanings.
    """
    needs: dict[str, dict[str, str]] = {}
    missing: dict[str, list[str]] = defaultdict(list)
    ambiguous: dict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
    for path, member in catalogue.images.items():
        needs[path] = {}
        for name in dict.fromkeys(needed.name for needed in member.facts.needed):
            found = catalogue.find(name, member)
            if len(found) > 1:
                ambiguous[name, tuple(found)].append(path)
            elif found or posixpath.basename(name) in system:
                needs[path][name] = found[0] if found else ""
            elif name not in system:
                missing[name].append(path)
    _inherit(catalogue, needs, ambiguous)
    for path, member in catalogue.images.items():
        needs[path].update(_version_files(catalogue, member, needs[path]))
    strict = catalogue.images.keys() if required is None else _reached(required, catalogue, needs)
    problems: list[str] = []
    warnings: list[str] = []
    for name, paths in sorted(missing.items()):
        text = _MISSING.format(
            soname=name,
            name=posixpath.basename(name),
            dependents=_listed([catalogue.images[path].local_path for path in paths], _MOST_DEPENDENTS),
            policy=policy.name,
            choices=_choices(name, catalogue),
        )
        (warnings if strict.isdisjoint(paths) else problems).append(text)
    for (name, found_paths), dependents in sorted(ambiguous.items()):
        choices = " or ".join(f"{catalogue.images[p].local_path} (stored as {p})" for p in found_paths)
        files = [catalogue.images[p].local_path for p in dependents]
        problems.append(
            _AMBIGUOUS.format(soname=name, dependents=_listed(files, _MOST_DEPENDENTS), choices=choices)
        )
    _fail(target, problems)
    return needs, tuple(warnings)


def _inherit(
    catalogue: Catalogue,
    needs: Mapping[str, dict[str, str]],
    ambiguous: dict[tuple[str, tuple[str, ...]], list[str]],
) -> None:
    """Settles what the DT_RPATH of loaders decides: moves it from `ambiguous` to `needs`.

    What is settled makes loaders known, so it is tried as long as that helps.
    """
    settled = True
    while settled and ambiguous:
        settled = False
        loaders: dict[str, set[str]] = defaultdict(set)
        for path, found in needs.items():
            for meant in found.values():
                loaders[meant].add(path)
        for (name, choices), dependents in list(ambiguous.items()):
            for path in list(dependents):
                meant_paths = catalogue.find_for(name, catalogue.images[path], loaders)
                if len(meant_paths) == 1:
                    needs[path][name] = meant_paths[0]
                    dependents.remove(path)
                    settled = True
            if not dependents:
                del ambiguous[name, choices]


def _reached(
    required: Iterable[str], catalogue: Catalogue, needs: Mapping[str, Mapping[str, str]]
) -> set[str]:
    """Canonical paths of members and of all that they need."""
    reached: set[str] = set()
    waiting = [catalogue.aliases.get(path, path) for path in required]
    while waiting:
        path = waiting.pop()
        if path in needs and path not in reached:
            reached.add(path)
            waiting.extend(needs[path].values())
    return reached


def _version_files(catalogue: Catalogue, member: NativeMember, needs: Mapping[str, str]) -> dict[str, str]:
    """The vn_file names that no NEEDED repeats, to what they mean among `needs`.

    For a library without a soname that was linked by its path, linkers write the path as NEEDED and its base
    name as vn_file.
    """
    meant = {}
    for name in {entry.name for entry in member.facts.version_files} - needs.keys():
        for needed, path in needs.items():
            soname = catalogue.images[path].facts.soname if path else None
            if name in (soname, posixpath.basename(needed)):
                meant[name] = path
    return meant


def _fail(target: str, problems: Sequence[str]) -> None:
    if len(problems) == 1:
        raise PackError(_ONE.format(target=target, problem=problems[0]))
    if problems:
        lines = [f"  {problem}" for problem in problems[:_MOST_PROBLEMS]]
        if len(problems) > _MOST_PROBLEMS:
            lines.append("  " + _MORE.format(count=len(problems) - _MOST_PROBLEMS))
        raise PackError(_MANY.format(target=target, count=len(problems), problems="\n".join(lines)))


def _choices(name: str, catalogue: Catalogue) -> str:
    carried = catalogue.names()
    similar = difflib.get_close_matches(posixpath.basename(name), carried, n=3)
    if similar:
        return _SIMILAR.format(names=" or ".join(f'"{s}"' for s in similar))
    return _CARRIED.format(names=_listed(carried, _MOST_PROBLEMS)) if carried else _NONE_CARRIED


def _listed(items: Sequence[str], most: int) -> str:
    more = [_MORE.format(count=len(items) - most)] if len(items) > most else []
    return ", ".join([*items[:most], *more])
