"""Pars that were built beside the glibc of this machine, in a root with that of Debian 12, which is older."""

from __future__ import annotations

import os
import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.e2e.par import built, says
from tests.libc.root import debian

GLIBC = "glibc 2.36"

_USERS = "someone:x:4321:4321::/home/someone:/bin/sh\n"
_SOURCES = "passwd: files extrausers\ngroup: files\nhosts: files myhostname\n"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its folders, with users and hosts that only name services of that Debian know, and a German locale that its tool made."""
    folder = tmp_path_factory.mktemp("bookworm")
    with tarfile.open(built("../" + os.environ["BOOKWORM"])) as archive:
        archive.extractall(folder, filter="tar")
    (folder / "etc/nsswitch.conf").write_text(_SOURCES)
    (folder / "etc/passwd").write_text("root:x:0:0::/:/bin/sh\n")
    (folder / "etc/hosts").write_text("10.1.2.3 somewhere\n")
    (folder / "var/lib/extrausers/passwd").write_text(_USERS)
    command = debian(
        built("tests/libc/hello_3_14.par"), folder, "--bind", f"{folder}/usr/lib/locale", "/usr/lib/locale"
    )
    made = [*command[:-1], "/usr/bin/localedef", "-i", "de_DE", "-f", "UTF-8", "de_DE.UTF-8"]
    completed = subprocess.run(made, capture_output=True, text=True, check=False)
    assert completed.returncode == 0, completed
    return folder


def run(root: Path, par: str, *arguments: str, **variables: str) -> str:
    """What a par prints there; it must succeed and say nothing on standard error."""
    options = [word for name, value in variables.items() for word in ("--setenv", name, value)]
    command = [*debian(built(par), root, *options, "--dev", "/dev", "--tmpfs", "/tmp"), *arguments]
    completed = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (completed.returncode, completed.stderr) == (0, ""), completed
    return completed.stdout


def python(root: Path, code: str, **variables: str) -> list[str]:
    """The lines that `hello` prints as an interpreter."""
    variables["MEMFD_PAR_INTERPRETER"] = "1"
    return run(root, "tests/libc/hello_3_14.par", "-c", code, **variables).splitlines()


def test_without_its_own_libc(root: Path) -> None:
    """The dynamic linker's own words, as for any program that was linked beside a newer glibc."""
    command = debian(built("tests/carried/hello_3_14.par"), root)
    completed = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (completed.returncode, completed.stdout) == (1, "")
    says(completed.stderr, "/app.par: /lib/", "version `GLIBC_2.", "' not found (required by /app.par)")


@pytest.mark.parametrize("version", ["3_13", "3_14"])
def test_it_starts(root: Path, version: str) -> None:
    printed = run(root, f"tests/libc/hello_{version}.par", "a", "-b")
    assert printed == f"hello {version.replace('_', '.')} a -b\n"


@pytest.mark.parametrize("program", ["numerics", "c_extension"])
@pytest.mark.parametrize("tier", ["sparse", "full", "plain"])
def test_native_code(root: Path, program: str, tier: str) -> None:
    run(root, f"tests/libc/{program}_3_14.par", MEMFD_PAR_TIER=tier)


def test_two_glibcs(root: Path) -> None:
    """The par has its own, and maps no library of the machine; a program of the machine has the machine's."""
    code = """
import ctypes, hashlib, os, sqlite3, ssl, subprocess, sys
def libraries(maps):
    return sorted({line.split("/")[-1] for line in maps.splitlines() if "/lib/" in line and ".so" in line})
def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
ssl.create_default_context()
print(os.confstr("CS_GNU_LIBC_VERSION"), *libraries(open("/proc/self/maps").read()))
print(output(sys.executable, "-c", "import os; print(os.confstr('CS_GNU_LIBC_VERSION'))"), end="")
print(output("getconf", "GNU_LIBC_VERSION"), output("ls", "/var/lib/extrausers"), sep="", end="")
print(*libraries(output("sh", "-c", "exec cat /proc/self/maps")))
"""
    own, children, *theirs = python(root, code)
    assert own == children and own.startswith("glibc ") and own != GLIBC
    assert theirs == [GLIBC, "passwd", "ld-linux-x86-64.so.2 libc.so.6"]


def test_processes(root: Path) -> None:
    code = """
import concurrent.futures, multiprocessing
for method in ("fork", "spawn", "forkserver"):
    context = multiprocessing.get_context(method)
    with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
        print(method, *pool.map(pow, range(3), [2] * 3))
"""
    assert python(root, code) == ["fork 0 1 4", "spawn 0 1 4", "forkserver 0 1 4"]


def test_name_services_of_the_machine(root: Path) -> None:
    """Libraries that were built for the machine's glibc are loaded into the par's."""
    code = """
import grp, os, pwd, socket
print(pwd.getpwuid(0).pw_name, pwd.getpwuid(4321).pw_dir, pwd.getpwnam("someone").pw_uid)
print(socket.gethostbyname("somewhere"), socket.getaddrinfo("shop.localhost", 80, socket.AF_INET, socket.SOCK_STREAM)[0][4])
print(sorted({line.split("/")[-1].strip() for line in open("/proc/self/maps") if "/libnss_" in line}))
"""
    assert python(root, code) == [
        "root /home/someone 4321",
        "10.1.2.3 ('127.0.0.1', 80)",
        "['libnss_extrausers.so.2', 'libnss_myhostname.so.2']",
    ]


def test_locales_of_the_machine(root: Path) -> None:
    code = """
import locale
print(locale.setlocale(locale.LC_ALL, ""), locale.str(1.5), locale.strcoll("\\xe4", "b") < 0, locale.nl_langinfo(locale.DAY_1))
"""
    assert python(root, code, LC_ALL="de_DE.UTF-8") == ["de_DE.UTF-8 1,5 True Sonntag"]
    assert python(root, code, LC_ALL="C.UTF-8") == ["C.UTF-8 1.5 False Sunday"]


def test_character_sets_of_the_machine(root: Path) -> None:
    """iconv(3) loads them from the machine's gconv."""
    code = """
import ctypes
libc = ctypes.CDLL(None)
libc.iconv_open.restype = ctypes.c_void_p
made = libc.iconv_open(b"UTF-8", b"ISO-8859-15")
text, result = ctypes.create_string_buffer(b"\\xa4"), ctypes.create_string_buffer(9)
start, place = ctypes.c_void_p(ctypes.addressof(text)), ctypes.c_void_p(ctypes.addressof(result))
left, room = ctypes.c_size_t(1), ctypes.c_size_t(9)
print(libc.iconv(ctypes.c_void_p(made), *map(ctypes.byref, (start, left, place, room))), ascii(result.value.decode()))
"""
    assert python(root, code) == ["0 '\\u20ac'"]


def test_time_zones_of_the_machine(root: Path) -> None:
    code = """
import datetime, time, zoneinfo
print(time.tzname, time.strftime("%H:%M %Z", time.localtime(0)), datetime.datetime(2026, 7, 1, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin")))
"""
    assert python(root, code, TZ="America/New_York") == ["('EST', 'EDT') 19:00 EST 2026-07-01 00:00:00+02:00"]
