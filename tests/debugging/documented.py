"""docs/debugging.md: its commands, which the tests run as they stand there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from tests.e2e.par import Par

#: Starts a par with an argument, and waits until it is where it stays.
Started = Callable[[Par, str], "AbstractContextManager[subprocess.Popen[str]]"]
#: `file:line` of a text in one of the sources.
Lines = Callable[[str], str]

PAGE = Path("docs/debugging.md")


def commands() -> list[str]:
    """Every command of the page: its indented lines, those that end in a backslash together with the next."""
    lines = re.findall(r"^    (.+)$", PAGE.read_text("utf-8"), re.MULTILINE)
    return "\n".join(lines).replace("\\\n", "").splitlines()


def command(start: str, par: object = "app.par", **values: object) -> str:
    """The one command of the page that starts so, with each placeholder replaced by its value.

    Args:
        start: its first words, enough to tell it from all others.
        par: for `app.par` and `./app.par`.
        values: by placeholder, such as PID.
    """
    (found,) = [line for line in commands() if line.startswith(start)]
    for placeholder, value in {**values, r"(\./)?app\.par": par}.items():
        found = re.sub(rf"(?<![\w/.]){placeholder}\b", str(value).replace("\\", r"\\"), found)
    return found


def run(line: str, folder: Path, env: Mapping[str, str] = {}, timeout: float = 120) -> str:
    """Runs a line of shell, from this repository's top folder; returns what it prints, on both streams.

    Args:
        line: of shell.
        folder: for temporary files, and the home.
        env: added to the environment, of which little is taken over.
        timeout: in seconds.
    """
    completed = subprocess.run(
        ["/bin/bash", "-c", line],
        env={
            "PATH": os.environ["PATH"],
            "TMPDIR": str(folder),
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            **env,
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert completed.returncode == 0, completed.stdout
    return completed.stdout


def py_spy(folder: Path) -> dict[str, str]:
    """An environment whose PATH has the py-spy that requirements_lock.txt names; it is put into the folder."""
    with zipfile.ZipFile(os.environ["PY_SPY_WHEEL"]) as wheel:
        (member,) = [name for name in wheel.namelist() if name.endswith("/scripts/py-spy")]
        with wheel.open(member) as source, (folder / "py-spy").open("wb") as target:
            shutil.copyfileobj(source, target)
    (folder / "py-spy").chmod(0o755)
    return {"PATH": f"{folder}:{os.environ['PATH']}"}
