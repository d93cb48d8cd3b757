"""docs/debugging.md: gdb names functions and source lines of libraries in a par."""

from __future__ import annotations

import re
import resource
import subprocess
from pathlib import Path

import pytest

from tests.debugging.documented import Lines, Started, command, run
from tests.e2e.par import Par
from tests.e2e.sandbox import tool


def shows(printed: str, lines: Lines, line: str) -> None:
    """Asserts that a backtrace has the frames of the two libraries, innermost first, with lines of their sources."""
    frames = [
        rf"deep::Well::draw \(this=0x\w+, what=\d+ '[wab]'\) at \S*/?{lines(line)}$",
        rf"draw_from_well \(what=\d+ '[wab]'\) at \S*/?{lines('well.draw(what) + 1')}$",
        rf"go_down \(what=\d+ '[wab]'\) at \S*/?{lines('= draw_from_well(what);')}$",
    ]
    position = 0
    for frame in frames:
        found = re.compile(r"^#\d+ +(0x\w+ in )?" + frame, re.MULTILINE).search(printed, position)
        assert found, printed
        position = found.end()


def test_attached(well: Par, started: Started, lines: Lines, folder: Path) -> None:
    with started(well, "w") as program:
        printed = run(command("gdb -ix tools/par_gdb.py -p", PID=program.pid) + " -batch", folder)
    shows(printed, lines, "nanosleep(&second")
    assert re.search(r"^0x\w+  libdeep\.so$", printed, re.MULTILINE), printed


def test_attached_by_bare_gdb(built: Par, started: Started, folder: Path) -> None:
    """It names no function, but it ends: no library has a name that means a descriptor of gdb's own."""
    with started(built, "w") as program:
        printed = run(f"gdb -nx -batch -p {program.pid} -ex 'info sharedlibrary'", folder)
    assert f"{built.path}/libdeep.so" in printed and f"{built.path}/.par/loader.so" in printed, printed
    assert "/proc/self/fd" not in printed, printed


def test_started(well: Par, lines: Lines, folder: Path) -> None:
    """The shell becomes the interpreter, which loads the libraries: gdb sees them when the program stops."""
    line = command("gdb -ix tools/par_gdb.py --args", par=f"{well.path} a")
    line = line.replace("--args", "-batch -ex run -ex backtrace --args")
    printed = run(line, folder, {"MEMFD_PAR_TIER": well.tier})
    assert "received signal SIGABRT" in printed, printed
    shows(printed, lines, "std::abort()")


@pytest.fixture(params=["kernel", "gdb"])
def core(request: pytest.FixtureRequest, well: Par, started: Started, tmp_path: Path) -> Path:
    """A core file of well.par."""
    if request.param == "gdb":
        with started(well, "w") as program:
            file = tmp_path / "core"
            run(command("gdb -ix tools/par_gdb.py -batch", PID=program.pid, CORE=file), tmp_path)
        return file
    pattern = Path("/proc/sys/kernel/core_pattern").read_text().strip()
    if pattern != "core":
        pytest.skip(f"this machine's kernel hands cores to {pattern!r}, out of this test's sight")
    if resource.getrlimit(resource.RLIMIT_CORE)[1] != resource.RLIM_INFINITY:
        pytest.skip("this machine forbids core files (ulimit -H -c)")
    limits = [tool("prlimit", "util-linux"), "--core=unlimited"]
    completed = well.run("a", prefix=limits, cwd=tmp_path)
    assert completed.returncode == -6, completed
    (file,) = tmp_path.glob("core*")
    return file


def test_core(core: Path, well: Par, lines: Lines, tmp_path: Path) -> None:
    line = command("gdb -ix tools/par_gdb.py PYTHON", PYTHON=well.python, CORE=core, par=well.path)
    printed = run(line + " -batch", tmp_path)
    shows(printed, lines, "std::abort()" if "SIGABRT" in printed else "nanosleep(&second")


@pytest.mark.parametrize(
    ("command_line", "said"),
    [
        ("par-symbols", "The program has loaded nothing from a par that can be read here."),
        ("par-symbols /etc/passwd", "/etc/passwd is no par, or cannot be read."),
    ],
)
def test_nothing_to_show(command_line: str, said: str) -> None:
    completed = subprocess.run(
        [tool("gdb", "gdb"), "-nx", "-batch", "-ix", "tools/par_gdb.py", "-ex", command_line],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert said in completed.stderr, completed
