"""Memory files: the only caller of memfd_create(2)."""

from __future__ import annotations

import posix

_CLOEXEC = 1
#: Linux 6.3: states that the file is never executed, which vm.memfd_noexec may demand
#: (Documentation/userspace-api/mfd_noexec.rst). Mapping it executable, as ld.so does, stays allowed.
_NOEXEC_SEAL = 8
#: Linux 6.3: states that the file may be executed, which vm.memfd_noexec=1 takes away by default.
_EXEC = 16
_EINVAL = 22

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
        if error.errno != _EINVAL or _flags == _CLOEXEC:
            raise
    _flags = _CLOEXEC
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
