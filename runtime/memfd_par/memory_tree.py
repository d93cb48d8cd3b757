"""Real folders in memory, for C code that opens files by path: a tmpfs that is mounted nowhere.

A child process makes a user and a mount namespace, in which anyone may make a tmpfs (user_namespaces(7)), and hands
its descriptor over; this process's own namespaces stay as they are. The tree is freed with the last descriptor.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import socket
import subprocess
import sys
import tempfile

from memfd_par import errors
from memfd_par.paths import current
from memfd_par.tree import Outside

#: Where to put the files instead, if somebody names a folder.
VARIABLE = "MEMFD_PAR_TREE"

# Runs in a process of its own: `argv[1]` is the socket, then the user and group to be in the namespace.
_HELPER = r"""
import ctypes, os, socket, sys
libc = ctypes.CDLL(None, use_errno=True)
def call(name, result):
    if result < 0:
        code = ctypes.get_errno()
        sys.exit(name + ": " + os.strerror(code))
    return result
channel = socket.socket(fileno=int(sys.argv[1]))
def tmpfs():
    context = libc.syscall(430, b"tmpfs", 1)  # fsopen(2), FSOPEN_CLOEXEC
    if context < 0:
        return context
    call("fsconfig", libc.syscall(431, context, 1, b"mode", b"755", 0))  # FSCONFIG_SET_STRING
    call("fsconfig", libc.syscall(431, context, 6, None, None, 0))  # FSCONFIG_CMD_CREATE
    return call("fsmount", libc.syscall(432, context, 1, 0))
mount = tmpfs()
if mount < 0:
    uid, gid = os.getuid(), os.getgid()
    call("unshare", libc.unshare(0x10020000))  # CLONE_NEWUSER | CLONE_NEWNS
    for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        with open("/proc/self/" + name, "w") as file:
            file.write(text)
    mount = call("fsopen", tmpfs())
socket.send_fds(channel, [b"."], [mount])
"""

#: Of folders below the one that VARIABLE names.
_PREFIX = "memfd_par-"
_DESCRIPTORS = "/proc/self/fd/"

_root: str | None = None
_lock = -1
_copied: set[str] = set()


def real_path(path: str) -> str:
    """A path that any code can open, for a file or folder of the par and all that is in it.

    Args:
        path: below the par (`<par>/…`), or a stored path.

    Raises:
        OSError: the par has no such file or folder.
        ParTreeError: this process may not make a tree in memory; the text says what else there is.
    """
    files = current()
    whole = path if files.within(path) is not None else files.root + path
    if whole is not path and path.startswith("/"):
        raise FileNotFoundError(2, "the path is not below the par " + files.root.rstrip("/"), path)
    try:
        stored_path = files.find(whole).path
    except Outside:
        raise FileNotFoundError(2, "the path leaves the par", path) from None
    root = _make_root()
    _copy(root, stored_path)
    return root + "/" + stored_path if stored_path else root


def root() -> str | None:
    """The root of the tree, without a slash; None as long as nobody needed one."""
    return _root


def root_of(tops: list[str]) -> str:
    """The root of the tree, with a slash, after these folders have been copied into it."""
    for top in tops:
        real_path(top)
    return _make_root() + "/"


def close() -> None:
    """Frees the folder in memory, at the end of an interpreter."""
    global _root
    if _root is not None and _root.startswith(_DESCRIPTORS):
        os.close(int(_root[len(_DESCRIPTORS) :]))
        _root = None


def _make_root() -> str:
    global _root
    if _root is None:
        folder = os.environ.get(VARIABLE)
        if folder:
            try:
                _root = _own_folder(folder)
            except OSError as error:
                text = errors.BAD_TREE.format(
                    par=current().root.rstrip("/"), folder=folder, reason=error, variable=VARIABLE
                )
                raise errors.ParTreeError(text) from None
            atexit.register(_remove, _root, os.getpid())
        else:
            _root = _DESCRIPTORS + str(_mount())
    return _root


def _own_folder(above: str) -> str:
    """A new folder, locked as long as this process or a fork of it lives; folders of programs that were killed are removed."""
    global _lock
    with os.scandir(above) as entries:
        left = [entry.path for entry in entries if entry.name.startswith(_PREFIX)]
    for path in left:
        try:
            fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError:  # somebody else's
            continue
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(path, ignore_errors=True)
        except OSError:
            pass  # in use
        finally:
            os.close(fd)
    while True:
        folder = tempfile.mkdtemp(prefix=_PREFIX, dir=os.path.abspath(above))
        try:
            _lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            fcntl.flock(_lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            os.stat(folder)
            return folder
        except (BlockingIOError, FileNotFoundError):
            pass  # another program takes it for one that was left


def _remove(folder: str, pid: int) -> None:
    """Removes a folder, but not at the end of a child that was forked from its maker."""
    if os.getpid() == pid:
        shutil.rmtree(folder, ignore_errors=True)


def _mount() -> int:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        helper = subprocess.run(
            [sys._base_executable, "-I", "-S", "-c", _HELPER, str(theirs.fileno())],  # type: ignore[attr-defined]
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=False,
        )
        if helper.returncode:
            reason = helper.stderr.decode(errors="replace").strip().rpartition("\n")[2]
            raise errors.ParTreeError(
                errors.NO_TREE.format(par=current().root.rstrip("/"), reason=reason, variable=VARIABLE)
            )
        fd = socket.recv_fds(ours, 1, 1)[1][0]
    os.set_inheritable(fd, False)
    return fd


def _copy(root: str, stored_path: str) -> None:
    """Copies a file or folder that is not there yet."""
    if stored_path in _copied or any(stored_path.startswith(done + "/") for done in _copied if done):
        return
    files = current()
    source = files.root + stored_path
    target = root + "/" + stored_path
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
        for name in os.listdir(source):
            _copy(root, stored_path + "/" + name if stored_path else name)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copyfile(source, target)
        os.chmod(target, os.stat(source).st_mode & 0o777)
    _copied.add(stored_path)
