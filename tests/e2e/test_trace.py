"""The strace helper sees what it is to see."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.e2e.trace import created_files, trace

_MAKE = """
import os, socket, tempfile
os.chdir({folder!r})
open("new \\xe9", "w").close()
os.mkdir("folder"); os.symlink("folder", "link"); os.rename("folder", "renamed"); os.mkfifo("fifo")
os.open(".", os.O_RDWR | os.O_TMPFILE)
open("gone", "w").close(); os.remove("gone")
socket.socket(socket.AF_UNIX).bind("socket")
os.close(os.open(os.open(".", os.O_RDONLY) and "child", os.O_CREAT | os.O_RDONLY))
if os.fork() == 0:
    open("by child", "w").close()
    os._exit(0)
os.wait()
open("old", "a").close()
"""

_MAKE_NOTHING = """
import os, socket
open("/dev/null", "w").close()
fd = os.memfd_create("lib")
open(f"/proc/self/fd/{fd}", "wb").close()
socket.socket(socket.AF_UNIX).bind("\\0abstract")
for attempt in (lambda: os.mkdir("/"), lambda: open("/nonexistent/x", "w")):
    try:
        attempt()
    except OSError:
        pass
"""


def test_sees_every_way_to_create(tmp_path: Path) -> None:
    (tmp_path / "old").touch()
    seen = trace([sys.executable, "-c", _MAKE.format(folder=str(tmp_path))])
    assert seen.completed.returncode == 0, seen.completed.stderr
    names = ["new \xe9", "folder", "link", "renamed", "fifo", "gone", "socket", "child", "by child"]
    created = {Path(tmp_path, path).relative_to(tmp_path).as_posix() for path in seen.created}
    assert {name for name in names if name not in created} == set()
    assert len(created) == len(names) + 1  # and the file of O_TMPFILE, whose name is a number
    assert seen.written == [str(tmp_path / "old")]


def test_sees_no_creation_where_there_is_none() -> None:
    seen = trace([sys.executable, "-B", "-c", _MAKE_NOTHING])
    assert (seen.created, seen.written, seen.completed.returncode) == ([], [], 0), seen


def test_created_files_returns_paths(tmp_path: Path) -> None:
    new = tmp_path / "new"
    assert created_files([sys.executable, "-B", "-c", f"open({str(new)!r}, 'w')"]) == [str(new)]
