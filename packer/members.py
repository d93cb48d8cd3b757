"""The native members of a par, and which of them a needed name can mean."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from packer.elf import ElfFacts

# What ld.so puts for $LIB and $PLATFORM on one system or another; ld.so(8), "Dynamic string tokens".
_LIB_FOLDERS = ("lib", "lib64", "lib/{machine}-linux-gnu")
_ORIGIN = re.compile(r"\$(?:ORIGIN(?![A-Za-z0-9_])|\{ORIGIN\})")
_LIB = re.compile(r"\$(?:LIB(?![A-Za-z0-9_])|\{LIB\})")
_PLATFORM = re.compile(r"\$(?:PLATFORM(?![A-Za-z0-9_])|\{PLATFORM\})")


@dataclass(frozen=True)
class NativeMember:
    """One ELF file of a par.

    stored_path: its name in the archive. local_path: the file it comes from.
    digest: hex SHA-256 of its bytes. size: in bytes. of_interpreter: whether it came with the carried interpreter.
    """

    stored_path: str
    local_path: str
    digest: str
    facts: ElfFacts
    size: int
    of_interpreter: bool = False


class Catalogue:
    """The members of one par, found by stored path, by soname and by file name.

    Members of equal bytes are one image; it goes by the first of their stored paths, its canonical one.
    `images`: canonical path to member, sorted, all kinds but "other". `aliases`: the other paths to theirs.
    """

    def __init__(self, members: Sequence[NativeMember]) -> None:
        self.images: dict[str, NativeMember] = {}
        self.aliases: dict[str, str] = {}
        self._copies: dict[str, list[str]] = defaultdict(list)
        self._paths: dict[str, str] = {}
        self._by_soname: dict[str, set[str]] = defaultdict(set)
        self._by_file: dict[str, set[str]] = defaultdict(set)
        canonical: dict[str, str] = {}
        for member in sorted(members, key=lambda m: m.stored_path):
            if member.facts.kind == "other":
                continue
            first = canonical.setdefault(member.digest, member.stored_path)
            if first == member.stored_path:
                self.images[first] = member
            else:
                self.aliases[member.stored_path] = first
            self._copies[first].append(member.stored_path)
            if member.facts.kind == "shared":
                self._paths[member.stored_path] = first
                self._by_file[posixpath.basename(member.stored_path)].add(first)
                if member.facts.soname:
                    self._by_soname[member.facts.soname].add(first)

    def names(self) -> list[str]:
        """Every soname and file name by which a member can be found."""
        return sorted(self._by_soname.keys() | self._by_file.keys())

    def find(self, name: str, dependent: NativeMember) -> list[str]:
        """Canonical paths of the members that `name`, needed by `dependent` (itself canonical), can mean.

        None: no member. One: that. More: members of different bytes, and no run path says which.
        A path counts by its base name, as nothing lies where the linker once found it.
        """
        name = posixpath.basename(name)
        if name == dependent.facts.soname:
            return [dependent.stored_path]
        found = self._by_run_path(name, dependent)
        found = found or self._by_soname.get(name) or self._by_file.get(name) or set()
        # An interpreter and the program may each bring a library of their own.
        near = {path for path in found if self.images[path].of_interpreter == dependent.of_interpreter}
        return sorted(near or found)

    def find_for(
        self, name: str, dependent: NativeMember, loaders: Mapping[str, Collection[str]]
    ) -> list[str]:
        """As `find`, where that leaves a choice: by the DT_RPATH of what loads the dependent, which it inherits.

        Args:
            name: needed by `dependent`.
            dependent: without a DT_RUNPATH, or it inherits nothing.
            loaders: canonical paths of the members that need a member, by its canonical path.
        """
        if dependent.facts.run_path and not dependent.facts.passes_run_path_on:
            return []
        found: set[str] = set()
        seen = {dependent.stored_path}
        waiting = list(loaders.get(dependent.stored_path, ()))
        while waiting:
            path = waiting.pop()
            if path in seen:
                continue
            seen.add(path)
            loader = self.images[path]
            hits = (
                self._by_run_path(posixpath.basename(name), loader) if loader.facts.passes_run_path_on else ()
            )
            found.update(hits)
            if not hits:
                waiting.extend(loaders.get(path, ()))
        return sorted(found)

    def _by_run_path(self, name: str, dependent: NativeMember) -> set[str]:
        """What a name means by the run path of a member itself, for each of its copies."""
        found = set()
        for copy in self._copies[dependent.stored_path]:
            hits = (self._paths.get(path) for path in _run_path_candidates(name, copy, dependent.facts))
            found.update([next((hit for hit in hits if hit), "")])
        return found - {""}


def _run_path_candidates(name: str, stored_path: str, facts: ElfFacts) -> Iterator[str]:
    """Stored paths at which the run path of a file at `stored_path` looks for `name`, in its order.

    Entries that do not begin with $ORIGIN, or lead out of the archive, mean nothing on the target machine.
    """
    for entry in facts.run_path:
        origin = _ORIGIN.match(entry)
        if not origin:
            continue
        below = _PLATFORM.sub(facts.machine, entry[origin.end() :])
        for folder in _LIB_FOLDERS if _LIB.search(below) else ("",):
            expanded = _LIB.sub(folder.format(machine=facts.machine), below)
            path = posixpath.normpath(f"{posixpath.dirname(stored_path)}/{expanded}/{name}".lstrip("/"))
            if not path.startswith("../"):
                yield path
