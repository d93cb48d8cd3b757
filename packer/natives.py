"""The native members of a target, told from what merely looks like them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from memfd_par import format
from packer.digest import FileFacts, Native
from packer.errors import PackError
from packer.layout import Layout
from packer.plan import NativeMember
from packer.request import InputFile, Manifest

NOT_NATIVE = (
    "{target}: {path} is listed in {attribute}, and it is {found}, not a shared library. List the file that the "
    "linker makes: a cc_shared_library, a cc_binary with linkshared = True, a cc_import's shared_library or an ELF "
    ".so file."
)


@dataclass(frozen=True)
class Natives:
    """What was found."""

    members: tuple[NativeMember, ...]  #: every ELF file, by stored path
    empty: tuple[str, ...]  #: extension modules of 0 bytes, by stored path: importing one tells


def find_natives(label: str, manifest: Manifest, layout: Layout, facts: Mapping[str, FileFacts]) -> Natives:
    """Looks at every file that is not Python source.

    Modules that are named like extension modules and hold no ELF file are taken out of `layout`.

    Raises:
        PackError: a file in native_libs or extension_modules is no shared library, or an ELF file is damaged.
    """
    listed = {file.local_path: "native_libs" for file in manifest.native_libs}
    listed.update({file.local_path: "extension_modules" for _, file in manifest.extension_modules})
    members: list[NativeMember] = []
    empty: list[str] = []
    for stored_path, file in layout.members.items():
        attribute = listed.get(file.local_path)
        if attribute is None and stored_path.endswith(".py"):
            continue
        known = facts[file.local_path]
        if known.native:
            member = _member(stored_path, known, known.native, stored_path in layout.interpreter)
            if attribute and member.facts.kind != "shared":
                raise _not_native(label, file, attribute, "an ELF file of kind %r" % member.facts.kind)
            members.append(member)
        elif attribute:
            found = "not an ELF file (it starts with %r)" % known.head if known.head else "empty"
            raise _not_native(label, file, attribute, found)
        elif not known.size:
            empty.append(stored_path)
    shared = {member.stored_path for member in members if member.facts.kind == "shared"}
    for key, module in list(layout.modules.items()):
        if not module.kind & format.EXTENSION or module.stored_path in shared:
            continue
        if module.stored_path not in empty:
            del layout.modules[key]  # a linker script or the like
    extensions = {module.stored_path for module in layout.modules.values() if module.kind & format.EXTENSION}
    return Natives(tuple(members), tuple(path for path in empty if path in extensions))


def _member(stored_path: str, known: FileFacts, native: Native, own: bool) -> NativeMember:
    if native.facts is None:
        raise PackError(native.damage)
    return NativeMember(stored_path, known.local_path, known.digest.hex(), native.facts, known.size, own)


def _not_native(label: str, file: InputFile, attribute: str, found: str) -> PackError:
    return PackError(NOT_NATIVE.format(target=label, path=file.local_path, attribute=attribute, found=found))
