"""A command line of many commands, each in a module of its own, that uses a hundred of them."""

from __future__ import annotations

import importlib

import commands

_USED = 100


def main() -> None:
    """Import modules from all over the package, by name, as a program with subcommands does."""
    total = 0
    for number in range(0, commands.COUNT, commands.COUNT // _USED):
        command = importlib.import_module(commands.name(number))
        total += command.run(number)
    assert total > 0
