"""The load plans of a par: what is loaded before what, under which names. Pure: facts in, plans out."""

from __future__ import annotations

import graphlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from packer import names
from packer.errors import PackError
from packer.members import Catalogue, NativeMember
from packer.policy import Policy
from packer.resolve import check_machine, resolve

__all__ = ["LoadPlan", "NativeMember", "Plans", "plan"]

_CYCLE = (
    "{target} cannot be packed: a cycle that cannot be loaded, as each needs the next to be there first:\n"
    "{steps}\n"
    "Mend: link these libraries into one, or drop one of the needs (`patchelf --remove-needed`) whose "
    "symbols another library provides."
)
_STEP = '  {member} ("{name}") needs "{needed}"'

# Versions of libc.so.6 that are not called after a release, with the release that brought them.
_NAMED_VERSIONS = {"GLIBC_ABI_DT_RELR": (2, 36)}
_GLIBC = re.compile(r"GLIBC_(\d+)\.(\d+)(?:\.\d+)?")


@dataclass(frozen=True)
class LoadPlan:
    """How one shared member is loaded.

    soname: DT_SONAME as written in the file.
    loads: stored paths of all members that must be loaded before it, dependencies first; all canonical.
    patches: (file offset, replacement bytes), sorted; for the image in memory only, never for the archive.
    link_name: what `link_map.l_name` of the loaded image must be while its dependents are being loaded, as
        they cannot find it by a soname; None where the soname is enough.
    """

    stored_path: str
    soname: str | None
    loads: tuple[str, ...]
    patches: tuple[tuple[int, bytes], ...]
    link_name: str | None


@dataclass(frozen=True)
class Plans:
    """What the runtime must know of the native members of one par.

    plans: by stored path, for canonical members of kind "shared".
    aliases: other stored paths of the same bytes, to the canonical one.
    glibc: highest GLIBC_x.y that a member needs; (0, 0) if none does. machine: None without native members.
    """

    plans: dict[str, LoadPlan]
    aliases: dict[str, str]
    glibc: tuple[int, int]
    machine: str | None


def plan(
    members: Sequence[NativeMember],
    *,
    target: str,
    machine: str,
    policy: Policy,
    system_libs: frozenset[str],
) -> Plans:
    """Load plans for the native members of `target`.

    machine: that of the target, as `os.uname().machine` names it. system_libs: sonames, or whole paths, that
    the machine is trusted to have beyond the policy. Raises PackError for members of another machine; for
    libraries that nobody provides and sonames with two meanings, all at once; for a cycle.
    """
    catalogue = Catalogue(members)
    check_machine(catalogue, target, machine)
    system = policy.libraries | system_libs
    needs = resolve(catalogue, system, target, policy)
    images = {path: m for path, m in catalogue.images.items() if m.facts.kind == "shared"}
    others = {path: {n: f for n, f in needs[path].items() if f and f != path} for path in images}
    order = _order(others, images, target)
    asked: dict[str, set[str]] = defaultdict(set)
    for found in others.values():
        for name, path in found.items():
            asked[path].add(name)
    assigned = names.assign(images, asked, system, target)
    before: dict[str, set[str]] = {}
    plans: dict[str, LoadPlan] = {}
    for path in order:
        direct = set(others[path].values())
        before[path] = direct.union(*(before[found] for found in direct))
        own = assigned.get(path, names.Names(None, None))
        meant = {name: assigned.get(found, names.Names(None, None)) for name, found in needs[path].items()}
        plans[path] = LoadPlan(
            stored_path=path,
            soname=images[path].facts.soname,
            loads=tuple(p for p in order if p in before[path]),
            patches=names.patches(images[path].facts, own, meant),
            link_name=own.link_name,
        )
    return Plans(
        plans={path: plans[path] for path in sorted(plans)},
        aliases=catalogue.aliases,
        glibc=_glibc(catalogue.images.values()),
        machine=machine if catalogue.images else None,
    )


def _order(
    needs: Mapping[str, Mapping[str, str]], images: Mapping[str, NativeMember], target: str
) -> list[str]:
    """All images, each after all that it needs; the same for the same members in any order."""
    graph = {path: list(found.values()) for path, found in needs.items()}
    try:
        return list(graphlib.TopologicalSorter(graph).static_order())
    except graphlib.CycleError as e:
        cycle = e.args[1][:0:-1]  # each is needed by the next, and the last is the first again
        start = cycle.index(min(cycle))
        cycle = cycle[start:] + cycle[:start]
        steps = []
        for path, following in zip(cycle, [*cycle[1:], cycle[0]]):
            needed = next(name for name, found in needs[path].items() if found == following)
            name = images[path].facts.soname or path
            steps.append(_STEP.format(member=images[path].local_path, name=name, needed=needed))
        raise PackError(_CYCLE.format(target=target, steps="\n".join(steps))) from e


def _glibc(members: Iterable[NativeMember]) -> tuple[int, int]:
    highest = (0, 0)
    for member in members:
        for _, version in member.facts.version_needs:
            release = _GLIBC.fullmatch(version)
            needed = (int(release[1]), int(release[2])) if release else _NAMED_VERSIONS.get(version, (0, 0))
            highest = max(highest, needed)
    return highest
