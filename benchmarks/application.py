"""The applications that every contender packs, and their sources."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

_PROGRAMS = Path(__file__).parent / "programs"
_MODULES_A_FOLDER = 100

#: The file that `rebuild_s` edits, the module that starts it, and a script for tools that take one.
MAIN_SOURCE = "application.py"
ENTRY_POINT = "benchmark_entry:main"
SCRIPT = "main.py"

_COMMANDS = '''\
"""{count} commands."""

COUNT = {count}


def name(number):
    """Dotted name of the module of a command."""
    return f"commands.group_{{number // {a_folder}}}.command_{{number}}"
'''

_COMMAND = '''\
"""Command {number} of many: about as long as a small module is."""

import sys

NAME = "command-{number}"
OPTIONS = {{"verbose": False, "level": {number}, "names": ["first", "second", "third"]}}


class Command{number}:
    """What the command works on."""

    def __init__(self, level=OPTIONS["level"]):
        self.level = level
        self.lines = []

    def add(self, line):
        """Remember a line."""
        self.lines.append((self.level, line))
        return len(self.lines)

    def text(self):
        """All lines."""
        return "\\n".join(f"{{level}} {{line}}" for level, line in self.lines)


def run(number):
    """Run the command; returns how much there was to do."""
    command = Command{number}()
    for name in OPTIONS["names"]:
        command.add(name)
    if OPTIONS["verbose"]:
        print(command.text(), file=sys.stderr)
    return len(command.lines) + number
'''


@dataclass(frozen=True)
class Application:
    """A program to pack.

    Attributes:
        name: as in results.json.
        program: the file in programs/, without `use_` and `.py`.
        requirements: distributions of wheels_lock.txt that it imports; what these need comes with them.
        modules: how many modules its package `commands` has; 0 means that there is no such package.
    """

    name: str
    program: str
    requirements: tuple[str, ...] = ()
    modules: int = 0

    @property
    def packages(self) -> tuple[str, ...]:
        """Its packages whose modules are imported by name, so that no tool finds them by reading the source."""
        return ("commands",) if self.modules else ()

    def write(self, folder: Path) -> None:
        """Write its sources."""
        folder.mkdir(parents=True)
        shutil.copyfile(_PROGRAMS / f"use_{self.program}.py", folder / MAIN_SOURCE)
        for name in ("benchmark_entry.py", SCRIPT):
            shutil.copyfile(_PROGRAMS / name, folder / name)
        if self.modules:
            commands = folder / "commands"
            commands.mkdir()
            text = _COMMANDS.format(count=self.modules, a_folder=_MODULES_A_FOLDER)
            (commands / "__init__.py").write_text(text, "utf-8")
        for number in range(self.modules):
            group = folder / f"commands/group_{number // _MODULES_A_FOLDER}"
            if number % _MODULES_A_FOLDER == 0:
                group.mkdir()
                (group / "__init__.py").write_text("", "utf-8")
            (group / f"command_{number}.py").write_text(_COMMAND.format(number=number), "utf-8")


def edit(folder: Path, number: int) -> None:
    """Change the main source of an application that `Application.write` wrote."""
    with (folder / MAIN_SOURCE).open("a", encoding="utf-8") as source:
        source.write(f"\nEDIT = {number}\n")


APPLICATIONS = {
    application.name: application
    for application in (
        Application("hello", "hello"),
        Application("modules_1000", "modules", modules=1000),
        Application("modules_20000", "modules", modules=20000),
        Application("numpy", "numpy", ("numpy",)),
        Application("pandas", "pandas", ("pandas",)),
        Application("pyarrow", "pyarrow", ("pyarrow",)),
        Application("scipy_linalg", "scipy_linalg", ("scipy",)),
        Application("grpc", "grpc", ("grpcio",)),
        Application("cryptography", "cryptography", ("cryptography",)),
        Application("lxml", "lxml", ("lxml",)),
        Application("torch", "torch", ("torch",)),
        Application("all", "all", ("cryptography", "grpcio", "lxml", "numpy", "pandas", "pyarrow", "scipy")),
    )
}
