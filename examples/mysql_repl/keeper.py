"""Keeps a throw-away MariaDB server for as long as standard input stays open and silent.

A program of its own, run with the standard library only: mariadbd, mariadb-install-db and the folder
in which to make a temporary one are its arguments. It prints one line of JSON, {"socket": PATH} once the
server answers or {"error": TEXT}. When its standard input ends, or the server does, it kills
what still runs and removes the temporary folder.
"""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from typing import Any

SOCKET_EXAMPLE = "mysql_repl.12345678/socket"  # how long the socket's path gets
_TIME_LIMIT = 120  # seconds, for each of: make the system tables, answer
_LOG_LIMIT = 4000  # bytes: what an error shows of the log, the end of it
_ROOM = 80 << 20  # bytes, measured with MariaDB 11.8: 63 MiB, and some for data

# Data that is thrown away needs no safety, and should take little room and time.
_SMALL = ["--innodb-log-file-size=4M", "--innodb-buffer-pool-size=16M", "--innodb-flush-log-at-trx-commit=0"]


class Abandoned(Exception):
    """Nobody wants the server any more: standard input has ended."""


class Failed(Exception):
    """The server cannot be had; the message says why."""


class Ward:
    """A program, with all that it starts, in a session of its own.

    log: the end of what it has printed, in bytes; status: the exit status, None while it runs.
    """

    def __init__(self, command: list[str], folder: str, account: dict[str, Any]) -> None:
        self._name = os.path.basename(command[0])
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env={"PATH": os.environ["PATH"], "TMPDIR": folder, "LC_ALL": "C"},
            start_new_session=True,
            **account,
        )
        assert self._process.stdout is not None
        self._output = self._process.stdout.fileno()
        self.log = b""

    @property
    def status(self) -> int | None:
        """The exit status; None while the program runs."""
        return self._process.returncode

    def ended(self, seconds: float | None = None) -> bool:
        """Wait for the end of all its processes, at most so many seconds. Raises Abandoned."""
        poller = select.poll()
        poller.register(0, select.POLLIN)
        poller.register(self._output, select.POLLIN)
        deadline = None if seconds is None else time.monotonic() + seconds
        while True:
            left = None if deadline is None else max(0, deadline - time.monotonic()) * 1000
            ready = dict(poller.poll(left))
            if 0 in ready:
                raise Abandoned
            if not ready:
                return False
            # Every process of the ward holds this pipe, so its end is the end of them all.
            if not self._read():
                self._process.wait()
                return True

    def kill(self) -> None:
        """Kill its processes and wait for their end."""
        if self.status is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            while self._read():
                pass
            self._process.wait()

    def failed(self, what: str) -> Failed:
        """Make the error that tells what went wrong, with the status and the log."""
        ending = "" if self.status is None else f" (status {self.status})"
        # What mariadb-install-db says after this line is general advice.
        log = (
            self.log.decode(errors="replace").partition("\nInstallation of system tables failed!")[0].strip()
        )
        return Failed(f"{self._name} {what}{ending}; the end of its log:\n{log}")

    def _read(self) -> bytes:
        chunk = os.read(self._output, 65536)
        self.log = (self.log + chunk)[-_LOG_LIMIT:]
        return chunk


def _report(**facts: str) -> None:
    try:
        os.write(1, json.dumps(facts).encode() + b"\n")
    except BrokenPipeError as error:
        raise Abandoned from error


def _account() -> dict[str, Any]:
    """Tell Popen whom to run MariaDB as: it refuses root, for whom its package makes an account.

    MariaDB's own --user is not for this: with it mariadb-install-db changes files of the system.
    """
    if os.geteuid() != 0:
        return {}
    try:
        entry = pwd.getpwnam("mysql")
    except KeyError:
        raise Failed("it cannot run as root, and this machine has no account named mysql") from None
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _check_room(folder: str) -> None:
    usage = shutil.disk_usage(folder)
    if usage.total and usage.free < _ROOM:  # a tmpfs without a limit says 0, of 0
        raise Failed(
            f"it takes {_ROOM >> 20} MiB, and {os.path.dirname(folder)} (TMPDIR names another folder) has"
            f" {usage.free >> 20} MiB free"
        )


def _make_tables(installer: str, folder: str, account: dict[str, Any]) -> None:
    command = [installer, "--no-defaults", f"--datadir={folder}/data"]
    command += [
        "--auth-root-authentication-method=normal",
        "--skip-test-db",
        "--skip-name-resolve",
        "--force",
    ]
    ward = Ward([*command, *_SMALL], folder, account)
    try:
        if not ward.ended(_TIME_LIMIT):
            raise ward.failed(f"takes more than {_TIME_LIMIT} s")
        if ward.status != 0:
            raise ward.failed("failed")
    finally:
        ward.kill()


def _answers(path: str) -> bool:
    """Tell whether the server greets who connects to its socket."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(0.5)
        try:
            client.connect(path)
            return bool(client.recv(1))
        except OSError:
            return False


def _serve(server: str, folder: str, account: dict[str, Any]) -> None:
    path = os.path.join(folder, "socket")
    command = [
        server,
        "--no-defaults",
        f"--datadir={folder}/data",
        f"--socket={path}",
        f"--pid-file={folder}/pid",
    ]
    ward = Ward([*command, "--skip-networking", *_SMALL], folder, account)
    try:
        deadline = time.monotonic() + _TIME_LIMIT
        while not _answers(path):
            if ward.ended(0.02):
                raise ward.failed("ended")
            if time.monotonic() > deadline:
                raise ward.failed(f"does not answer within {_TIME_LIMIT} s")
        _report(socket=path)
        ward.ended()
    finally:
        ward.kill()


def main(server: str, installer: str, parent: str) -> None:
    """Keep a server made of these two programs in a new folder of parent."""
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        # The REPL gets these too, and its end is the keeper's. A handler, because "ignore" is inherited.
        signal.signal(number, lambda _number, _frame: None)
    try:
        folder = tempfile.mkdtemp(prefix="mysql_repl.", dir=parent)
    except OSError as error:
        _report(error=f"no temporary folder can be made in {parent} (TMPDIR names another): {error.strerror}")
        return
    try:
        _check_room(folder)
        account = _account()
        if account:
            os.chown(folder, account["user"], account["group"])
        _make_tables(installer, folder, account)
        _serve(server, folder, account)
    except (Failed, OSError, subprocess.SubprocessError) as error:
        _report(error=str(error))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    with contextlib.suppress(Abandoned):
        main(*sys.argv[1:])
