"""Runs a suite with an interpreter, in surroundings that are the same for any."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.cpython import outcomes
from tests.side_by_side import Outcomes

_TIMEOUT = 1200  # s; a suite takes minutes where it is large and the machine is busy
_LOG_LIMIT = 3000  # characters of what a run printed that came to no end


@dataclass(frozen=True)
class Interpreter:
    """A Python. `command` starts it."""

    command: tuple[str, ...]


class RunError(Exception):
    """A run came to no end; the message has the end of what it printed."""


def run(interpreter: Interpreter, suite: str, folder: Path) -> Outcomes:
    """What becomes of a suite's tests, in a new folder.

    All other files are read-only, as a par is: where tests look for files beside the standard library and remove them, the
    answer is the same. There is no network but the loopback device, and resources (`-u`) are off.

    Raises:
        RunError: it came to no end.
    """
    work, temporary, log = folder / "work", folder / "tmp", folder / "log"
    for each in (work, temporary):
        each.mkdir(parents=True)
    recorder = Path(__file__).with_name("recorder.py").read_text("utf-8")
    options = [
        "--die-with-parent",
        "--unshare-net",
        "--ro-bind",
        "/",
        "/",
        "--dev-bind",
        "/dev",
        "/dev",
        "--proc",
        "/proc",
    ]
    command = [_bubblewrap(), *options, "--bind", str(folder), str(folder), "--chdir", str(work), "--"]
    command += [*interpreter.command, "-c", recorder, str(log), "-v", suite]
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(work), "TMPDIR": str(temporary)}
    try:
        done = subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=_TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        printed = (
            error.stdout.decode(errors="replace") if isinstance(error.stdout, bytes) else error.stdout or ""
        )
        raise RunError(_text(suite, interpreter, f"did not end within {_TIMEOUT} s", printed)) from None
    try:
        return outcomes.read(log)
    except outcomes.IncompleteError as error:
        what = f"ended with status {done.returncode}, and {error}"
        raise RunError(_text(suite, interpreter, what, done.stdout)) from None


def _text(suite: str, interpreter: Interpreter, what: str, printed: str) -> str:
    return f"{suite}: {' '.join(interpreter.command)} {what}:\n{printed[-_LOG_LIMIT:]}"


def _bubblewrap() -> str:
    found = shutil.which("bwrap")
    if found is None:
        raise RunError(
            "there is no bwrap on the PATH, which shows both interpreters the same files: install bubblewrap"
        )
    return found
