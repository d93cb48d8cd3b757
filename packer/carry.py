"""Writes what a par with its own interpreter begins with: the launcher, and the start block that it reads first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from memfd_par import format
from packer import launcher
from packer.archive import ParArchive, Stored
from packer.compiler import compile_text
from packer.digest import FileFacts
from packer.interpreter import Interpreter
from packer.plan import Plans

#: Text that Python runs as `-c`; the launcher has installed the finders before.
PROGRAM = "from memfd_par.carried import start;start()"


@dataclass(frozen=True)
class Carried:
    """The interpreter of a par.

    launcher: the ELF program. interpreter: its files. encodings: source of the module that Python imports first.
    """

    launcher: FileFacts
    interpreter: Interpreter
    encodings: str

    def read(self) -> bytes:
        """The launcher, as it was compiled."""
        with open(self.launcher.local_path, "rb") as file:
            return file.read()


def write_start(
    archive: ParArchive,
    carried: Carried,
    *,
    target: str,
    flags: Sequence[str],
    boot: Stored,
    boot_bytes: bytes,
    plans: Plans,
    stored: Mapping[str, Stored],
    numbers: Mapping[str, int],
) -> tuple[int, int, int]:
    """Adds the start block. Returns its offset, size and checksum.

    Args:
        archive: of the par.
        carried: the interpreter.
        target: label.
        flags: interpreter options of the program.
        boot: where the boot block lies.
        boot_bytes: the boot block.
        plans: of native members.
        stored: where each member lies.
        numbers: of native members, by stored path.
    """
    data = launcher.encode(
        launcher.Start(
            glibc=plans.glibc,
            boot=(boot.offset, boot.size, launcher.checksum(boot_bytes)),
            siphash=format.checksum(boot_bytes),
            version=carried.interpreter.version,
            target=target,
            program=PROGRAM,
            program_options=flags,
            interpreter_options=_interpreter_options(flags),
            encodings=compile_text(carried.encodings, format.RUNTIME_FILENAME),
            libraries=_libraries(carried.interpreter, plans, stored, numbers),
        )
    )
    place = archive.add_bytes(format.OWN + "start", data, align=True)
    return place.offset, place.size, launcher.checksum(data)


def _libraries(
    interpreter: Interpreter, plans: Plans, stored: Mapping[str, Stored], numbers: Mapping[str, int]
) -> list[launcher.Library]:
    """Libpython and what it needs, in load order."""
    libpython = plans.aliases.get(interpreter.libpython, interpreter.libpython)
    libraries = []
    for path in (*plans.plans[libpython].loads, libpython):
        plan, place = plans.plans[path], stored[path]
        libraries.append(
            launcher.Library(
                number=numbers[path],
                offset=place.offset,
                size=place.size,
                name=plan.link_name or path,
                named=plan.link_name is not None,
                plan=plan.image.block,
                patches=plan.patches,
            )
        )
    return libraries


def _interpreter_options(flags: Sequence[str]) -> list[str]:
    """What the target asks for, but that scripts and `-m` find the folder that they start from, as they always do."""
    return [option for flag in flags for option in (("-E", "-s") if flag == "-I" else (flag,))]
