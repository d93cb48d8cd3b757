"""Writes what a par with its own interpreter begins with: the launcher, and the start block that it reads first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from memfd_par import format
from packer import bootstrap, launcher
from packer.archive import ParArchive, Stored, patched
from packer.compiler import compile_text
from packer.digest import FileFacts
from packer.interpreter import Interpreter
from packer.libc import LIBGCC, Libc
from packer.plan import Plans
from packer.program import Program

#: Text that Python runs as `-c`; the launcher has installed the finders before.
PROGRAM = "from memfd_par.carried import start;start()"


@dataclass(frozen=True)
class Carried:
    """The interpreter of a par.

    launcher: an ELF program; a library, where `program` is what is started. interpreter: its files. encodings: source of the
    module that Python imports first. bootstrap: what the par begins with, where the kernel cannot start the program. program:
    Python's executable. libc: where it is carried, too.
    """

    launcher: FileFacts
    interpreter: Interpreter
    encodings: str
    bootstrap: FileFacts | None = None
    program: Program | None = None
    libc: Libc | None = None

    def read(self, page_size: int) -> bytes:
        """What the par begins with, as it was compiled: the launcher, or the bootstrap and the launcher."""
        with open(self.launcher.local_path, "rb") as file:
            program = file.read()
        return bootstrap.before(self.bootstrap, program, page_size) if self.bootstrap else program

    def early(self, plans: Plans) -> list[str]:
        """Stored paths of the members that are loaded before the launcher runs."""
        return [*([self.libc.libc_path] if self.libc else []), *plans.early()]

    def fill(
        self,
        beginning: bytes,
        start: tuple[int, int, int],
        *,
        target: str,
        files: Mapping[str, FileFacts],
        plans: Plans,
        stored: Mapping[str, Stored],
        par_size: int,
    ) -> bytes:
        """That, with the records of where the par's parts are.

        Args:
            beginning: what `read` gave.
            start: offset, size and checksum of the start block.
            target: label, for errors.
            files: of all members, by stored path.
            plans: of native members.
            stored: where each member lies.
            par_size: bytes of the whole par.
        """
        beginning = launcher.fill(beginning, self.launcher.local_path, start, par_size)
        if not self.bootstrap:
            return beginning
        patches = plans.early_patches()

        def part(path: str) -> bootstrap.Part:
            return bootstrap.Part(stored[path].offset, patched(files[path], patches.get(path, ())))

        offset = self.launcher_offset(beginning)
        own = bootstrap.Part(offset, beginning[offset:])
        return bootstrap.fill(
            beginning,
            self.bootstrap,
            target=target,
            program=part(self.program.stored_path) if self.program else own,
            linker=part(self.libc.linker_path) if self.libc else None,
            libraries=[
                *([("launcher", own)] if self.program else []),
                *((path.rpartition("/")[2], part(path)) for path in self.early(plans)),
            ],
            par_size=par_size,
        )

    def launcher_offset(self, beginning: bytes) -> int:
        """Where it lies in what the par begins with."""
        return len(beginning) - self.launcher.size


def write_start(
    archive: ParArchive,
    carried: Carried,
    *,
    target: str,
    flags: Sequence[str],
    boot: Stored,
    boot_bytes: bytes,
    launcher_offset: int,
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
        launcher_offset: where the launcher lies.
        files: offset and size of the table of files.
        plans: of native members.
        stored: where each member lies.
        numbers: of native members, by stored path.
    """
    early = carried.early(plans)
    data = launcher.encode(
        launcher.Start(
            glibc=plans.glibc,
            boot=(boot.offset, boot.size, launcher.checksum(boot_bytes)),
            siphash=format.checksum(boot_bytes),
            files=files,
            version=carried.interpreter.version,
            target=target,
            program=PROGRAM,
            program_options=("-B", *flags),  # a program writes nothing, an interpreter what it always does
            interpreter_options=_interpreter_options(flags),
            encodings=compile_text(carried.encodings, format.RUNTIME_FILENAME),
            libraries=[
                _library(path, plans, stored, numbers) for path in _first(carried, plans) if path not in early
            ],
            early=[
                *([_launcher(carried, launcher_offset)] if carried.program else []),
                *(
                    _libc(carried.libc, stored)
                    if carried.libc and path == carried.libc.libc_path
                    else _library(path, plans, stored, numbers)
                    for path in early
                ),
            ],
            executable=_program(carried.program, stored) if carried.program else None,
        )
    )
    place = archive.add_bytes(format.OWN + "start", data, align=True)
    return place.offset, place.size, launcher.checksum(data)


def _first(carried: Carried, plans: Plans) -> list[str]:
    """Stored paths of what is loaded before Python starts, in load order: libpython and what it needs."""
    wanted = []
    if carried.libc and LIBGCC in plans.plans:
        wanted.append(
            LIBGCC
        )  # libc loads it when a thread ends early (pthread_exit(3)), and aborts where there is none
    name = carried.interpreter.libpython
    if name:
        wanted.append(plans.aliases.get(name, name))
    found = [path for last in wanted for path in (*plans.plans[last].loads, last)]
    return list(dict.fromkeys(found))


def _library(
    path: str, plans: Plans, stored: Mapping[str, Stored], numbers: Mapping[str, int]
) -> launcher.Library:
    plan, place = plans.plans[path], stored[path]
    return launcher.Library(
        number=numbers[path],
        offset=place.offset,
        size=place.size,
        name=plan.link_name or path,
        named=plan.link_name is not None,
        plan=plan.image.block,
        patches=plan.patches,
    )


def _libc(libc: Libc, stored: Mapping[str, Stored]) -> launcher.Library:
    facts = libc.libc.native.facts if libc.libc.native else None
    return _no_member(stored[libc.libc_path], libc.libc_path, facts.image.block if facts else b"")


def _launcher(carried: Carried, offset: int) -> launcher.Library:
    facts = carried.launcher.native.facts if carried.launcher.native else None
    place = Stored(offset, carried.launcher.size, carried.launcher.size)
    return _no_member(place, format.OWN + "launcher.so", facts.image.block if facts else b"")


def _program(program: Program, stored: Mapping[str, Stored]) -> launcher.Library:
    return _no_member(stored[program.stored_path], program.stored_path, program.image)


def _no_member(place: Stored, name: str, plan: bytes) -> launcher.Library:
    return launcher.Library(launcher.NO_MEMBER, place.offset, place.size, name, False, plan, ())


def _interpreter_options(flags: Sequence[str]) -> list[str]:
    """What the target asks for, but that scripts and `-m` find the folder that they start from, as they always do."""
    return [option for flag in flags for option in (("-E", "-s") if flag == "-I" else (flag,))]
