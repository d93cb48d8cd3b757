"""Programs that are run for their effect, such as builders, and what is said where one fails."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

_LONGEST_REASON = 400
_NO_COMPLAINTS = ("INFO:", "Use --", "[notice]", "WARNING: Location")


class Unavailable(Exception):
    """A contender cannot be had, or cannot build or run an application. The text is the reason in results.json."""


def run(
    command: Sequence[str | Path],
    environment: Mapping[str, str],
    folder: Path,
    timeout: float,
    name: str = "",
) -> str:
    """Run a program to its end.

    Args:
        command: the program and its arguments.
        environment: all of the program's environment.
        folder: where it runs.
        timeout: in seconds; it and its children are killed then.
        name: what errors call it; by default the first words of the command.

    Returns:
        What it printed on stdout.

    Raises:
        Unavailable: it failed, took too long, or is not there.
    """
    name = name or " ".join([Path(command[0]).name, *map(str, command[1:4])])
    try:
        process = subprocess.Popen(
            [str(word) for word in command],
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
        )
    except OSError as error:
        raise Unavailable(f"{name} cannot be run: {error}") from error
    try:
        printed, complaints = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired as error:
        raise Unavailable(f"{name} took longer than {timeout:.0f} s (--build_timeout)") from error
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    if process.returncode != 0:
        raise Unavailable(f"{name} failed with {process.returncode}: {reason(complaints or printed)}")
    return printed


def reason(complaints: str) -> str:
    """The end of what a program complained of, in one line."""
    lines = [line.strip() for line in complaints.splitlines()]
    lines = [line for line in lines if line and not line.startswith(_NO_COMPLAINTS)]
    text = ""
    for line in reversed(lines):
        if text and len(line) + len(text) > _LONGEST_REASON:
            break
        text = f"{line} / {text}" if text else line[-_LONGEST_REASON:]
    return text or "it said nothing"


def outer_environment() -> dict[str, str]:
    """This process's environment without what Bazel and Python set for it."""
    inner = ("BAZEL", "BUILD_", "JAVA_RUNFILES", "PYTHON", "RUNFILES_", "TEST_", "TESTBRIDGE_", "XML_OUTPUT")
    return {name: value for name, value in os.environ.items() if not name.startswith(inner)}
