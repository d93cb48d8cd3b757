"""The load plans of a par: what is loaded before what, under which names. Pure: facts in, plans out."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from packer import names
from packer.errors import PackError
from packer.image import NO_IMAGE, ImagePlan
from packer.members import Catalogue, NativeMember
from packer.order import groups
from packer.policy import C_LIBRARIES, INTERPRETER_LIBRARIES, LIBC, Policy
from packer.resolve import check_machine, is_for, resolve

__all__ = ["LoadPlan", "NativeMember", "Plans", "plan"]

_CYCLE = (
    "{target} cannot be packed: a cycle that cannot be loaded, as the others find {nameless} by no soname:\n"
    "{steps}\n"
    "Mend: give it the soname by which it is needed (`patchelf --set-soname`, `-Wl,-soname`), or link these "
    "libraries into one."
)
_STEP = "  {member} ({name}) needs {needed}"

# Versions of libc.so.6 that are not called after a release, with the release that brought them.
_NAMED_VERSIONS = {"GLIBC_ABI_DT_RELR": (2, 36)}
_NAMELESS = names.Names(None, None)
_GLIBC = re.compile(r"GLIBC_(\d+)\.(\d+)(?:\.\d+)?")


@dataclass(frozen=True)
class LoadPlan:
    """How one shared member is loaded.

    soname: DT_SONAME as written in the file.
    loads: stored paths of all members that must be loaded before it, dependencies first; all canonical.
    patches: (file offset, replacement bytes), sorted; for the image in memory only, never for the archive.
    group: stored paths of the members that need each other in a cycle, this one among them: they are loaded
        together. Empty where there is no cycle.
    image: how its image in memory is made.
    link_name: what `link_map.l_name` of the loaded image must be while its dependents are being loaded, as
        they cannot find it by a soname; None where the soname is enough.
    """

    stored_path: str
    soname: str | None
    loads: tuple[str, ...]
    patches: tuple[tuple[int, bytes], ...]
    link_name: str | None
    group: tuple[str, ...] = ()
    image: ImagePlan = NO_IMAGE


@dataclass(frozen=True)
class Plans:
    """What the runtime must know of the native members of one par.

    plans: by stored path, for canonical members of kind "shared".
    aliases: other stored paths of the same bytes, to the canonical one.
    glibc: highest GLIBC_x.y that a member needs; (0, 0) if none does. machine: None without native members.
    missing: a text for each library that nobody provides, and that members need which are not required.
    program: of the executable that is started, where it is a member.
    """

    plans: dict[str, LoadPlan]
    aliases: dict[str, str]
    glibc: tuple[int, int]
    machine: str | None
    missing: tuple[str, ...] = ()
    program: LoadPlan | None = None

    def early(self) -> tuple[str, ...]:
        """Stored paths of the members that are loaded with the program."""
        return self.program.loads if self.program else ()

    def early_patches(self) -> dict[str, tuple[tuple[int, bytes], ...]]:
        """What the program and these differ in from their files, by stored path: ld.so takes them as they are in the par."""
        if self.program is None:
            return {}
        found = {path: self.plans[path].patches for path in self.early()}
        return {**found, self.program.stored_path: self.program.patches}


def plan(
    members: Sequence[NativeMember],
    *,
    target: str,
    machine: str,
    policy: Policy,
    system_libs: frozenset[str],
    required: Iterable[str] | None = None,
    with_interpreter: bool = False,
    with_libc: bool = False,
    program: str | None = None,
) -> Plans:
    """Load plans for the native members of `target`.

    machine: that of the target, as `os.uname().machine` names it. system_libs: sonames, or whole paths, that
    the machine is trusted to have beyond the policy. required: stored paths of members that are of no use without all
    that they need; None for all. with_interpreter: whether the par carries the interpreter, so that there is none of the
    machine's with libraries of its own. with_libc: whether it carries libc, too, and nothing of the machine's is to stand
    in for what belongs to that. program: stored path of the executable that is started. Raises PackError for libraries and modules of another machine; for
    libraries that nobody provides and sonames with two meanings, all at once; for a cycle.
    """
    # A wheel may bring a program for each of many machines: those of others are data.
    catalogue = Catalogue([m for m in members if m.facts.kind != "executable" or is_for(m, machine)])
    check_machine(catalogue, target, machine)
    system = policy.libraries | system_libs
    if with_libc:
        system = system - C_LIBRARIES | {LIBC}
    needs, missing = resolve(catalogue, system, target, policy, required)
    images = {path: m for path, m in catalogue.images.items() if m.facts.kind == "shared"}
    others = {path: {n: f for n, f in needs[path].items() if f and f != path} for path in images}
    order = groups({path: list(found.values()) for path, found in others.items()})
    asked: dict[str, set[str]] = defaultdict(set)
    first = {name: path for name, path in needs[program].items() if path} if program else {}
    for found in (*others.values(), first):
        for name, path in found.items():
            asked[path].add(name)
    # Whichever is loaded first, a member or the interpreter's own library, must not serve the other's dependents.
    reserved = system if with_interpreter else system | INTERPRETER_LIBRARIES
    assigned = names.assign(images, asked, reserved, target)
    before: dict[str, set[str]] = {}
    plans: dict[str, LoadPlan] = {}
    sequence = [path for group in order for path in group]
    for group in order:
        cyclic = len(group) > 1
        if cyclic:
            _check_cycle(group, others, images, assigned, target)
        direct = {found for path in group for found in others[path].values()}.difference(group)
        needed = direct.union(*(before[found] for found in direct))
        for path in group:
            before[path] = needed.union(group) if cyclic else needed
            own = assigned.get(path, names.Names(None, None))
            plans[path] = LoadPlan(
                stored_path=path,
                soname=images[path].facts.soname,
                loads=tuple(p for p in sequence if p in needed),
                patches=_renamed(images[path], needs[path], assigned, own),
                link_name=own.link_name,
                group=group if cyclic else (),
                image=images[path].facts.image,
            )
    started = None
    if program:
        early = set(first.values()).union(*(before[path] for path in first.values()))
        started = LoadPlan(
            stored_path=program,
            soname=None,
            loads=tuple(path for path in sequence if path in early),
            patches=_renamed(catalogue.images[program], needs[program], assigned),
            link_name=None,
        )
    return Plans(
        program=started,
        plans={path: plans[path] for path in sorted(plans)},
        aliases=catalogue.aliases,
        glibc=_glibc(catalogue.images.values()),
        machine=machine if catalogue.images else None,
        missing=missing,
    )


def _renamed(
    member: NativeMember,
    needs: Mapping[str, str],
    assigned: Mapping[str, names.Names],
    own: names.Names = _NAMELESS,
) -> tuple[tuple[int, bytes], ...]:
    meant = {name: assigned.get(found, _NAMELESS) for name, found in needs.items()}
    return names.patches(member.facts, own, meant)


def _check_cycle(
    group: Sequence[str],
    needs: Mapping[str, Mapping[str, str]],
    images: Mapping[str, NativeMember],
    assigned: Mapping[str, names.Names],
    target: str,
) -> None:
    """Raises PackError for a cycle in which a member has no soname: they are all mapped before any is renamed."""
    nameless = [path for path in group if assigned[path].link_name is not None]
    if not nameless:
        return
    steps = []
    for path in group:
        for name, found in sorted(needs[path].items()):
            if found in group:
                own = images[path].facts.soname or "no soname"
                steps.append(_STEP.format(member=images[path].local_path, name=own, needed=name))
    members = " and ".join(images[path].local_path for path in nameless)
    raise PackError(_CYCLE.format(target=target, steps="\n".join(steps), nameless=members))


def _glibc(members: Iterable[NativeMember]) -> tuple[int, int]:
    highest = (0, 0)
    for member in members:
        for _, version in member.facts.version_needs:
            release = _GLIBC.fullmatch(version)
            needed = (int(release[1]), int(release[2])) if release else _NAMED_VERSIONS.get(version, (0, 0))
            highest = max(highest, needed)
    return highest
