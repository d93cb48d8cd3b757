"""A program on a terminal of its own, for tests that type."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import subprocess
import termios
import time
from collections.abc import Iterator
from typing import Any


class Terminal:
    """A running program whose standard streams and controlling terminal are one new terminal."""

    def __init__(self, argv: list[str], **kw: Any) -> None:
        self._screen, tty = pty.openpty()
        # Nothing else runs in this process that could hold a lock across the fork.
        self.process = subprocess.Popen(
            argv,
            stdin=tty,
            stdout=tty,
            stderr=tty,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509
            **kw,
        )
        os.close(tty)
        self._seen = ""

    def type(self, text: str) -> None:
        r"""Press keys: "\r" is Return, "\t" is Tab, "\x03" is Ctrl-C, "\x04" is Ctrl-D, "\x1b[A" is Up."""
        os.write(self._screen, text.encode())

    def expect(self, text: str, seconds: float = 30) -> str:
        """Wait until the screen shows text; return what it has shown since the last call, until there."""
        deadline = time.monotonic() + seconds
        while text not in self._seen:
            ready, _, _ = select.select([self._screen], [], [], max(0, deadline - time.monotonic()))
            assert ready, f"{text!r} is not shown after {seconds} s, but {self._seen!r}"
            try:
                shown = os.read(self._screen, 65536)
            except OSError:  # EIO: the program, which held the other end, is gone
                shown = b""
            assert shown, f"{text!r} is not shown, but {self._seen!r}, and the program has ended"
            self._seen += shown.decode(errors="replace")
        before, self._seen = self._seen.split(text, 1)
        return before + text

    def close(self) -> None:
        """Kill the program if it still runs, and give the terminal back."""
        self.process.kill()
        self.process.wait()
        os.close(self._screen)


@contextlib.contextmanager
def terminal(argv: list[str], **kw: Any) -> Iterator[Terminal]:
    """Run a program on a new terminal; kw goes to subprocess.Popen."""
    opened = Terminal(argv, **kw)
    try:
        yield opened
    finally:
        opened.close()
