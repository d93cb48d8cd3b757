"""Pars that carry libc, in roots that have none, or another; and beside programs that use the machine's."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import pytest

from tests.e2e.par import built
from tests.libc.root import PLACE, empty, musl

VERSIONS = ("3_13", "3_14")
_INTERPRETER = ("--setenv", "MEMFD_PAR_INTERPRETER", "1")


def run(command: list[str], *arguments: str) -> str:
    """What it prints; it must succeed and say nothing on standard error."""
    completed = subprocess.run(
        [*command, *arguments], capture_output=True, text=True, timeout=120, check=False
    )
    assert (completed.returncode, completed.stderr) == (0, ""), completed
    return completed.stdout


def python(code: str, *options: str, root: Callable[..., list[str]] = empty) -> str:
    """What `hello` prints as an interpreter."""
    return run(root(built("tests/libc/hello_3_14.par"), *_INTERPRETER, *options), "-c", code)


@pytest.mark.parametrize("root", [empty, musl])
@pytest.mark.parametrize("version", VERSIONS)
def test_it_starts(version: str, root: Callable[..., list[str]]) -> None:
    printed = run(root(built(f"tests/libc/hello_{version}.par")), "a", "-b")
    assert printed == f"hello {version.replace('_', '.')} a -b\n"


@pytest.mark.parametrize("root", [empty, musl])
@pytest.mark.parametrize("program", ["numerics", "c_extension"])
@pytest.mark.parametrize("tier", ["sparse", "full", "plain"])
def test_native_code(program: str, root: Callable[..., list[str]], tier: str) -> None:
    run(root(built(f"tests/libc/{program}_3_14.par"), "--setenv", "MEMFD_PAR_TIER", tier))


def test_every_library_is_the_par_s() -> None:
    code = """
import bz2, ctypes, curses, hashlib, lzma, os, readline, sqlite3, ssl, zlib
for name in ("libm.so.6", "libstdc++.so.6", "libresolv.so.2", "libdl.so.2", "libatomic.so.1"):
    ctypes.CDLL(name)
with open("/proc/self/maps") as maps:
    files = {line.split()[5] for line in maps if len(line.split()) > 5}
print(*sorted(name for name in files if not name.startswith(("[", "/memfd:"))))
"""
    assert python(code).split() == [PLACE]


def test_processes_share_libc() -> None:
    """Its text is mapped from the par; what is left of the memory file is what libc writes to."""
    code = """
import os
with open("/proc/self/maps") as maps:
    lines = [line.split() for line in maps]
print(*{line[1] for line in lines if "libc.so.6" in line[-2] or "libc.so.6" in line[-1]})
"""
    assert "r-xp" not in python(code).split()
    assert "r-xp" in python(code, "--setenv", "MEMFD_PAR_TIER", "plain").split()


@pytest.mark.parametrize("root", [empty, musl])
def test_children(root: Callable[..., list[str]]) -> None:
    code = """
import concurrent.futures, multiprocessing, os, subprocess, sys
command = [sys.executable, "-c", "import os; print(os.confstr('CS_GNU_LIBC_VERSION')[:5])"]
assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "glibc\\n"
for method in ("fork", "spawn", "forkserver"):
    context = multiprocessing.get_context(method)
    with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
        assert list(pool.map(pow, range(3), [2] * 3)) == [0, 1, 4]
"""
    python(code, "--tmpfs", "/tmp", "--dev", "/dev", root=root)


def test_threads_end_early() -> None:
    """pthread_exit(3) loads libgcc_s.so.1 by its name."""
    code = """
import ctypes, threading
exit = ctypes.CDLL(None).pthread_exit
exit.argtypes = [ctypes.c_void_p]
libc = ctypes.CDLL(None)
start = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)
handle = ctypes.c_ulong()
assert not libc.pthread_create(ctypes.byref(handle), None, ctypes.cast(libc.pthread_exit, start), None)
assert not libc.pthread_join(handle, None)
print("ended")
"""
    assert python(code) == "ended\n"


def test_nothing_is_inherited() -> None:
    """Not the environment, not a descriptor."""
    code = """
import os, subprocess
print(*os.environ)
print(subprocess.run(["/bin/sh", "-c", "env; ls /proc/self/fd"], capture_output=True, text=True, close_fds=False).stdout)
"""
    own, *shown = python(code, root=musl).splitlines()
    assert own == "PWD"  # bubblewrap's
    names = [line for line in shown if "=" in line]
    assert {name.partition("=")[0] for name in names} <= {"PWD", "PATH", "SHLVL"}
    assert [line for line in shown if line and line not in names] == ["0", "1", "2", "3"]  # 3 is of `ls`


def test_other_programs_use_the_machine_s_libc() -> None:
    """Of a machine that has one: its shell maps that, and the par does not."""
    code = """
