"""Memory that processes take together."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

from benchmarks.command import Unavailable
from benchmarks.program import Program, files, release

_SETTLE = 0.3
_KIB = 1024


def of_processes(program: Program, number: int) -> float:
    """Bytes that `number` processes of a program take, all of them ready and waiting.

    It is the sum of the proportional set sizes (PSS) of them and of their children, and the pages of memory files and tmpfs that
    were added to the machine's and that are mapped by none of them.

    Raises:
        Unavailable: the program failed, or unpacks so much that `number` of it would not fit on the disk.
    """
    shared_before = _meminfo("Shmem")
    on_disk_before = _size(program.state)
    held: list[subprocess.Popen[bytes]] = []
    try:
        for started in range(number):
            held.append(program.hold())
            if started == 0:
                _check_disk(program, (number - 1) * (_size(program.state) - on_disk_before))
        time.sleep(_SETTLE)
        pss = mapped_shared = 0
        for process in held:
            for pid in tree(process.pid):
                rollup = _numbers(Path(f"/proc/{pid}/smaps_rollup"))
                pss += rollup["Pss"]
                mapped_shared += rollup["Pss_Shmem"]
        added = _meminfo("Shmem") - shared_before
    finally:
        for process in held:
            release(process)
    return float(pss + max(0, added - mapped_shared)) * _KIB


def tree(pid: int) -> list[int]:
    """A process and all its descendants."""
    found = [pid]
    for each in found:
        for task in Path(f"/proc/{each}/task").iterdir():
            found += map(int, (task / "children").read_text().split())
    return found


def _check_disk(program: Program, needed: int) -> None:
    free = shutil.disk_usage(program.state).free
    if needed > free // 2:
        raise Unavailable(
            f"unpacks {needed} bytes for all processes, which is more than half of the {free} that are free"
        )


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in files(folder))


def _meminfo(name: str) -> int:
    """A line of /proc/meminfo, in KiB."""
    return _numbers(Path("/proc/meminfo"))[name]


def _numbers(path: Path) -> dict[str, int]:
    """The lines `Name: 123 kB` of a file of /proc (proc(5))."""
    numbers = {}
    for line in path.read_text().splitlines():
        name, _, rest = line.partition(":")
        words = rest.split()
        if len(words) == 2 and words[1] == "kB":
            numbers[name] = int(words[0])
    return numbers
