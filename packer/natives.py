"""The native members of a target: read from its files, told from what merely looks like them."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import BinaryIO

from memfd_par import format
from packer import elf
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


def read_natives(label: str, manifest: Manifest, layout: Layout) -> Natives:
    """Reads every file that is not Python source.

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
        with open(file.local_path, "rb") as stream:
            head = stream.read(4)
            if elf.is_elf(head):
                member = _read(stored_path, file, stream)
                if attribute and member.facts.kind != "shared":
                    raise _not_native(label, file, attribute, "an ELF file of kind %r" % member.facts.kind)
                members.append(member)
            elif attribute:
                found = "not an ELF file (it starts with %r)" % head if head else "empty"
                raise _not_native(label, file, attribute, found)
            elif not head:
                empty.append(stored_path)
    shared = {member.stored_path for member in members if member.facts.kind == "shared"}
    for key, module in list(layout.modules.items()):
        if not module.kind & format.EXTENSION or module.stored_path in shared:
            continue
        if module.stored_path not in empty:
            del layout.modules[key]  # a linker script or the like
    extensions = {module.stored_path for module in layout.modules.values() if module.kind & format.EXTENSION}
    return Natives(tuple(members), tuple(path for path in empty if path in extensions))


def _read(stored_path: str, file: InputFile, stream: BinaryIO) -> NativeMember:
    facts = elf.read(file.local_path)
    digest = hashlib.sha256()
    stream.seek(0)
    for data in iter(lambda: stream.read(1 << 20), b""):
        digest.update(data)
    return NativeMember(
        stored_path, file.local_path, digest.hexdigest(), facts, os.fstat(stream.fileno()).st_size
    )


def _not_native(label: str, file: InputFile, attribute: str, found: str) -> PackError:
    return PackError(NOT_NATIVE.format(target=label, path=file.local_path, attribute=attribute, found=found))
