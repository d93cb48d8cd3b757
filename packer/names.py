"""The name by which each member is known to the dynamic linker, unique in the process.

For a NEEDED name, glibc takes the first loaded object whose soname or l_name is that text, whatever its scope
(`_dl_map_object` in elf/dl-load.c, `_dl_name_match_p` in elf/dl-misc.c). Where two members bear one soname,
or the machine has a library of that soname, the first one loaded would serve everybody. So such a member gets
a soname of its own: the longest tail of its soname that nobody else bears, as "ibssl.so.3" for "libssl.so.3".
No string changes for this, only the number in the dynamic table that points at it, and the numbers in the
NEEDED and vn_file entries of its dependents. Linkers store a string that ends another one only once, and a
version or symbol may be spelled like a soname (libjansson.so.4 has one); pointers leave these as they are.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from packer.elf import ElfFacts, NeededLibrary
from packer.errors import PackError
from packer.members import NativeMember

_NO_NAME = (
    "{target} cannot be packed: the dynamic linker needs one name by which it can tell {member} from all "
    'other libraries, but others bear "{name}" too, or dependents ask by names that have no free tail in '
    "common: {asked}. Mend: carry fewer copies of the library, or give it a soname of its own with `patchelf "
    "--set-soname`, and its dependents that name with `patchelf --replace-needed`."
)


@dataclass(frozen=True)
class Names:
    """What a loaded member is to be found by: its soname in memory, and its l_name if that must serve too."""

    soname: str | None
    link_name: str | None

    def spelling(self, asked: str) -> str:
        """The one of the two that is a tail of `asked`, so that a dependent's entry can point at it."""
        if self.soname is not None and asked.endswith(self.soname):
            return self.soname
        return self.link_name if self.link_name is not None else asked


def assign(
    images: Mapping[str, NativeMember], asked: Mapping[str, set[str]], reserved: Iterable[str], target: str
) -> dict[str, Names]:
    """Names for all members that others need.

    images: shared members by canonical path. asked: canonical path to the texts by which others need that
    member. reserved: sonames that the machine has. Raises PackError where no unique name is left.
    """
    bearers: dict[str, set[str]] = defaultdict(set)
    for path, member in images.items():
        for name in {member.facts.soname or "", *map(posixpath.basename, asked.get(path, ()))} - {""}:
            bearers[name].add(path)
    for name in reserved:
        bearers[name].add("")
    names = {}
    for path in sorted(asked):
        soname = images[path].facts.soname
        wanted = {posixpath.basename(name) for name in asked[path]}
        own = _free_tail({soname}, path, bearers, images, target) if soname else None
        rest = {name for name in wanted if own is None or not name.endswith(own)}
        names[path] = Names(own, _free_tail(rest, path, bearers, images, target) if rest else None)
    return names


def _free_tail(
    texts: set[str], path: str, bearers: dict[str, set[str]], images: Mapping[str, NativeMember], target: str
) -> str:
    """The longest common tail of `texts` that no other member bears; from now on `path` bears it."""
    shortest = min(texts, key=lambda text: (len(text), text))
    for start in range(len(shortest)):
        tail = shortest[start:]
        if all(text.endswith(tail) for text in texts) and bearers[tail] <= {path}:
            bearers[tail].add(path)
            return tail
    raise PackError(
        _NO_NAME.format(
            target=target,
            member=images[path].local_path,
            name=images[path].facts.soname or posixpath.basename(path),
            asked=", ".join(f'"{text}"' for text in sorted(texts)),
        )
    )


def patches(facts: ElfFacts, own: Names, needs: Mapping[str, Names]) -> tuple[tuple[int, bytes], ...]:
    """Changes of a member's image: (file offset, bytes), sorted.

    own: the member's names. needs: name as written in the member, to the names of what it means; other
    entries stay as they are.
    """
    word = facts.bits // 8
    changes = {}
    uses = [(use, word) for use in facts.needed] + [(use, 4) for use in facts.version_files]
    renamed = [
        (use, width, needs[use.name].spelling(posixpath.basename(use.name)))
        for use, width in uses
        if use.name in needs
    ]
    if own.soname and facts.soname and facts.soname_offset and facts.soname_field:
        soname = NeededLibrary(facts.soname, facts.soname_offset, facts.soname_field)
        renamed.append((soname, word, own.soname))
    for use, width, name in renamed:
        cut = _length(use.name) - _length(name)
        if cut:
            changes[use.field] = (use.offset - facts.strings + cut).to_bytes(width, facts.byte_order)
    return tuple(sorted(changes.items()))


def _length(name: str) -> int:
    return len(name.encode("utf-8", "surrogateescape"))
