"""A packed application, its own folders, and a start of it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.command import Unavailable, reason

_READY = b"ready\n"

_STEP = 1 << 20  # bytes that are read at once


@dataclass(frozen=True)
class Program:
    """What is measured.

    Attributes:
        command: starts it.
        product: the file or folder that is deployed.
        state: a folder for its home, its temporary files and its caches.
        environment: variables that it gets besides those of `variables`.
        search_path: its PATH.
        timeout: of a start, in seconds.
    """

    command: tuple[str, ...]
    product: Path
    state: Path
    environment: dict[str, str]
    search_path: str
    timeout: float

    def variables(self) -> dict[str, str]:
        """All of its environment: nothing of the caller's."""
        return {
            "PATH": self.search_path,
            "LANG": "C.UTF-8",
            "HOME": str(self.state / "home"),
            "TMPDIR": str(self.state / "tmp"),
            "XDG_CACHE_HOME": str(self.state / "home/.cache"),
            "PEX_ROOT": str(self.state / "pex"),
            "SHIV_ROOT": str(self.state / "shiv"),
            **self.environment,
        }

    def forget(self) -> None:
        """Remove everything that earlier starts left."""
        shutil.rmtree(self.state, ignore_errors=True)
        for name in ("home", "tmp", "pex", "shiv"):
            (self.state / name).mkdir(parents=True)

    def evict(self) -> None:
        """Drop the files that are deployed from the page cache."""
        for path in files(self.product):
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.fdatasync(descriptor)  # pages that are not on disk yet would stay
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            finally:
                os.close(descriptor)

    def fill(self) -> None:
        """Read the files that are deployed into the page cache, each from its beginning to its end, as a copy of them would."""
        self.evict()
        for path in files(self.product):
            with open(path, "rb", buffering=0) as file:
                while file.read(_STEP):
                    pass

    def start(self, prefix: tuple[str, ...] = ()) -> tuple[float, float]:
        """Run the program to its end.

        Args:
            prefix: a program that runs it, with its arguments.

        Returns:
            tuple[float, float]: wall time from before the program is started until it has ended, and the CPU time, user and
            system, of it and of all children that were waited for; in seconds.

        Raises:
            Unavailable: it failed, or did not say that it was ready.
        """
        with open(self.state / "stderr", "w+b") as stderr:
            begin = time.perf_counter()
            process = subprocess.Popen(
                [*prefix, *self.command],
                env=self.variables(),
                cwd=self.state,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=stderr,
                start_new_session=True,
            )
            timer = threading.Timer(self.timeout, os.killpg, (process.pid, signal.SIGKILL))
            timer.start()
            try:
                _, status, usage = os.wait4(process.pid, 0)
                taken = time.perf_counter() - begin
            except BaseException:
                os.killpg(process.pid, signal.SIGKILL)
                raise
            finally:
                timer.cancel()
            process.returncode = os.waitstatus_to_exitcode(status)
            assert process.stdout
            with process.stdout:
                printed = process.stdout.read()
            stderr.seek(0)
            complaints = stderr.read().decode("utf-8", "replace")
        os.unlink(self.state / "stderr")
        if process.returncode != 0 or _READY not in printed:
            raise Unavailable(f"the application ended with {process.returncode}: {reason(complaints)}")
        return taken, usage.ru_utime + usage.ru_stime

    def hold(self) -> subprocess.Popen[bytes]:
        """Start the program, and return once it is ready. It stays until `release`.

        Raises:
            Unavailable: it ended before it was ready.
        """
        process = subprocess.Popen(
            self.command,
            env=self.variables(),
            cwd=self.state,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        assert process.stdout
        timer = threading.Timer(self.timeout, os.killpg, (process.pid, signal.SIGKILL))
        timer.start()
        try:
            while line := process.stdout.readline():
                if line == _READY:
                    return process
        finally:
            timer.cancel()
        release(process)
        raise Unavailable(f"the application ended with {process.returncode}, before it was ready")


def release(process: subprocess.Popen[bytes]) -> None:
    """Let a program that `Program.hold` started end."""
    for pipe in (process.stdin, process.stdout):
        if pipe:
            pipe.close()
    process.wait()


def files(path: Path) -> list[Path]:
    """The regular files of a folder, or the file itself; links are not followed."""
    if path.is_file():
        return [path]
    return [
        Path(folder, name)
        for folder, _, names in os.walk(path)
        for name in names
        if not Path(folder, name).is_symlink()
    ]
