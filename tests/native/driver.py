"""The loader's sources and the driver, compiled as a test wants them, and a library at an offset of a file."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from elf_fixtures import MACHINE, tool

from packer import image
from packer.elf_tables import Tables

NATIVE = Path("runtime/native")
DRIVER = Path("tests/native/driver.c")
WARNINGS = ("-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror")
SANITIZERS = (
    "-fsanitize=address,undefined",
    "-fno-sanitize-recover=all",
    "-fno-omit-frame-pointer",
    "-g",
    "-O1",
)

#: C files that take a Python to link with.
FOR_PYTHON = ("module.c", "passed_on.c")

#: Bytes of a page of the file, and of the loader's and the plan's.
PAGE = 4096


def loader_sources(*, module: bool = False) -> list[Path]:
    """All C files of the loader; those for Python only if told."""
    return sorted(path for path in NATIVE.glob("*.c") if module or path.name not in FOR_PYTHON)


def build_driver(output: Path, *flags: str, compiler: str = "gcc") -> Path:
    """Compiles the driver with the loader's sources."""
    sources = [str(path) for path in [DRIVER, *loader_sources()]]
    command = [tool(compiler), *WARNINGS, *flags, f"-I{NATIVE}", *sources, "-o", str(output), "-ldl"]
    subprocess.run(command, check=True)
    return output


@dataclass(frozen=True)
class Packed:
    """A library in the middle of a file, with its plan beside it."""

    file: Path
    offset: int
    size: int
    plan: Path
    best: int

    @classmethod
    def of(cls, library: Path, machine: str = MACHINE, offset: int = 3 * PAGE) -> Packed:
        """Puts a library there, and plans it for a machine."""
        with library.open("rb") as stream:
            plan = image.plan_image(Tables(stream), machine)
        data = library.read_bytes()
        file = library.with_name(library.name + ".par")
        file.write_bytes(b"\xcc" * offset + data + bytes(-len(data) % PAGE) + b"\xcc" * PAGE)
        block = library.with_name(library.name + ".plan")
        block.write_bytes(plan.block)
        return cls(file, offset, len(data), block, plan.best)

    def command(self, tier: int, *function: str) -> list[str]:
        """The driver's arguments."""
        return [str(self.file), str(self.offset), str(self.size), str(tier), str(self.plan), *function]


def printed(completed: subprocess.CompletedProcess[str]) -> dict[str, list[str]]:
    """The words of each line that the driver has printed, by the first; it must have ended well."""
    assert (completed.returncode, completed.stderr) == (0, ""), completed
    return {line.split()[0]: line.split()[1:] for line in completed.stdout.splitlines()}
