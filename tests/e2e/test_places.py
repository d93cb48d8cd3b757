"""Where a par may lie, what it may be called, and from where it is started."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.e2e.par import Copy, Par

_SHOW = "import sys, shapes, json; print(json.dumps([__file__, sys.argv, sys.path[0], shapes.__file__]))"
_ODD_NAMES = [
    "with space.par",
    "it's.par",
    'a"quote.par',
    "$HOME `id` $(id);&|.par",
    "back\\slash.par",
    "\u00fcn\u00efc\u00f6d\u00e9 \U0001f40d.par",
    "tab\there.par",
    "percent%s%(x)s{par}.par",
    "-c.par",
    "-",
    "no suffix",
    "*?[a].par",
    "#x.par",
    "a:b.par",
]


def _placed(par: Par, folder: Path, name: str) -> Par:
    shutil.copy(par.path, folder / name)
    return Par(folder / name)


@pytest.mark.parametrize("name", _ODD_NAMES)
def test_odd_names(natives: Par, folder: Path, name: str) -> None:
    code = "import sys, _answer, faulty, inspect; print(_answer.answer(), ascii(sys.argv), ascii(inspect.getfile(faulty)))"
    expected = "42 {} {}\n"
    placed = _placed(natives, folder, name)
    shown = placed.output(code, "x")
    assert shown == expected.format(
        ascii([str(placed.path), "x"]), ascii(f"{placed.path}/faulty/__init__.py")
    )
    placed.fails("import faulty; faulty.fail('x')")


def test_odd_folder(natives: Par, folder: Path) -> None:
    odd = folder / "it's an \u00f6dd.par" / "folder.zip"
    odd.mkdir(parents=True)
    assert _placed(natives, odd, "p").output("import _answer; print(_answer.answer())") == "42\n"


def test_name_that_is_no_text(natives: Par, folder: Path) -> None:
    place = os.fsencode(folder) + b"/caf\xe9.par"
    shutil.copy(os.fsencode(natives.path), place)
    code = "import sys, os, _answer, faulty; print(_answer.answer(), os.fsencode(sys.argv[0]), os.fsencode(faulty.__file__))"
    completed = subprocess.run([place, code], **natives.surroundings(capture_output=True))
    assert completed.stderr == ""
    assert completed.stdout == f"42 {place!r} {place + b'/faulty/__init__.py'!r}\n"


def test_symlink(probe: Par, folder: Path) -> None:
    link = folder / "link"
    link.symlink_to(probe.path)
    assert Par(link).output(_SHOW).count(str(link)) == 4


def test_broken_by_a_symlink_that_is_replaced(natives: Par, folder: Path, copy: Copy) -> None:
    """A deployment that switches a link: the running program keeps the par that it started from."""
    link = folder / "link"
    link.symlink_to(natives.path)
    code = f"import os; os.unlink({str(link)!r}); os.symlink({str(copy('probe').path)!r}, {str(link)!r})\n"
    assert Par(link).output(code + "import _answer; print(_answer.answer())") == "42\n"


def test_found_on_the_path(probe: Par) -> None:
    env = {"PATH": f"{probe.path.parent}:/usr/bin:/bin"}
    settings = probe.surroundings(env=env, capture_output=True, cwd="/")
    completed = subprocess.run(["/bin/sh", "-c", 'probe.par "$1"', "sh", _SHOW], **settings)
    assert (completed.stdout.count(str(probe.path)), completed.stderr) == (4, "")


@pytest.mark.parametrize(
    ("shell", "spelling"),
    [
        *[([], spelling) for spelling in ("./probe.par", "../{folder}/probe.par", ".//./probe.par")],
        *[(["/bin/sh"], spelling) for spelling in ("probe.par", "./probe.par")],
        (["/bin/bash"], "probe.par"),
    ],
)
def test_relative_paths(probe: Par, shell: list[str], spelling: str) -> None:
    path = spelling.format(folder=probe.path.parent.name)
    code = _SHOW.replace("print", "import os; os.chdir('/'); print")
    completed = subprocess.run([*shell, path, code], **probe.surroundings(capture_output=True))
    assert completed.stderr == ""
    file, argv, root, module = json.loads(completed.stdout)
    assert argv == [path]
    assert os.path.normpath(root) == str(probe.path)
    assert os.path.isabs(file) and os.path.isabs(module)


@pytest.mark.parametrize("path", ["/absolute", "../p.par"])
def test_working_directory_that_was_removed(natives: Par, folder: Path, path: str) -> None:
    placed = _placed(natives, folder, "p.par")
    script = 'mkdir gone && cd gone && rmdir ../gone && exec "$@"'
    code = "import _answer, faulty; print(_answer.answer(), faulty.__file__)"
    program = path if path.startswith("..") else str(placed.path)
    command = ["/bin/sh", "-c", script, "sh", program, code]
    completed = subprocess.run(command, **placed.surroundings(capture_output=True, cwd=folder))
    assert completed.stdout == f"42 {placed.path}/faulty/__init__.py\n"
    lines = [
        line for line in completed.stderr.splitlines() if "getcwd() failed" not in line
    ]  # the shell's own
    assert lines == []


def test_empty_environment(natives: Par) -> None:
    completed = subprocess.run(
        [str(natives.path), "import _answer; print(_answer.answer())"], env={}, capture_output=True, text=True
    )
    assert (completed.returncode, completed.stdout, completed.stderr) == (0, "42\n", "")


def test_c_locale(natives: Par, folder: Path) -> None:
    env = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}
    placed = _placed(natives, folder, "caf\u00e9.par")
    assert placed.output("import _answer; print(_answer.answer())", env=env) == "42\n"
