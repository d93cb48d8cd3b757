"""What a start writes to disk, by strace, and what it leaves there, by a comparison of folders."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from benchmarks.command import Unavailable
from benchmarks.program import Program

# Where in the arguments the descriptor stands that is written to.
_WRITING = {
    "write": 0,
    "writev": 0,
    "pwrite64": 0,
    "pwritev": 0,
    "pwritev2": 0,
    "sendfile": 0,
    "copy_file_range": 1,
    "splice": 1,
}
_CALL = re.compile(r"(?P<name>\w+)\((?P<arguments>.*)\) += (?P<result>\d+)")
_DESCRIPTOR = re.compile(r"(?<![\w/.-])\d+<(?P<path>/[^>]*)>(?P<deleted>\(deleted\))?")
_NO_DISK = ("/dev/", "/memfd:", "/proc/", "/sys/")


def first_start(program: Program, folder: Path) -> dict[str, float]:
    """Start a program that nothing was left of, and count.

    Args:
        program: what to start.
        folder: for strace's output.

    Returns:
        dict[str, float]: `bytes_written`, to regular files by calls that write, memory files not counted; `files_left`, the files
        and links that are there afterwards and were not before.

    Raises:
        Unavailable: there is no strace, or the program failed.
    """
    strace = shutil.which("strace")
    if strace is None:
        raise Unavailable("strace, which counts the bytes written, is not on the PATH: install it")
    program.forget()
    before = _entries(program)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    traced = ",".join(_WRITING)
    options = (
        "--follow-forks",
        "--output-separately",
        "--decode-fds=path",
        "--string-limit=0",
        "--quiet=all",
    )
    program.start((strace, *options, f"--trace={traced}", f"--output={folder / 'trace'}"))
    written, paths = count(
        line
        for trace in sorted(folder.iterdir())
        for line in trace.read_text("utf-8", "replace").splitlines()
    )
    elsewhere = {path for path in paths if os.path.lexists(path)}
    left = (_entries(program) | elsewhere) - before
    return {"bytes_written": float(written), "files_left": float(len(left))}


def count(lines: Iterable[str], ours: str = "/stderr") -> tuple[int, set[str]]:
    """The bytes that traced calls wrote to files on disk, and the paths of these files.

    Args:
        lines: of `strace --decode-fds=path --string-limit=0`, each a whole call.
        ours: the end of the path of the file that the program's complaints are kept in, which is none of its own.
    """
    written = 0
    paths = set()
    for line in lines:
        call = _CALL.match(line)
        if call is None or call["name"] not in _WRITING:
            continue
        descriptors = list(_DESCRIPTOR.finditer(call["arguments"]))
        # A descriptor of something else, such as a pipe, has no path that begins with a slash.
        wanted = _WRITING[call["name"]]
        if len(descriptors) <= wanted:
            continue
        path = descriptors[wanted]["path"]
        if path.startswith(_NO_DISK) or path.endswith(ours):
            continue
        written += int(call["result"])
        paths.add(path)
    return written, paths


def _entries(program: Program) -> set[str]:
    """All files and links in the folders that a program may write to."""
    return {
        os.path.join(folder, name)
        for top in (program.state, program.product)
        for folder, folders, names in os.walk(top)
        for name in names + [each for each in folders if os.path.islink(os.path.join(folder, each))]
    }
