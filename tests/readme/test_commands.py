"""Runs every command of README.adoc, in order, in a copy of this repository and in a workspace beside it.

All but the one that runs all tests: that would run this one again. `.ci/run` runs it, and test_readme.py sees to that.
"""

from __future__ import annotations

from pathlib import Path

from tests.readme import readme
from tests.readme.machine import Machine, copy

_ALL_TESTS = "./bazelw test //...\n"
_COMMANDS = [block.text for block in readme.blocks() if block.language == "sh" and block.text != _ALL_TESTS]
_PRINTED = """
    SONAME
    libmariadb.so.3
    MariaDB
    home/mysql_repl.par/MySQLdb/__init__.py
    <h1>Parts
""".split()


def test_commands(machine: Machine) -> None:
    copy(Path("tests/downstream/workspace"), machine.workspace)
    printed = "\n".join(machine.run(commands) for commands in _COMMANDS)
    assert [words for words in _PRINTED if words not in printed] == [], printed
