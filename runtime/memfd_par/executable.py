"""`sys.executable`: the par, in a spelling by which it starts as an interpreter.

The spelling goes by way of /proc/self/root (proc(5)). The kernel hands it on to the preamble as it is, so that
children started through it by anyone, a shell included, are interpreters, and no environment variable is needed
that other children would inherit. A symbolic link to it is as good (marked.py).
"""

from __future__ import annotations

import posix
import sys

MARK = "/proc/self/root"
VARIABLE = "MEMFD_PAR_INTERPRETER"
#: Variables that name another program than the par's own.
PROGRAMS = ("MEMFD_PAR_MODULE", "MEMFD_PAR_ENTRY_POINT")


def take_request() -> bool:
    """Whether this process was started as an interpreter; takes the sign of it away."""
    if take_variable(VARIABLE) not in ("", "0"):
        return True
    if sys.argv[0].startswith(MARK + "/"):
        sys.argv[0] = sys.argv[0][len(MARK) :]
        return True
    return False


def take_variable(name: str) -> str:
    """The value of an environment variable that is meant for this process alone, not for its children."""
    value = posix.environ.pop(name.encode(), b"").decode("utf-8", "surrogateescape")
    if value:
        posix.unsetenv(name)
        environ = getattr(sys.modules.get("os"), "environ", {})
        environ.pop(name, None)
    return value


def set_executable(path: str, carried: bool) -> None:
    """Makes the par what `sys.executable` names; another interpreter behind it stays in `sys._base_executable`."""
    behind = sys.executable
    sys.executable = MARK + path if posix.access(MARK + path, posix.X_OK) else path
    sys._base_executable = sys.executable if carried else behind  # type: ignore[attr-defined]
