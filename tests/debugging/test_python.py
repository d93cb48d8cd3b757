"""docs/debugging.md: Python's own means show files and source lines of the par."""

from __future__ import annotations

import dataclasses
import re
import shlex
from pathlib import Path

from tests.debugging.documented import Lines, command, run
from tests.e2e.par import Par


def as_module(start: str, par: Par, what: str, **values: object) -> str:
    """A documented command that runs a module of the par, here well.par's main."""
    return command(start, par=par.path, MODULE="main", **values) + f" {what}"


def number(lines: Lines, text: str) -> str:
    return lines(text).rpartition(":")[2]


def test_faulthandler(built: Par, lines: Lines, tmp_path: Path) -> None:
    line = as_module("MEMFD_PAR_INTERPRETER=1 ./app.par -X faulthandler", built, "a")
    printed = run(f"{line} || test $? = 134", tmp_path)
    assert "Fatal Python error: Aborted" in printed
    for text, function in ((".go_down(", "descend"), ("drawn = descend(", "main")):
        assert f'File "{built.path}/main.py", line {number(lines, text)} in {function}\n' in printed, printed


def test_pdb(built: Par, lines: Lines, tmp_path: Path) -> None:
    """It stops where it is told, and lists sources."""
    line = as_module("MEMFD_PAR_INTERPRETER=1 ./app.par -m pdb -m", built, "q")
    commands = "break descend\ncontinue\nlist\nwhere\np what\ncontinue\nquit\n"
    printed = run(f"printf %s {shlex.quote(commands)} | {line}", tmp_path)
    file = f"{built.path}/main.py"
    assert f"Breakpoint 1 at {file}:" in printed, printed
    assert re.search(
        r'^ *\d+ +B?->\s+return ctypes\.CDLL\("libouter\.so"\)\.go_down', printed, re.MULTILINE
    ), printed
    assert f"> {file}({number(lines, '.go_down(')})descend()" in printed, printed
    assert f"{file}({number(lines, 'drawn = descend(')})main()" in printed, printed
    assert "'q'" in printed and "drawn: 9" in printed, printed


def test_breakpoint(built: Par, tmp_path: Path) -> None:
    """In a module of the par: breakpoint() opens pdb there."""
    code = "import main, sys; sys.argv[1:] = ['q']; main.print = lambda *_: breakpoint(); main.main()"
    line = f"MEMFD_PAR_INTERPRETER=1 {built.path} -c {shlex.quote(code)}"
    printed = run(f"printf 'up\\nlist\\ncontinue\\n' | {line}", tmp_path)
    assert f"> {built.path}/main.py(" in printed and '->\t    print("drawn:", drawn)' in printed, printed


def test_pdb_attached(built: Par, tmp_path: Path) -> None:
    """From Python 3.14: the program runs a debugger's code when it next runs Python code."""
    code = "import time\nprint('ready', flush=True)\ndef work():\n    while True: time.sleep(0.05)\nwork()"
    interpreter = {"env": {"MEMFD_PAR_INTERPRETER": "1"}, "stderr": None}
    with built.start("-c", code, **interpreter) as program:
        try:
            assert program.stdout is not None and program.stdout.readline() == "ready\n"
            line = command("MEMFD_PAR_INTERPRETER=1 ./app.par -m pdb -p", par=built.path, PID=program.pid)
            printed = run(f"(sleep 1; printf 'where\\ndetach\\n'; sleep 1) | {line} 2>&1", tmp_path)
        finally:
            program.kill()
    assert "work()" in printed, printed


def test_trace(built: Par, lines: Lines, tmp_path: Path) -> None:
    printed = run(as_module("MEMFD_PAR_INTERPRETER=1 ./app.par -m trace", built, "q"), tmp_path)
    where = rf"main\.py\({number(lines, '.go_down(')}\):"
    assert re.search(where + r' +return ctypes\.CDLL\("libouter\.so"\)\.go_down', printed), printed[-2000:]


def test_profile(built: Par, lines: Lines, tmp_path: Path) -> None:
    printed = run(as_module("MEMFD_PAR_INTERPRETER=1 ./app.par -m cProfile", built, "q"), tmp_path)
    assert re.search(rf" main\.py:{int(number(lines, '.go_down(')) - 1}\(descend\)", printed), printed


def test_tracemalloc(built: Par, lines: Lines, tmp_path: Path) -> None:
    code = """
import main, tracemalloc
tracemalloc.start(5)
main.ctypes.CDLL = lambda name: type("", (), {"go_down": lambda self, what: bytearray(1 << 20)})()
kept = main.descend("q")
(top, *_) = tracemalloc.take_snapshot().statistics("traceback")
print(*top.traceback.format(), sep="\\n")
"""
    printed = run(f"MEMFD_PAR_INTERPRETER=1 {built.path} -c {shlex.quote(code)}", tmp_path)
    line = number(lines, ".go_down(")
    assert f'  File "{built.path}/main.py", line {line}\n    return ctypes.CDLL("libouter.so")' in printed, (
        printed
    )


def test_perf_maps(built: Par, tmp_path: Path) -> None:
    """Python's own support for perf names functions by their files in the par, also where the par is named by a relative path."""
    folder = built.path.parent
    relative = dataclasses.replace(built, path=Path(".", folder.name, built.path.name))
    line = as_module("MEMFD_PAR_INTERPRETER=1 perf record", relative, "q").replace(
        " -g ", " -g -e cpu-clock:u "
    )
    before = set(Path("/tmp").glob("perf-*.map"))
    run(f"cd {folder.parent} && {line}".replace("perf.data", f"{tmp_path}/perf.data"), tmp_path)
    (written,) = set(Path("/tmp").glob("perf-*.map")) - before
    try:
        assert f" py::descend:{built.path}/main.py\n" in written.read_text("utf-8")
    finally:
        written.unlink()
