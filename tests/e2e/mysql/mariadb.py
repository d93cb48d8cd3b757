"""A real MariaDB server for tests, independent of the program under test."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_PATH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/bin", "/usr/sbin"])
_TIME_LIMIT = 60  # seconds until it answers


def installed(name: str) -> str:
    """Path of one of MariaDB's programs."""
    path = shutil.which(name, path=_PATH)
    assert path is not None, f"{name} is not installed (Debian's package: mariadb-server)"
    return path


@dataclass(frozen=True)
class Server:
    """A server that answers: on a Unix socket (path), and on a TCP port of 127.0.0.1.

    root needs no password. log: the path of what it says.
    """

    socket: Path
    port: int
    log: Path


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Server]:
    """Run a server whose files are all in this folder."""
    setpriv = shutil.which("setpriv")
    assert setpriv is not None, "setpriv is not installed (Debian's package: util-linux)"
    # The death signal: a test that is killed leaves no server.
    prefix = [setpriv, "--pdeathsig=KILL"]
    if os.geteuid() == 0:  # MariaDB refuses to run as root
        shutil.chown(folder, "mysql", "mysql")
        prefix += ["--reuid=mysql", "--regid=mysql", "--clear-groups"]
    server = Server(folder / "server.sock", _free_port(), folder / "log")
    data = f"--datadir={folder / 'data'}"
    tables = [
        installed("mariadb-install-db"),
        "--no-defaults",
        data,
        "--auth-root-authentication-method=normal",
    ]
    made = subprocess.run(
        [*prefix, *tables], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd="/"
    )
    assert made.returncode == 0, made.stdout
    command = [installed("mariadbd"), "--no-defaults", data, f"--socket={server.socket}"]
    command += ["--bind-address=127.0.0.1", f"--port={server.port}", f"--pid-file={folder / 'pid'}"]
    with server.log.open("wb") as log:
        process = subprocess.Popen([*prefix, *command], stdout=log, stderr=log, cwd="/")
    try:
        deadline = time.monotonic() + _TIME_LIMIT
        while not _answers(server.socket):
            assert process.poll() is None, server.log.read_text()
            assert time.monotonic() < deadline, server.log.read_text()
            time.sleep(0.05)
        yield server
    finally:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(1)
        try:
            client.connect(str(path))
            return client.recv(1) != b""
        except OSError:
            return False
