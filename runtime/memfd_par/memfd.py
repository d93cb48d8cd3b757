"""Memory files: the only caller of memfd_create(2)."""

from __future__ import annotations

import posix

_CLOEXEC = 1
#: Linux 3.17: the loader in C seals what it has emptied. _NOEXEC_SEAL implies it.
_ALLOW_SEALING = 2
#: Linux 6.3: states that the file is never executed, which vm.memfd_noexec may demand
#: (Documentation/userspace-api/mfd_noexec.rst). Mapping it executable, as ld.so does, stays allowed.
_NOEXEC_SEAL = 8
#: Linux 6.3: states that the file may be executed, which vm.memfd_noexec=1 takes away by default.
_EXEC = 16
_EINVAL = 22

#: What the kernel copies in one call at most (sendfile(2)).
_MOST = 0x7FFFF000

_open = posix.open

#: memfd_create(2): 249 bytes at most.
_NAME_MOST = 249

#: System call numbers, for interpreters built against a glibc older than 2.27.
_SYSCALL = {"x86_64": 319, "aarch64": 279}

_flags = _CLOEXEC | _NOEXEC_SEAL


def create(name: str) -> int:
    """A new, empty memory file. Returns its descriptor, closed on exec.

    Args:
        name: what /proc/PID/maps shows after `memfd:`.

    Raises:
        OSError: the kernel or a seccomp filter refuses.
    """
    global _flags
    name = _shown(name)
    try:
        return _create(name, _flags)
    except OSError as error:
        if error.errno != _EINVAL or not _flags & _NOEXEC_SEAL:
            raise
    _flags = _CLOEXEC | _ALLOW_SEALING
    return _create(name, _flags)


def create_program(name: str) -> int:
    """A new, empty memory file that a process may execute (execve(2)); arguments and errors as `create`."""
    name = _shown(name)
    try:
        return _create(name, _CLOEXEC | _EXEC)
    except OSError as error:
        if error.errno != _EINVAL:
            raise
    return _create(name, _CLOEXEC)


def copy(fd: int, source: int, offset: int, size: int) -> bool:
    """Appends `size` bytes from `offset` of the file `source`. Returns False if that file ends before.

    Raises:
        OSError: there is no memory.
    """
    while size:
        sent = posix.sendfile(fd, source, offset, min(size, _MOST))
        if not sent:
            return False
        offset += sent
        size -= sent
    return True


def write(fd: int, data: bytes) -> None:
    """Makes `data` the whole content."""
    posix.ftruncate(fd, 0)
    view = memoryview(data)
    done = 0
    while done < len(view):
        done += posix.pwrite(fd, view[done:], done)


def read_only(fd: int, flags: int = posix.O_RDONLY) -> int:
    """Another descriptor of the file, at its start, opened with the given flags; closed on exec."""
    own: int = _open("/proc/self/fd/%d" % fd, flags | posix.O_CLOEXEC)
    return own


def _shown(name: str) -> str:
    return name.encode("utf-8", "surrogateescape")[:_NAME_MOST].decode("utf-8", "ignore")


def _create(name: str, flags: int) -> int:
    try:
        create = posix.memfd_create
    except AttributeError:
        return _create_by_number(name, flags)
    return create(name, flags)


def _create_by_number(name: str, flags: int) -> int:
    import ctypes
    import os

    number = _SYSCALL.get(os.uname().machine)
    if number is None:
        raise OSError(38, "Function not implemented")
    fd: int = ctypes.CDLL(None, use_errno=True).syscall(number, os.fsencode(name), flags)
    if fd < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return fd
