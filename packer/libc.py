"""A par's own libc: the dynamic linker, and the libraries of glibc and the compiler.

The dynamic linker and libc.so.6 are in memory before the launcher runs (packer/bootstrap.py); the others are members like any.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass

from packer.digest import FileFacts
from packer.errors import PackError
from packer.interpreter import Interpreter
from packer.plan import Plans
from packer.policy import DYNAMIC_LINKERS, LIBC
from packer.target import Target

#: Stored path of the library that libc itself loads.
LIBGCC = "lib/glibc/libgcc_s.so.1"

#: Since this release, all that libc loads for threads and names is in libc.so.6.
_OLDEST = (2, 34)
_VERSION = re.compile(rb"\0GLIBC_(\d+)\.(\d+)\0")

_NO_LIBC = (
    '{target}: libc = "carried", and its interpreter brings no {missing} for {machine} along (lib/glibc in its files). Mend: '
    'use a toolchain of memfd_par_local_interpreter, or set libc = "system".'
)
_OLD_LIBC = (
    '{target}: libc = "carried", and {path} is glibc {found}. Needed is {wanted} or newer, whose libc.so.6 has the '
    'functions for threads and name service in it. Mend: carry a newer one, or set libc = "system".'
)
_TOO_OLD_LIBC = (
    "{target}: {member} needs glibc {wanted}, and the par carries {path}, which is glibc {found}. Mend: carry the glibc of the "
    "machine that it was built on, or a newer one; or build it against an older one."
)
_LAUNCHER = (
    "{target}: the launcher {path} cannot be started with a libc of its own: {cause}. Mend: compile it with a C toolchain "
    "for glibc 2.34 or newer and GNU ld."
)


@dataclass(frozen=True)
class Libc:
    """What is carried.

    linker, libc: files. linker_path, libc_path: stored paths. version: of glibc.
    """

    linker: FileFacts
    linker_path: str
    libc: FileFacts
    libc_path: str
    version: tuple[int, int]

    def has(self, stored_path: str) -> bool:
        """Whether a member is in memory before the launcher runs."""
        return stored_path in (self.linker_path, self.libc_path)

    def check(self, plans: Plans, program: FileFacts, target: str) -> None:
        """Raises PackError where a member needs a newer glibc, or the launcher what the bootstrap cannot give it."""
        if plans.glibc > self.version:
            raise PackError(
                _TOO_OLD_LIBC.format(
                    target=target,
                    member="its native code",
                    wanted=_text(plans.glibc),
                    found=_text(self.version),
                    path=self.libc.local_path,
                )
            )
        facts = program.native.facts if program.native else None
        needed = [entry.name for entry in facts.needed] if facts else []
        if [name for name in needed if name not in DYNAMIC_LINKERS] != [LIBC]:
            cause = "it needs %s, and should need %s alone" % (", ".join(needed) or "nothing", LIBC)
            raise PackError(_LAUNCHER.format(target=target, path=program.local_path, cause=cause))


def find_libc(interpreter: Interpreter, target: Target, facts: Mapping[str, FileFacts]) -> Libc:
    """The libc among an interpreter's files; PackError where it is not there, or too old.

    Args:
        interpreter: its files for the target's machine.
        target: that carries it.
        facts: of all files, by local path.
    """
    files = {posixpath.basename(placed.stored_path): placed for placed in interpreter.files}
    linkers = [name for name in DYNAMIC_LINKERS if name in files]
    for found, missing in ((linkers, "dynamic linker"), (LIBC in files, LIBC)):
        if not found:
            raise PackError(_NO_LIBC.format(target=target.label, missing=missing, machine=target.machine))
    linker, libc = files[linkers[0]], files[LIBC]
    known = facts[libc.file.local_path]
    versions = [
        (int(major), int(minor)) for major, minor in _VERSION.findall(_read(known).replace(b"\0", b"\0\0"))
    ]
    version = max(versions, default=(0, 0))
    if version < _OLDEST:
        raise PackError(
            _OLD_LIBC.format(
                target=target.label, path=known.local_path, found=_text(version), wanted=_text(_OLDEST)
            )
        )
    return Libc(
        linker=facts[linker.file.local_path],
        linker_path=linker.stored_path,
        libc=known,
        libc_path=libc.stored_path,
        version=version,
    )


def _read(facts: FileFacts) -> bytes:
    with open(facts.local_path, "rb") as file:
        return file.read()


def _text(version: tuple[int, int]) -> str:
    return "%d.%d" % version
