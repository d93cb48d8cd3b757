"""Which files a program creates or writes: seen by strace, so that a file removed again counts too."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_OPENS = ("open", "openat", "openat2", "creat")
_CREATES = ("mkdir", "mkdirat", "mknod", "mknodat", "link", "linkat", "symlink", "symlinkat", "bind")
_RENAMES = ("rename", "renameat", "renameat2")
# strace(1): a question mark lets a system call be one that this machine does not have.
_TRACED = ",".join("?" + call for call in _OPENS + _CREATES + _RENAMES)

_CALL = re.compile(r"(?P<name>\w+)\((?P<arguments>.*)\) += (?P<result>\d.*)")
# A path argument: a C string, after the folder that it is relative to.
_PATH = re.compile(r'(?:(?:AT_FDCWD|\d+)<(?P<folder>[^>]*)>, )?"(?P<text>(?:[^"\\]|\\.)*)"')
# What strace -yy tells of the descriptor that is the result: 3</a/file>, 3</dev/null<char 1:3>>.
_OPENED = re.compile(r"\d+<(?P<path>.*?)(?P<special><(?:char|block) .*>)?>(?:\(deleted\))?$")


@dataclass(frozen=True)
class Trace:
    """What one run of a program did to files.

    created: paths of files, folders, links and sockets that it made or renamed to; a memfd is none.
    written: paths of regular files that it opened for writing and that were there before.
    completed: how it ended, with its output.
    """

    created: list[str]
    written: list[str]
    completed: subprocess.CompletedProcess[str]


def trace(argv: list[str], **kw: Any) -> Trace:
    """Run argv, and all that it starts, under strace; kw goes to subprocess.run."""
    strace = shutil.which("strace")
    assert strace is not None, "strace is not installed (Debian's package: strace)"
    with tempfile.TemporaryDirectory() as folder:
        start = Path(folder, "start")
        start.touch()
        command = [strace, "-ff", "-qq", "-yy", "-e", "signal=none", "-e", f"trace={_TRACED}"]
        command += ["-o", os.path.join(folder, "trace"), *argv]
        completed = subprocess.run(command, **{"capture_output": True, "text": True, **kw})
        created: list[str] = []
        written: list[str] = []
        logs = sorted(Path(folder).glob("trace.*"))
        assert logs, f"strace traced nothing: {completed}"
        for log in logs:
            for path, is_new in _changes(log.read_text(errors="surrogateescape"), start.stat().st_ctime_ns):
                (created if is_new else written).append(path)
    return Trace(created, written, completed)


def created_files(argv: list[str], **kw: Any) -> list[str]:
    """Run argv as trace() does; return the paths of what it created. It must succeed."""
    seen = trace(argv, **kw)
    assert seen.completed.returncode == 0, seen.completed
    return seen.created


def _changes(log: str, start: int) -> Iterator[tuple[str, bool]]:
    """Yield each path that the calls in a log created (True) or opened for writing (False)."""
    for line in log.splitlines():
        call = _CALL.match(line)
        if call is None:  # it failed, or is no call
            continue
        name, arguments = call["name"], call["arguments"]
        if name in _OPENS:
            opened = _OPENED.match(call["result"])
            assert opened is not None, line
            if re.search(r"O_WRONLY|O_RDWR|O_TMPFILE", arguments) or name == "creat":
                path = _text(opened["path"])
                if opened["special"] is None and not path.startswith("/memfd:"):
                    may_create = name == "creat" or re.search(r"O_CREAT|O_TMPFILE", arguments)
                    yield path, bool(may_create) and not _was_there(path, start)
            elif "O_CREAT" in arguments and not _was_there(_text(opened["path"]), start):
                yield _text(opened["path"]), True
        elif name != "bind" or ("sun_path=" in arguments and "sun_path=@" not in arguments):
            *_, last = _PATH.finditer(arguments)  # of two paths the last is the new one
            yield os.path.join(_text(last["folder"] or ""), _text(last["text"])), True


def _text(escaped: str) -> str:
    """Undo strace's C escapes, which leave ASCII only."""
    return os.fsdecode(escaped.encode("ascii").decode("unicode_escape").encode("latin-1"))


def _was_there(path: str, start: int) -> bool:
    """Tell whether the file at path was born by start, in ns. Python's os.stat has no time of birth."""
    if not os.path.exists(path):
        return False
    stat = subprocess.run(["stat", "--format=%.9W", "--", path], capture_output=True, text=True, check=True)
    return 0 < int(stat.stdout.replace(".", "")) <= start
