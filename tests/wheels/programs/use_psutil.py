"""psutil: this process, its children and the machine."""

from __future__ import annotations

import os
import subprocess

import psutil


def main() -> None:
    """Looks at this process and at a child."""
    process = psutil.Process()
    assert process.pid == os.getpid() and process.memory_info().rss > 1_000_000
    assert process.cmdline() and process.exe()
    with subprocess.Popen(["/bin/sleep", "30"]) as child:
        assert [p.pid for p in process.children()] == [child.pid]
        psutil.Process(child.pid).terminate()
    assert psutil.virtual_memory().total > 0 and psutil.cpu_count() > 0 and psutil.net_if_addrs()["lo"]
    print("psutil", psutil.__version__, "works")


if __name__ == "__main__":
    main()