import subprocess
maps = "cat /proc/self/maps"
print(subprocess.run(["/bin/sh", "-c", maps], capture_output=True, text=True, check=True).stdout.count("/libc.so.6"))
print(open("/proc/self/maps").read().replace("/memfd:libc.so.6", "").count("/libc.so.6"))
"""
    machine = ["--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin", "--symlink", "usr/lib", "/lib"]
    theirs, own = python(code, *machine, "--symlink", "usr/lib64", "/lib64").split()
    assert int(theirs) > 0 and int(own) == 0


def test_musl_s_programs() -> None:
    code = """
import subprocess
linker = "/lib/ld-musl-x86_64.so.1"
print(subprocess.run([linker], capture_output=True, text=True).stderr.splitlines()[0])
"""
    assert python(code, root=musl) == "musl libc (x86_64)\n"


def test_rubbish_for_the_dynamic_linker() -> None:
    code = "import ssl, zlib; print(zlib.decompress(zlib.compress(b'x')))"
    assert python(code, "--setenv", "LD_LIBRARY_PATH", "/proc") == "b'x'\n"
    command = empty(
        built("tests/libc/hello_3_14.par"), *_INTERPRETER, "--setenv", "LD_PRELOAD", "/nowhere.so"
    )
    completed = subprocess.run([*command, "-c", code], capture_output=True, text=True, check=False)
    assert (completed.returncode, completed.stdout) == (0, "b'x'\n")
    assert completed.stderr.startswith("ERROR: ld.so: object '/nowhere.so' from LD_PRELOAD")


def test_names_locales_and_time_zones() -> None:
    """What docs/interpreter.md says of a root without files for them."""
    code = """
import locale, os, pwd, socket, sys, time, zoneinfo
print(sys.flags.utf8_mode, sys.getfilesystemencoding(), time.tzname[0], pwd.getpwall())
print(socket.getaddrinfo("127.0.0.1", 80, type=socket.SOCK_STREAM)[0][4])
for attempt in (
    lambda: locale.setlocale(locale.LC_ALL, "de_DE.UTF-8"),
    lambda: locale.setlocale(locale.LC_ALL, "C.UTF-8"),
    lambda: socket.getaddrinfo("example.invalid", 80),
    lambda: zoneinfo.ZoneInfo("Europe/Berlin"),
):
    try:
        attempt()
    except Exception as error:
        print(type(error).__name__)
"""
    assert python(code).splitlines() == [
        "1 utf-8 UTC []",
        "('127.0.0.1', 80)",
        *("Error", "Error", "gaierror", "ZoneInfoNotFoundError"),
    ]


@pytest.mark.parametrize("wanted", ["", "C.UTF-8", "de_DE.ISO-8859-1"])
def test_python_is_in_utf_8_where_there_are_no_locales(wanted: str) -> None:
    """Whatever the environment asks for: glibc has none built in but C."""
    code = """
import locale, os, sys
print(locale.setlocale(locale.LC_CTYPE), sys.flags.utf8_mode, sys.stdout.encoding, sys.getfilesystemencoding())
print(os.fsencode("\\xe4"), open(os.devnull).encoding, "\\xe4".upper() == "\\xc4")
"""
    assert python(code, *(["--setenv", "LC_ALL", wanted] if wanted else []), "--dev", "/dev") == (
        "C 1 utf-8 utf-8\nb'\\xc3\\xa4' utf-8 True\n"
    )


def test_the_machine_s_names_and_locales() -> None:
    """Where the machine has such files, they are read."""
    code = """
import locale, os, pwd, socket, tempfile
print(pwd.getpwnam("someone").pw_uid, socket.gethostbyname("somewhere"), locale.setlocale(locale.LC_ALL, "C.UTF-8"))
"""
    files = [
        *("--dir", "/etc", "--ro-bind", "/usr/lib/locale", "/usr/lib/locale"),
        *("--ro-bind-data", "{passwd}", "/etc/passwd", "--ro-bind-data", "{hosts}", "/etc/hosts"),
    ]
    command = " ".join(
        ["exec", *empty(built("tests/libc/hello_3_14.par"), *_INTERPRETER, *files), "-c", '"$0"']
    ).format(passwd=8, hosts=9)
    here = "8<<'END' 9<<'END2'\nsomeone:x:12345:1::/:/bin/sh\nEND\n10.1.2.3 somewhere\nEND2\n"
    assert run(["/bin/bash", "-c", f"{command} {here}", code]) == "12345 10.1.2.3 C.UTF-8\n"
