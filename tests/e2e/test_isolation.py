"""A par needs nothing but its file and the interpreter, and leaves nothing behind."""

from __future__ import annotations

import os
from pathlib import Path

from tests.e2e.par import ENVIRONMENT, Copy, Par
from tests.e2e.sandbox import NOBODY, PLACE, as_nobody, confined
from tests.e2e.trace import Trace, created_files, trace

_LOADED = "import MySQLdb, memfd_par; print(memfd_par.loaded())"
_PLACE_OF_ITS_OWN = f"""
import os, errno
assert os.getuid() == os.geteuid() == {NOBODY} and os.getgroups() == [], os.getgroups()
assert "HOME" not in os.environ and os.getcwd() == "/"
for folder, code in (("/", errno.EROFS), ({PLACE!r}, errno.EROFS), ("/var/tmp", errno.EROFS)):
    try:
        open(folder + "/new", "w")
    except OSError as error:
        assert error.errno == code, (folder, error)
    else:
        raise AssertionError(folder + " is writable")
with open("/tmp/program", "w") as file:
    file.write("#!/bin/sh\\n")
os.chmod("/tmp/program", 0o777)
try:
    os.execv("/tmp/program", ["program"])
except PermissionError:
    os.unlink("/tmp/program")
else:
    raise AssertionError("/tmp is not noexec")
"""
_NOTHING_LEFT = """
import os
assert os.listdir("/tmp") == [], os.listdir("/tmp")
"""


def _confined(par: Par, *arguments: str) -> str:
    inside = Par(Path(PLACE, par.path.name))
    return inside.output(*arguments, prefix=confined(par.path.parent), cwd="/")


def test_hello(copy: Copy) -> None:
    assert _confined(copy("hello")) == "Hello from a par\n"


def test_extension_module(copy: Copy) -> None:
    code = "import _answer, other._other; print(_answer.answer(), other._other.answer())"
    assert _confined(copy("natives"), _PLACE_OF_ITS_OWN + code + _NOTHING_LEFT) == "42 42\n"


def test_pure_python(copy: Copy) -> None:
    code = "import shapes, commons.far; print(shapes.Circle(), commons.far.PLACE)"
    assert _confined(copy("probe"), _PLACE_OF_ITS_OWN + code + _NOTHING_LEFT) == "<circle> far from near\n"


def test_mysql_repl(copy: Copy) -> None:
    table = _confined(copy("mysql_repl"), "-c", _LOADED)
    assert "libmariadb.so.3" in table
    assert "MySQLdb._mysql" in table


def test_certificates(copy: Copy) -> None:
    code = (
        "import certifi, requests, requests.certs, ssl\n"
        "context = ssl.create_default_context(cafile=certifi.where())\n"
        "print(len(context.get_ca_certs()) > 50, certifi.where() == requests.certs.where(), certifi.where())"
    )
    shown = _confined(copy("mysql_repl"), "-c", code + _NOTHING_LEFT)
    assert shown.startswith("True True /proc/self/fd/"), shown


def _changes(par: Par, *arguments: str) -> tuple[list[str], list[str]]:
    seen = _traced(par, *arguments)
    return seen.created, seen.written


def _traced(par: Par, *arguments: str) -> Trace:
    seen = trace([*as_nobody(), str(par.path), *arguments], cwd="/", env=ENVIRONMENT)
    assert (seen.completed.returncode, seen.completed.stderr) == (0, ""), seen.completed
    return seen


def test_hello_creates_no_file(copy: Copy) -> None:
    assert _changes(copy("hello")) == ([], [])


def test_extension_module_creates_no_file(copy: Copy) -> None:
    assert _changes(copy("natives"), "import _answer, other._other; _answer.answer()") == ([], [])


def test_requests_creates_no_file(copy: Copy) -> None:
    par = copy("mysql_repl")
    code = (
        "import requests, certifi, requests.certs, MySQLdb, memfd_par\n"
        "requests.certs.where(); certifi.where(); requests.Session(); str(memfd_par.loaded())"
    )
    assert _changes(par, "-c", code) == ([], [])


def test_data_as_a_file_creates_no_file(copy: Copy) -> None:
    code = (
        "import importlib.resources as r\n"
        "with r.as_file(r.files('shapes').joinpath('names.txt')) as path:\n"
        "    print(path.read_text(encoding='utf-8'), open(path, 'rb').read(6))"
    )
    seen = _traced(copy("probe"), code)
    assert seen.completed.stdout == "circle\nsquare \u00e9\n b'circle'\n"
    assert (seen.created, seen.written) == ([], [])


def test_the_trace_sees_what_a_par_creates(copy: Copy) -> None:
    par = copy("probe")
    new = f"{par.path.parent}/new"
    command = [str(par.path), f"open({new!r}, 'w')"]
    assert created_files(command, env=ENVIRONMENT) == [new]
    os.remove(new)
