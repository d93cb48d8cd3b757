"""The manylinux policies: which libraries a machine may be trusted to have, and which glibc.

Source: PEP 513, 571, 599 and 600, and the policies that auditwheel publishes. A machine that fulfils a policy
has the libraries below, in their usual places, and a glibc no older than the policy's name says.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from packer.errors import PackError

_ALIASES = {
    "manylinux1": "manylinux_2_5",
    "manylinux2010": "manylinux_2_12",
    "manylinux2014": "manylinux_2_17",
}

# The minor versions of glibc 2 that have a published policy, and those released since.
_MINORS = (5, 12, 17, 24, 26, 27, 28, 31, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43)

_LIBRARIES = (
    "libGL.so.1 libICE.so.6 libSM.so.6 libX11.so.6 libXext.so.6 libXrender.so.1 libanl.so.1 libatomic.so.1 "
    "libc.so.6 libdl.so.2 libgcc_s.so.1 libglib-2.0.so.0 libgobject-2.0.so.0 libgthread-2.0.so.0 libm.so.6 "
    "libnsl.so.1 libpthread.so.0 libresolv.so.2 librt.so.1 libstdc++.so.6 libutil.so.1 libz.so.1"
).split()
_LIBRARIES_SINCE = {12: ("libexpat.so.1",), 24: ("libmvec.so.1",)}

# What CPython's own extension modules need beyond glibc (ssl, hashlib, ctypes, sqlite3, bz2, lzma, readline, curses,
# dbm, uuid, pyexpat, decimal, compression.zstd), under the names that distributions have given it.
INTERPRETER_LIBRARIES = frozenset(
    "libb2.so.1 libbz2.so.1.0 libbz2.so.1 libcrypto.so.1.1 libcrypto.so.3 libcrypto.so.4 libdb-5.3.so libedit.so.2 "
    "libexpat.so.1 libffi.so.6 libffi.so.7 libffi.so.8 libgdbm.so.6 libgdbm_compat.so.4 liblzma.so.5 libmpdec.so.2 "
    "libmpdec.so.3 libmpdec.so.4 libncurses.so.6 libncursesw.so.6 libpanel.so.6 libpanelw.so.6 libreadline.so.8 "
    "libsqlite3.so.0 libssl.so.1.1 libssl.so.3 libssl.so.4 libtinfo.so.6 libuuid.so.1 libz.so.1 libzstd.so.1".split()
)

# What belongs to glibc and to the compiler, and comes along where a par carries its libc.
C_LIBRARIES = frozenset(
    "libBrokenLocale.so.1 libanl.so.1 libatomic.so.1 libc.so.6 libdl.so.2 libgcc_s.so.1 libm.so.6 libmvec.so.1 libnsl.so.1 "
    "libpthread.so.0 libresolv.so.2 librt.so.1 libstdc++.so.6 libutil.so.1".split()
)

#: Of these, what is in memory before anything is loaded; the dynamic linker aside.
LIBC = "libc.so.6"

# The dynamic linker of each machine, also a NEEDED of what uses thread-local storage or unwinds.
DYNAMIC_LINKERS = (
    "ld-linux.so.2 ld-linux-x86-64.so.2 ld-linux-x32.so.2 ld-linux-aarch64.so.1 ld-linux-armhf.so.3 "
    "ld64.so.1 ld64.so.2 ld-linux-riscv64-lp64d.so.1 ld-linux-loongarch-lp64d.so.1"
).split()

_UNKNOWN = (
    'policy = "{name}" is not a manylinux policy that is known here.{hint} '
    "Valid are {choices}, and {aliases}. "
    "Mend: set `policy` to the newest one that every machine you run on fulfils; its glibc is in its name."
)


@dataclass(frozen=True)
class Policy:
    """What is trusted to be on the machine that runs a par.

    name: such as "manylinux_2_28"; never an alias.
    libraries: sonames that need not be carried, the dynamic linkers of all machines among them.
    glibc: the oldest (major, minor) that is to be expected.
    """

    name: str
    libraries: frozenset[str]
    glibc: tuple[int, int]


def known() -> tuple[str, ...]:
    """Names of all policies, oldest glibc first; `policy` takes the older aliases as well."""
    return tuple(f"manylinux_2_{minor}" for minor in _MINORS)


def policy(name: str) -> Policy:
    """The policy of that name or alias; PackError, with the choices, where there is none."""
    full = _ALIASES.get(name, name)
    if full not in known():
        close = difflib.get_close_matches(name, [*known(), *_ALIASES], n=1, cutoff=0.7)
        hint = f' Did you mean "{close[0]}"?' if close else ""
        raise PackError(
            _UNKNOWN.format(name=name, hint=hint, choices=", ".join(known()), aliases=", ".join(_ALIASES))
        )
    minor = int(full.rpartition("_")[2])
    since = [library for first, more in _LIBRARIES_SINCE.items() if minor >= first for library in more]
    return Policy(full, frozenset([*_LIBRARIES, *since, *DYNAMIC_LINKERS]), (2, minor))
