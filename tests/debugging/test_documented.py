"""docs/debugging.md has no command that no test runs."""

from __future__ import annotations

import re
from pathlib import Path

from tests.debugging.documented import commands

_USE = re.compile(r'(?:command|as_module)\(\s*"([^"]+)"')


def test_every_command_is_run() -> None:
    sources = [path.read_text("utf-8") for path in sorted(Path("tests/debugging").glob("test_*.py"))]
    starts = tuple({start for source in sources for start in _USE.findall(source)})
    assert len(sources) > 3 and commands()
    assert [line for line in commands() if not line.startswith(starts)] == []
