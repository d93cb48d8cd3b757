"""A throw-away PostgreSQL server, for the programs that use one."""

from __future__ import annotations

import contextlib
import glob
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from typing import Any

USER = "tester"
PASSWORD = "secret"


@contextlib.contextmanager
def server() -> Iterator[str]:
    """The folder of the Unix socket of a server that answers; USER logs in with PASSWORD, by SCRAM.

    Raises:
        FileNotFoundError: PostgreSQL's server is not installed.
        CalledProcessError: a program of it failed; its output is above.
    """
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))
    if not found:
        raise FileNotFoundError("there is no /usr/lib/postgresql/*/bin/initdb: install Debian's postgresql")
    programs = os.path.dirname(found[-1])
    # PostgreSQL refuses to run as root. Its own account need not be there.
    account: dict[str, Any] = {}
    folder = tempfile.mkdtemp(prefix="postgresql.", dir="/tmp")  # a socket's path is short
    if os.geteuid() == 0:
        entry = pwd.getpwnam("nobody")
        account = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        os.chown(folder, entry.pw_uid, entry.pw_gid)

    def run(*command: str) -> None:
        subprocess.run(
            [os.path.join(programs, command[0]), *command[1:]],
            check=True,
            cwd=folder,
            env={"LC_ALL": "C", "PATH": os.environ.get("PATH", os.defpath)},
            stdin=subprocess.DEVNULL,
            **account,
        )

    secret, data = os.path.join(folder, "secret"), os.path.join(folder, "data")
    with open(secret, "w", encoding="utf-8") as file:
        file.write(PASSWORD)
    try:
        run("initdb", "--no-sync", "--auth=scram-sha-256", f"--username={USER}", f"--pwfile={secret}", data)
        options = f"-c listen_addresses= -c fsync=off -c unix_socket_directories={folder}"
        log = os.path.join(folder, "log")
        run("pg_ctl", "start", "--wait", f"--pgdata={data}", f"--log={log}", f"--options={options}")
        try:
            yield folder
        finally:
            run("pg_ctl", "stop", "--mode=immediate", f"--pgdata={data}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
