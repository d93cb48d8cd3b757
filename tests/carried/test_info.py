"""//tools:info says what a par is made of."""

from __future__ import annotations

import subprocess
import sys

from tests.e2e.par import built


def info(*paths: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(built("tools/info.py")), *paths]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def table(path: str) -> dict[str, int]:
    """Bytes by kind."""
    completed = info(path)
    assert (completed.returncode, completed.stderr) == (0, "")
    first, *rows = completed.stdout.splitlines()
    assert first == path
    return {name: int(size) for size, name in (row.split(maxsplit=1) for row in rows)}


def test_a_carried_interpreter() -> None:
    par = built("tests/carried/hello_3_14.par")
    found = table(str(par))
    assert found.pop("in all") == par.stat().st_size == sum(found.values())
    assert found["the interpreter's libraries"] > 10 << 20 > found["the launcher"] > 10 << 10
    assert found["the interpreter's executable"] > 5 << 20
    assert (
        found["the standard library's extension modules"] and found["the standard library's sources and data"]
    )
    assert found["the program's sources and data"] == len(built("tests/carried/hello.py").read_bytes())


def test_an_interpreter_of_the_machine() -> None:
    par = built("examples/hello/hello.par")
    found = table(str(par))
    assert found.pop("in all") == par.stat().st_size == sum(found.values())
    assert not [name for name in found if "standard library" in name or "interpreter" in name]
    assert 0 < found["the launcher"] < 10_000


def test_what_is_no_par() -> None:
    source = str(built("tests/carried/hello.py"))
    completed = info(source)
    assert (completed.returncode, completed.stdout) == (1, "")
    assert (
        completed.stderr.startswith(f"{source} is no par: ") and "memfd_par_binary built" in completed.stderr
    )
    assert info("/nonexistent").stderr.startswith("/nonexistent is no par: No such file or directory")
