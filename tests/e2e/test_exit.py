"""How a par ends is how its program ends: its process is the program, with no parent left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.e2e.par import ENVIRONMENT, Copy, Par, clean, frames

_WAIT = "import os, sys, time; print(os.getpid(), os.getppid(), flush=True); time.sleep(60)"


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("pass", 0),
        ("sys.exit()", 0),
        ("sys.exit(0)", 0),
        ("sys.exit(3)", 3),
        ("sys.exit(256 + 7)", 7),
        ("sys.exit(-1)", 255),
        ("raise SystemExit(4)", 4),
        ("exit(5)", 5),
        ("quit()", 0),
        ("import os; os._exit(9)", 9),
        ("import atexit, os; atexit.register(os._exit, 11)", 11),
    ],
)
def test_status(probe: Par, code: str, status: int) -> None:
    completed = probe.run("import sys; " + code)
    assert (completed.returncode, completed.stdout, completed.stderr) == (status, "", "")


def test_exit_with_a_text(probe: Par) -> None:
    completed = probe.run("import sys; sys.exit('a reason')")
    assert (completed.returncode, completed.stderr) == (1, "a reason\n")


def test_uncaught_exception(probe: Par) -> None:
    assert probe.fails("raise ValueError('no')").endswith("\nValueError: no\n")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGHUP, signal.SIGUSR1])
def test_death_by_signal_is_seen_by_the_waiting_parent(probe: Par, number: signal.Signals) -> None:
    with probe.start(_WAIT) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == f"{process.pid} {os.getpid()}\n"
        process.send_signal(number)
        assert process.wait(10) == -number
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_a_handler_gets_the_signal(probe: Par) -> None:
    code = "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(12))\n" + _WAIT
    with probe.start(code) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.terminate()
        assert process.wait(10) == 12


def test_interrupt(probe: Par) -> None:
    with probe.start(_WAIT) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=10)
    assert process.returncode == -signal.SIGINT
    assert clean(stderr).endswith("\nKeyboardInterrupt\n")


def test_interrupt_by_the_program_itself(probe: Par) -> None:
    completed = probe.run("raise KeyboardInterrupt")
    assert completed.returncode == -signal.SIGINT
    assert clean(completed.stderr).endswith("\nKeyboardInterrupt\n")


def test_caught_interrupt(probe: Par) -> None:
    code = (
        "import signal, sys\ntry: signal.raise_signal(signal.SIGINT)\nexcept KeyboardInterrupt: sys.exit(13)"
    )
    assert probe.run(code).returncode == 13


def test_crash(natives: Par) -> None:
    completed = natives.run("import _answer, os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    assert completed.returncode == -signal.SIGSEGV


@pytest.mark.parametrize(
    "code", ["print('x' * 100000, flush=True)", "print('x')", "import os; os.write(1, b'x')"]
)
def test_broken_pipe(probe: Par, code: str) -> None:
    read, write = os.pipe()
    os.close(read)
    with open(write, "w") as closed:
        completed = probe.run(code, stdout=closed)
        command = [probe.python, "-I", "-c", code]
        python = subprocess.run(command, stdout=closed, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT)
    assert completed.returncode == python.returncode != 0
    assert clean(completed.stderr).splitlines()[-1] == python.stderr.splitlines()[-1]


@pytest.mark.parametrize("streams", ["0", "1", "2", "01", "02", "012"])
def test_closed_standard_streams(natives: Par, folder: Path, streams: str) -> None:
    """A memory file or the par itself may now be descriptor 0, 1 or 2."""
    new = folder / "out"
    code = (
        "import sys, os, _answer, other._other, faulty\n"
        "print('to nobody'); print('to nobody', file=sys.stderr)\n"
        "closed = [n for n, s in enumerate((sys.stdin, sys.stdout, sys.stderr)) if s is None]\n"
        f"open({str(new)!r}, 'w').write(repr((_answer.answer(), closed))); sys.exit(6)"
    )
    close = "".join(f" {number}>&-" for number in streams)
    completed = natives.run(code, prefix=["/bin/sh", "-c", f'exec "$@" {close}', "sh"])
    assert completed.returncode == 6, completed
    assert new.read_text() == repr((42, [int(number) for number in streams]))


def test_error_with_closed_standard_error(probe: Par) -> None:
    completed = probe.run("raise ValueError", prefix=["/bin/sh", "-c", 'exec "$@" 2>&-', "sh"])
    assert (completed.returncode, completed.stdout, completed.stderr) == (1, "", "")


def test_no_process_is_started(probe: Par) -> None:
    with probe.start(_WAIT) as process:
        assert process.stdout is not None
        process.stdout.readline()
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
        command = Path(f"/proc/{process.pid}/cmdline").read_bytes().split(b"\0")
        process.kill()
    assert children == ""
    assert b"python" in command[0]  # the shell has become the interpreter
    assert os.fsencode(probe.path) in command


def test_daemon(copy: Copy, folder: Path) -> None:
    """A double fork that closes all descriptors, after which modules are imported (the par stays)."""
    par, done = copy("natives"), folder / "done"
    code = f"""
