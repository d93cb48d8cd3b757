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
from packer.libc import LIBGCC, Libc
from packer.plan import Plans

#: Text that Python runs as `-c`; the launcher has installed the finders before.
PROGRAM = "from memfd_par.carried import start;start()"


@dataclass(frozen=True)
class Carried:
    """The interpreter of a par.

    launcher: the ELF program. interpreter: its files. encodings: source of the module that Python imports first.
    libc: where it is carried, too.
    """

    launcher: FileFacts
    interpreter: Interpreter
    encodings: str
    libc: Libc | None = None

    def read(self, page_size: int) -> bytes:
        """What the par begins with, as it was compiled: the launcher, or the bootstrap and the launcher."""
        with open(self.launcher.local_path, "rb") as file:
            program = file.read()
        return self.libc.before(program, page_size) if self.libc else program

    def fill(
        self, beginning: bytes, start: tuple[int, int, int], stored: Mapping[str, Stored], par_size: int
    ) -> bytes:
        """That, with the records of where the par's parts are.

        Args:
            beginning: what `read` gave.
            start: offset, size and checksum of the start block.
            stored: where each member lies.
            par_size: bytes of the whole par.
        """
        beginning = launcher.fill(beginning, self.launcher.local_path, start, par_size)
        return self.libc.fill(beginning, self.launcher.size, stored, par_size) if self.libc else beginning


def write_start(
    archive: ParArchive,
    carried: Carried,
    *,
    target: str,
    flags: Sequence[str],
    boot: Stored,
    boot_bytes: bytes,
    files: tuple[int, int],
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
        files: offset and size of the table of files.
        plans: of native members.
        stored: where each member lies.
        numbers: of native members, by stored path.
    """
    data = launcher.encode(
        launcher.Start(
            glibc=plans.glibc,
            boot=(boot.offset, boot.size, launcher.checksum(boot_bytes)),
            siphash=format.checksum(boot_bytes),
            files=files,
            version=carried.interpreter.version,
            target=target,
            program=PROGRAM,
            program_options=flags,
            interpreter_options=_interpreter_options(flags),
            encodings=compile_text(carried.encodings, format.RUNTIME_FILENAME),
            libraries=_libraries(carried, plans, stored, numbers),
            libc=carried.libc.library(stored) if carried.libc else None,
        )
    )
    place = archive.add_bytes(format.OWN + "start", data, align=True)
    return place.offset, place.size, launcher.checksum(data)


def _libraries(
    carried: Carried, plans: Plans, stored: Mapping[str, Stored], numbers: Mapping[str, int]
) -> list[launcher.Library]:
    """Libpython and what it needs, in load order."""
    name = carried.interpreter.libpython
    libpython = plans.aliases.get(name, name)
    first = list(plans.plans[libpython].loads)
    if carried.libc and LIBGCC in plans.plans and LIBGCC not in first:
        first.append(
            LIBGCC
        )  # libc loads it when a thread ends early (pthread_exit(3)), and aborts where there is none
    libraries = []
    for path in (*first, libpython):
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
