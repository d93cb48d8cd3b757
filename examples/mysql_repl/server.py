"""The throw-away MariaDB server: started when first asked for, gone with this process.

The server belongs to a process of its own, the keeper (see keeper.py), which holds a pipe from this
one and removes everything when that pipe closes. So nothing remains however this process ends, by
SIGKILL too. A parent-death signal (prctl PR_SET_PDEATHSIG) would come when the *thread* that
called connect() ends, and would leave the files.
"""

from __future__ import annotations

import atexit
import contextlib
import inspect
import json
import os
import shutil
import subprocess
import sys
import threading
from typing import IO

from examples.mysql_repl import keeper

_PATH = os.pathsep.join(filter(None, [os.environ.get("PATH"), os.defpath, "/usr/local/sbin:/usr/sbin:/sbin"]))
_SOCKET_PATH_LIMIT = 107  # bytes, unix(7): sun_path holds 108 with its closing NUL
_MEND = (
    "Name a server with --host, --port, --socket or --defaults-file, or as arguments of connect(); or, for"
    " a throw-away server, install MariaDB's (Debian's package: mariadb-server)."
)


class ServerUnavailable(Exception):
    """There is no throw-away server; the message says why, and what to do instead."""


class Server:
    """A throw-away server that answers.

    socket: the path of its Unix socket, where root needs no password.
    Raises ServerUnavailable.
    """

    def __init__(self) -> None:
        programs = [_found("mariadbd"), _found("mariadb-install-db")]
        folder = os.path.abspath(os.environ.get("TMPDIR") or "/tmp")
        if len(os.fsencode(os.path.join(folder, keeper.SOCKET_EXAMPLE))) > _SOCKET_PATH_LIMIT:
            folder = "/tmp"
        self._owner = os.getpid()
        self._keeper = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", inspect.getsource(keeper), *programs, folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd="/",
            env={"PATH": _PATH},
            start_new_session=True,  # Ctrl-C at the terminal is for this process only
        )
        try:
            self.socket = self._report()
        except BaseException:
            self.stop()
            raise
        atexit.register(self.stop)

    def stop(self) -> None:
        """End the server, remove its files, and wait until that is done."""
        if os.getpid() != self._owner:  # atexit of a forked child
            return
        with contextlib.suppress(BrokenPipeError):
            # A forked child may hold the pipe open: so say it, too.
            os.write(_pipe(self._keeper.stdin).fileno(), b".")
        _pipe(self._keeper.stdin).close()
        _pipe(self._keeper.stdout).close()
        self._keeper.wait()

    def _report(self) -> str:
        line = _pipe(self._keeper.stdout).readline()
        try:
            report = json.loads(line)
        except ValueError:
            rest = _pipe(self._keeper.stdout).read()
            report = {"error": "its keeper failed: " + (line + rest).decode(errors="replace")}
        if "error" in report:
            raise ServerUnavailable(
                f"the throw-away MariaDB server does not start: {report['error']}\n{_MEND}"
            )
        return str(report["socket"])


_lock = threading.Lock()
_server: Server | None = None


def throw_away() -> Server:
    """The throw-away server of this process, started by the first call. Raises ServerUnavailable."""
    global _server
    with _lock:
        if _server is None:
            _server = Server()
        return _server


def _found(program: str) -> str:
    path = shutil.which(program, path=_PATH)
    if path is None:
        raise ServerUnavailable(
            f"no server is named, and {program} is not on the PATH, nor in an sbin folder.\n{_MEND}"
        )
    return path


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None
    return stream
