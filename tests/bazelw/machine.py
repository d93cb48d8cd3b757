"""A make-believe machine for bazelw.

Its PATH holds the fakes of a test, and of the real programs only those that bazelw needs.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

REAL_PROGRAMS = """
    awk bash cat cp cut dirname find flock grep head ls mkdir mv paste realpath rm
    sh sha256sum sha512sum sleep sort stat tail true uname xargs
""".split()

# Takes unshare's own options away and runs the rest. Says what it would have entered the root for.
UNSHARE = """
while :; do case $1 in --propagation) shift 2;; -*) shift;; *) break;; esac; done
case $1 in */enter_root.sh) echo "entered $2"; while [ "$1" != -- ]; do shift; done; echo "ran $*";; *) exec "$@";; esac
"""

# Makes a root with one package in its cache, as slowly and as well as the test wants.
MMDEBSTRAP = """
for root; do :; done
mkdir -p "$root/var/cache/apt/archives" "$root/usr/local/bin"
echo made >>"$LOG"
ls "$DOWNLOADS" >>"$LOG"
: >"$root/var/cache/apt/archives/package_1_all.deb"
sleep "${SLOWNESS:-0}"
[ ! -e "$BREAKS" ]
"""


class Machine:
    """A folder that plays the machine. `log` is what its mmdebstrap wrote down."""

    def __init__(self, folder: Path, checkout: Path) -> None:
        """Install bazelw from `checkout` and the real programs below `folder`."""
        self.folder = folder
        self.path = folder / "bin"
        self.cache = folder / "cache"
        self.breaks = folder / "breaks"
        self.bazelw = folder / "checkout" / "bazelw"
        self.workspace = folder / "workspace"
        for new in (self.path, self.workspace):
            new.mkdir(parents=True)
        shutil.copytree(checkout / "tools", folder / "checkout" / "tools")
        shutil.copy(checkout / "bazelw", self.bazelw)
        (self.workspace / "WORKSPACE").touch()
        for name in REAL_PROGRAMS:
            program = shutil.which(name)
            assert program, f"this test needs {name}: install it"
            (self.path / name).symlink_to(program)

    def install(self, name: str, script: str) -> Path:
        """Put a shell script on the PATH."""
        program = self.path / name
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        return program

    def install_debian_tools(self) -> None:
        """Put what makes and enters a root on the PATH; npm does not work, so there is no buildifier."""
        self.install("unshare", UNSHARE)
        self.install("mmdebstrap", MMDEBSTRAP)
        self.install("mount", "exit 1")
        self.install("npm", "exit 1")

    @property
    def log(self) -> str:
        """What mmdebstrap found and did."""
        log = self.folder / "log"
        return log.read_text() if log.exists() else ""

    def start(
        self, *arguments: str, program: Path | str | None = None, **environment: str
    ) -> subprocess.Popen[str]:
        """Start bazelw in the workspace, without a HOME, and as root where the test itself is not."""
        as_root = [] if os.geteuid() == 0 else ["/usr/bin/unshare", "--map-root-user"]
        return subprocess.Popen(
            [*as_root, program or self.bazelw, *arguments],
            cwd=self.workspace,
            env={
                "PATH": str(self.path),
                "LOG": str(self.folder / "log"),
                "BREAKS": str(self.breaks),
                "MEMFD_PAR_BAZEL_ROOT": str(self.cache),
                **environment,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str, **environment: str) -> tuple[int, str, str]:
        """Run bazelw and return its exit code, standard output and standard error."""
        process = self.start(*arguments, **environment)
        out, err = process.communicate(timeout=60)
        return process.returncode, out, err
