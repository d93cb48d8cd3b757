"""mysql_repl.par runs programs as python does, with its native code in memory."""

from __future__ import annotations

import re
import signal
from pathlib import Path

import pytest

from tests.e2e.mysql.program import CLOSED_STDIN, Program, frames
from tests.e2e.mysql.terminal import Terminal
from tests.e2e.trace import created_files, trace

_LOADED = "import MySQLdb, memfd_par; print(memfd_par.loaded())"


def test_code_with_closed_stdin_lists_what_memory_holds(repl: Program) -> None:
    table = repl.output("-c", _LOADED, prefix=CLOSED_STDIN)
    assert "libmariadb.so.3" in table
    assert "MySQLdb._mysql" in table


def test_nothing_to_run_with_closed_stdin(repl: Program) -> None:
    assert repl.output(prefix=CLOSED_STDIN) == ""


def test_creates_no_file(repl: Program) -> None:
    command = [*CLOSED_STDIN, str(repl.par), "-c", _LOADED]
    assert created_files(command, **repl.surroundings) == []
    assert trace(command, **repl.surroundings).written == []


def test_native_code_is_in_memory_only(repl: Program) -> None:
    with repl.start("-c", "import MySQLdb, sys; print(flush=True); sys.stdin.read()") as process:
        assert process.stdout is not None
        process.stdout.readline()
        # This process id is the par's own: no parent stays.
        maps = Path(f"/proc/{process.pid}/maps").read_text().splitlines()
        process.communicate()
    paths = {line.split(maxsplit=5)[5] for line in maps if len(line.split(maxsplit=5)) == 6}
    memory = sorted(path for path in paths if path.startswith("/memfd:"))
    assert [path for path in memory if "libmariadb" in path]
    assert [path for path in memory if "_mysql" in path]
    assert [path for path in paths if "libmariadb" in path and path not in memory] == []


def test_what_follows_the_code_is_the_programs(repl: Program) -> None:
    code = "import sys; print(sys.argv)"
    arguments = ["--host", "-c", "x", "--", "-"]
    assert repl.output("-c", code, *arguments) == f"{['-c', *arguments]}\n"
    assert repl.output("-", *arguments, stdin=code) == f"{['-', *arguments]}\n"
    assert repl.output(stdin=code) == "['']\n"


def test_script(repl: Program, scripts: Path) -> None:
    (scripts / "beside.py").write_text("class Beside: pass\n")
    script = scripts / "script.py"
    script.write_text(
        "import pickle, sys, beside\n"
        "class Here: pass\n"
        "print(pickle.loads(pickle.dumps(Here())).__class__ is Here, Here.__module__)\n"
        "print(__file__, sys.path[0], sys.argv)\n"
        "exit(3)\n"
    )
    completed = repl.run(script, "--user", "-c")
    assert completed.stdout.splitlines() == [
        "True __main__",
        f"{script} {scripts} {[str(script), '--user', '-c']}",
    ]
    assert (completed.returncode, completed.stderr) == (3, "")


def test_traceback_shows_the_usersframes(repl: Program) -> None:
    completed = repl.run(stdin="def fail():\n    raise LookupError('no')\n\nfail()\n")
    assert completed.returncode == 1
    assert frames(completed.stderr) == [("<stdin>", 4, "<module>"), ("<stdin>", 2, "fail")]
    assert completed.stderr.endswith("\nLookupError: no\n")


def test_syntax_error(repl: Program) -> None:
    completed = repl.run("-c", "x =")
    assert completed.returncode == 1
    assert re.fullmatch(r'  File ".*", line 1\n    x =\n +\^\nSyntaxError: .*\n', completed.stderr)


def test_keyboard_interrupt_is_death_by_sigint(repl: Program) -> None:
    completed = repl.run("-c", "raise KeyboardInterrupt")
    assert completed.returncode == -signal.SIGINT
    assert completed.stderr.endswith("\nKeyboardInterrupt\n")
    assert len(frames(completed.stderr)) == 1


def test_goes_on_to_a_prompt(repl: Program) -> None:
    completed = repl.run("-i", "-c", "x = 6; x / 0", stdin="print(x * 7)\n")
    assert completed.returncode == 0
    assert "42" in completed.stdout
    assert "ZeroDivisionError" in completed.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["/nonexistent.py"], "can't open file '/nonexistent.py': [Errno 2] No such file or directory"),
        (["--nonsense"], "mysql_repl [options] -c CODE"),
        (["--port", "x"], "--port is a number, not 'x'"),
        (["--user", "me"], "--user needs a server: name one with --host, --port, --socket"),
        (["--socket", "x", "--host", "y"], "--socket names a server already"),
    ],
)
def test_usage_errors(repl: Program, arguments: list[str], message: str) -> None:
    completed = repl.run(*arguments)
    assert (completed.returncode, completed.stdout) == (2, "")
    assert message in completed.stderr
    assert "Traceback" not in completed.stderr


def test_help(repl: Program) -> None:
    assert "--defaults-file" in repl.output("--help")


def test_history_and_completion(prompt: Terminal) -> None:
    banner = prompt.expect(">>> ")
    assert "connect()" in banner
    assert "memfd_par.loaded()" in banner
    prompt.type("a_long_name = 6\r")
    prompt.expect(">>> ")
    prompt.type("a_lon\t * 7\r")
    prompt.expect("\n42\r\n")
    prompt.expect(">>> ")
    prompt.type("\x1b[A\r")
    prompt.expect("\n42\r\n")
    prompt.expect(">>> ")
    prompt.type("exit(5)\r")
    assert prompt.process.wait(30) == 5
