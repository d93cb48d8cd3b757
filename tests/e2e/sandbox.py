"""Places where a par has little: made with bubblewrap (bwrap(1)), for use as a prefix of a command."""

from __future__ import annotations

import contextlib
import os
import shutil
import struct
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

#: The user that owns nothing ("nobody").
NOBODY = 65534
#: Where `confined` shows the folder of the par.
PLACE = "/mnt"

_SECCOMP_RET_ALLOW = 0x7FFF0000
_SECCOMP_RET_ERRNO = 0x00050000
_MEMFD_CREATE = {"x86_64": 319, "aarch64": 279}


def tool(name: str, package: str) -> str:
    """Path of a program; the test fails where the machine lacks it."""
    path = shutil.which(name, path=os.environ.get("PATH", os.defpath) + ":/usr/sbin:/sbin")
    assert path is not None, f"{name} is not installed (Debian's package: {package})"
    return path


def as_nobody() -> list[str]:
    """Runs what follows as NOBODY, in no group but its own."""
    ids = Path("/proc/self/uid_map").read_text().split()
    assert os.geteuid() == 0 and int(ids[2]) > NOBODY, (
        'only root can become another user, outside of Bazel\'s sandbox: run the tests as root, tagged "no-sandbox"'
    )
    setpriv = tool("setpriv", "util-linux")
    return [setpriv, f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]


def confined(folder: Path) -> list[str]:
    """Another user, a read-only root, an empty and writable /tmp with noexec, no HOME, the working directory /.

    `folder` is shown, read-only, as PLACE.
    """
    mount = 'mount -t tmpfs -o mode=1777,noexec,nosuid,nodev tmpfs "$0" && exec "$@"'
    bwrap = [tool("bwrap", "bubblewrap"), "--unsetenv", "HOME", "--die-with-parent", "--chdir", "/"]
    view = ["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"]
    view += ["--bind", PLACE, "/tmp", "--ro-bind", str(folder), PLACE]
    return [
        *[tool("unshare", "util-linux"), "--mount", tool("sh", "dash"), "-c", mount, PLACE],
        *[*as_nobody(), *bwrap, *view, "--"],
    ]


def bubble(*options: str) -> list[str]:
    """The root as it is, but for bubblewrap's `options`."""
    return [tool("bwrap", "bubblewrap"), "--dev-bind", "/", "/", "--die-with-parent", *options, "--"]


def without_proc() -> list[str]:
    """An empty /proc."""
    return bubble("--tmpfs", "/proc")


def masked(*paths: str) -> list[str]:
    """Empty folders, and files that are devices, in place of these."""
    hide = [["--tmpfs", p] if os.path.isdir(p) else ["--ro-bind", "/dev/null", p] for p in paths]
    return bubble(*[word for words in hide for word in words])


@contextlib.contextmanager
def without_memfd(errno: int) -> Iterator[tuple[list[str], Sequence[int]]]:
    """A seccomp filter that lets memfd_create(2) fail: a prefix, and the descriptors that it needs (pass_fds).

    The filter is classic BPF (seccomp(2), linux/filter.h): each instruction is code, jt, jf, k.
    """
    load_number, jump_if_equal, give = 0x20, 0x15, 0x06
    program = [
        (load_number, 0, 0, 0),  # seccomp_data.nr
        (jump_if_equal, 0, 1, _MEMFD_CREATE[os.uname().machine]),
        (give, 0, 0, _SECCOMP_RET_ERRNO | errno),
        (give, 0, 0, _SECCOMP_RET_ALLOW),
    ]
    with tempfile.TemporaryFile() as file:
        file.write(b"".join(struct.pack("HBBI", *instruction) for instruction in program))
        file.seek(0)
        yield bubble("--seccomp", str(file.fileno())), [file.fileno()]