import os, sys
if os.fork(): os._exit(0)
os.setsid()
if os.fork(): os._exit(0)
os.closerange(0, 1024)
os.chdir("/")
for number in range(3): assert os.open("/dev/null", os.O_RDWR) == number
import _answer, other._other, faulty, memfd_par
with open({str(done) + ".new"!r}, "w") as file:
    file.write(f"{{_answer.answer()}} {{other._other.answer()}} {{faulty.__name__}}")
os.rename({str(done) + ".new"!r}, {str(done)!r})
"""
    assert par.run(code, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0
    deadline = time.monotonic() + 20
    while not done.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert done.read_text() == "42 42 faulty"


def test_traceback_of_main(probe: Par) -> None:
    stderr = probe.fails("import faulty\ndef run():\n    faulty.fail('x')\nrun()")
    named = [(file.rpartition("/")[2], line, function) for file, line, function in frames(stderr)]
    assert named == [
        ("probe.py", 5, "<module>"),
        ("<probe>", 4, "<module>"),
        ("<probe>", 3, "run"),
        ("__init__.py", 6, "fail"),
    ]


def test_objects_of_the_program_end_with_it(probe: Par) -> None:
    """Those that the namespace of `__main__` has, and those of its modules, in cycles with their functions."""
    code = """
class Last:
    def __init__(self, name): self.name = name
    def __del__(self): print("end of", self.name)
last = Last("main")
import sys, shapes
exec("def keep(): return last", shapes.__dict__)
shapes.last = Last("shapes")
"""
    assert sorted(probe.output(code).splitlines()) == ["end of main", "end of shapes"]
    assert sorted(probe.output("-c", code, env={"MEMFD_PAR_INTERPRETER": "1"}).splitlines()) == [
        *("end of main", "end of shapes"),
    ]


_PROBE = "import sys; exec(compile(sys.argv.pop(1), '<probe>', 'exec'))"
_GARBAGE = """
import gc, sys
try: import shapes.many  # of the par
except ImportError: pass
class Cycle:
    def __init__(self, name): self.name, self.own = name, self
    def __del__(self):
        import textwrap  # which the interpreter can do no more once it has taken modules away
        print("end of", self.name, textwrap.__name__)
class Log:
    file = open(sys.argv.pop(1), "w")
Log.file.write("what it has to say")
young, older, old = Cycle("young"), Cycle("older"), Cycle("old")
gc.collect(0)
{before}
del young, older, old
gc.set_debug(gc.DEBUG_STATS)
"""


@pytest.mark.parametrize(
    ("before", "spared"),
    [
        ("", 1),
        ("gc.collect(1)", 0),
        ("gc.collect()", 0),
    ],
)
def test_garbage_ends_as_without_a_par(probe: Par, folder: Path, before: str, spared: int) -> None:
    """What the program leaves is collected while it can still import; a collection that finds nothing is spared."""
    code = _GARBAGE.format(before=before)
    ends = {}
    for name in ("par", "python"):
        log = folder / name
        if name == "par":
            completed = probe.run(code, str(log))
        else:
            command = [probe.python, "-I", "-c", _PROBE, code, str(log)]
            completed = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=False)
        assert completed.returncode == 0, completed
        assert log.read_text("utf-8") == "what it has to say"
        full = [line for line in completed.stderr.splitlines() if "collecting generation 2" in line]
        ends[name] = sorted(completed.stdout.splitlines()), len(full)
    assert ends["par"][0] == [f"end of {name} textwrap" for name in ("old", "older", "young")]
    assert ends["par"] == (ends["python"][0], ends["python"][1] - spared)
