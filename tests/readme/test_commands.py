"""Runs every command of README.adoc and then of docs/build.md, in order, in a copy of this repository and in a workspace beside it.

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

#: What docs/build.md's commands print: Bazel's phases; the actions after an edit; and, when the packer writes the par once under strace
#: and once under cProfile, the calls and the functions.
_PHASES = ["Total run time", "Critical path"]
_AFTER_AN_EDIT = ['"mnemonic": "MemfdParDigest"', '"mnemonic": "MemfdParPack"']
_PACKER = [
    "copy_file_range",
    "openat",
    "Ordered by: internal time",
    "{built-in method posix.copy_file_range}",
]


def test_commands(machine: Machine) -> None:
    copy(Path("tests/downstream/workspace"), machine.workspace)
    printed = "\n".join(machine.run(commands) for commands in _COMMANDS)
    assert [words for words in _PRINTED if words not in printed] == [], printed

    profile, explanation, packer = readme.build_commands()
    _builds(machine, profile, _PHASES)
    with (machine.checkout / "examples/mysql_repl/mysql_repl.py").open("a") as program:
        program.write("# edited\n")
    _builds(machine, explanation, _AFTER_AN_EDIT)
    _builds(machine, packer, _PACKER)


def _builds(machine: Machine, commands: str, found: list[str]) -> None:
    """Runs them with the machine's own folder in place of /tmp; some print to the standard error."""
    printed = machine.run("exec 2>&1\n" + commands.replace("/tmp/", f"{machine.checkout.parent}/"))
    assert [words for words in found if words not in printed] == [], printed
