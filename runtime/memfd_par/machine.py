"""Whether this interpreter and this machine can run the par's native code: checked once, at start."""

from __future__ import annotations

import posix
import sys

from memfd_par import errors, format, memfd, tiers

TYPE_CHECKING = False  # typing is not imported at start
if TYPE_CHECKING:
    from typing import Any


def check(par: str, header: dict[str, Any]) -> None:
    """Returns if native members can be loaded; otherwise ends the process and says what is missing."""
    values = {"par": par, "target": header["target"], "python": sys.executable}
    _check_abi(header, values)
    _check_machine(header, values)
    _check_libc(header, values)
    if tiers.wanted() is None:
        value = posix.environ[tiers.VARIABLE.encode()].decode("utf-8", "surrogateescape")
        errors.die(errors.BAD_TIER.format(value=value, choices=", ".join(reversed(tiers.NAMES)), **values))
    if not posix.access("/proc/self/fd", posix.F_OK):
        errors.die(errors.NO_PROC.format(**values))
    try:
        posix.close(memfd.create("probe"))
    except OSError as error:
        errors.die(errors.refused(par, error))


def _check_abi(header: dict[str, Any], values: dict[str, str]) -> None:
    if format.abi() != header["abi"]:
        errors.die(errors.WRONG_ABI.format(wanted=header["abi"], found=format.abi(), **values))


def _check_machine(header: dict[str, Any], values: dict[str, str]) -> None:
    wanted = header["machine"]
    found = posix.uname().machine
    if sys.maxsize < 2**32 and wanted in ("x86_64", "aarch64"):
        found = "a 32-bit Python on " + found
    if wanted and wanted != found:
        errors.die(errors.WRONG_MACHINE.format(wanted=wanted, found=found, **values))


def _check_libc(header: dict[str, Any], values: dict[str, str]) -> None:
    wanted = header["glibc"]
    name = libc()
    if not name.startswith("glibc "):
        errors.die(errors.NOT_GLIBC.format(wanted="%d.%d" % wanted, found=name, **values))
    found = tuple(int(part) for part in name[6:].split(".")[:2])
    if found < wanted:
        errors.die(errors.OLD_GLIBC.format(wanted="%d.%d" % wanted, found="%d.%d" % found, **values))


def libc() -> str:
    """`glibc 2.43`, or what else this interpreter runs on (confstr(3))."""
    try:
        return posix.confstr("CS_GNU_LIBC_VERSION") or "unknown"
    except (OSError, ValueError):
        return "musl" if "musl" in getattr(sys.implementation, "_multiarch", "") else "unknown"
