"""The throw-away MariaDB server of mysql_repl.par: there when asked for, gone whatever happens."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.mysql import mariadb
from tests.e2e.mysql.program import CLOSED_STDIN, VERSION, Program
from tests.e2e.mysql.terminal import Terminal, terminal

# Prints the process id of the throw-away server, and waits to be ended.
_WAIT = """
import time
cursor = connect().cursor()
cursor.execute("select @@pid_file")
print(open(cursor.fetchone()[0]).read().strip(), flush=True)
time.sleep(60)
"""
_AS_NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups") if os.geteuid() == 0 else ()


def test_answers(repl: Program) -> None:
    assert "MariaDB" in repl.output("-c", VERSION)


def test_answers_with_closed_stdin(repl: Program) -> None:
    assert "MariaDB" in repl.output("-c", VERSION, prefix=CLOSED_STDIN)


def test_answers_to_any_user(repl: Program) -> None:
    assert "MariaDB" in repl.output("-c", VERSION, prefix=_AS_NOBODY)


def test_is_one_for_the_process(repl: Program) -> None:
    code = """
import threading
sockets = set()
def ask():
    cursor = connect().cursor()
    cursor.execute("select @@socket")
    sockets.add(cursor.fetchone())
threads = [threading.Thread(target=ask) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
ask()  # the thread that started it has ended
print(len(sockets))
"""
    assert repl.output("-c", code) == "1\n"


@pytest.mark.parametrize(("end", "status"), [("raise LookupError", 1), ("import sys; sys.exit(4)", 4)])
def test_is_gone_after_an_exception(repl: Program, end: str, status: int) -> None:
    completed = repl.run("-c", f"connect()\n{end}")
    assert completed.returncode == status
    assert list(repl.temporary.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_is_gone_after_a_signal(repl: Program, number: signal.Signals) -> None:
    with repl.start("-c", _WAIT) as process:
        assert process.stdout is not None
        server = int(process.stdout.readline())
        process.send_signal(number)
        process.communicate()
    assert process.returncode == -number
    if number == signal.SIGINT:  # python's own end comes after all is removed
        assert _is_gone(server)
    _wait_until(lambda: _is_gone(server) and not [*repl.temporary.iterdir()])


def test_is_gone_after_a_signal_while_it_starts(repl: Program) -> None:
    with repl.start("-c", "connect()") as process:
        _wait_until(lambda: bool([*repl.temporary.iterdir()]))
        process.send_signal(signal.SIGINT)
        process.communicate()
    assert process.returncode == -signal.SIGINT
    assert list(repl.temporary.iterdir()) == []


def test_without_mariadb_says_what_to_do(repl: Program) -> None:
    bwrap = shutil.which("bwrap")
    assert bwrap is not None, "bwrap is not installed (Debian's package: bubblewrap)"
    path = mariadb.installed("mariadbd")
    # The null device is not executable.
    hidden = [bwrap, "--dev-bind", "/", "/", "--dev-bind", "/dev/null", os.path.realpath(path)]
    completed = repl.run("-c", "connect()", prefix=hidden)
    assert completed.returncode == 1
    for part in ("mariadbd is not", "--host", "--socket", "mariadb-server"):
        assert part in completed.stderr.splitlines()[-2] + completed.stderr.splitlines()[-1]


def test_that_fails_shows_its_log(repl: Program) -> None:
    bwrap = shutil.which("bwrap")
    assert bwrap is not None, "bwrap is not installed (Debian's package: bubblewrap)"
    server = os.path.realpath(mariadb.installed("mariadbd"))
    broken = [bwrap, "--dev-bind", "/", "/", "--ro-bind", "/bin/ls", server]
    completed = repl.run("-c", "connect()", prefix=broken)
    assert completed.returncode == 1
    assert "mariadb-install-db failed (status 1); the end of its log:" in completed.stderr
    assert "unrecognized option" in completed.stderr  # says ls


def test_without_a_temporary_folder(repl: Program) -> None:
    completed = repl.run("-c", "connect()", prefix=("env", "TMPDIR=/nonexistent"))
    assert completed.returncode == 1
    assert "no temporary folder can be made in /nonexistent" in completed.stderr


def test_interrupt_leaves_the_server_alone(prompt: Terminal, repl: Program) -> None:
    prompt.expect(">>> ")
    prompt.type("cursor = connect().cursor()\r")
    prompt.expect("cursor()\r\n")
    prompt.expect(">>> ")
    # Return, because readline sees an interrupt that comes before it waits only at the next key.
    prompt.type("\x03\r")
    prompt.expect("KeyboardInterrupt")
    prompt.expect(">>> ")
    prompt.type('cursor.execute("select 6 * 7"); cursor.fetchone()\r')
    prompt.expect("(42,)")
    prompt.expect(">>> ")
    prompt.type("\x04")
    assert prompt.process.wait(30) == 0
    assert list(repl.temporary.iterdir()) == []


def test_interrupt_of_a_program(repl: Program) -> None:
    with terminal([str(repl.par), "-c", _WAIT], **repl.surroundings) as opened:
        server = int(opened.expect("\n"))
        opened.type("\x03")
        opened.expect("KeyboardInterrupt")
        assert opened.process.wait(30) == -signal.SIGINT
    assert _is_gone(server)
    assert list(repl.temporary.iterdir()) == []


def _is_gone(process: int) -> bool:
    try:
        return ") Z " in Path(f"/proc/{process}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True


def _wait_until(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not so within {seconds} s"
        time.sleep(0.01)
