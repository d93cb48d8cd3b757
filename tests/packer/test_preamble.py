"""The text that a par begins with."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from packer.errors import PackError
from packer.preamble import Launcher, Place, flags, main_module, text

FOLDER = Path("runtime/launcher")
TEMPLATES = {path.name: path.read_text() for path in FOLDER.iterdir() if path.name != "BUILD"}
LAUNCHER = Launcher(TEMPLATES, "//app:x", "3.14", 3627, "/opt/py thon/bin/python3.14", flags(True, ["-u"]))


def test_its_length_does_not_depend_on_places() -> None:
    place = Place(10**11, 10**11, b"\xff" * 8, 10**11, 10**11, 10**11)
    assert len(text(LAUNCHER, Place())) == len(text(LAUNCHER, place))


def test_the_shell_reads_it_whole_or_not_at_all(tmp_path: Path) -> None:
    script = tmp_path / "a.par"
    whole = text(LAUNCHER, Place())
    for size in (len(whole), len(whole) - 2, len(whole) // 2, 200):
        script.write_bytes(whole[:size])
        done = subprocess.run(["/bin/sh", "-n", str(script)], capture_output=True, check=False)
        assert (done.returncode == 0) is (size == len(whole))


def test_the_interpreter_that_is_named_wins_and_paths_are_quoted() -> None:
    assert b"in \"${MEMFD_PAR_PYTHON-}\" '/opt/py thon/bin/python3.14' python3.14 python3; do" in text(
        LAUNCHER, Place()
    )
    assert b" python3.14 python3; do" in text(replace(LAUNCHER, interpreter_path=None), Place())


def test_a_label_cannot_end_a_string() -> None:
    launcher = replace(LAUNCHER, target="//a:b'\"; rm -rf $x\n`y`")
    start = text(launcher, Place()).decode()
    assert "rm -rf $x" not in start and "`y`" not in start
    compile(start.partition("code='")[2].partition("'\n")[0], "start.py", "exec")


def test_the_zip_s_main_finds_the_same_code() -> None:
    start = text(LAUNCHER, Place())
    code = compile(main_module(LAUNCHER, len(start)), "__main__.py", "exec")
    assert len(start) in code.co_consts


def test_isolation() -> None:
    assert flags(True, ["-u"]) == ("-I", "-S", "-u")
    assert flags(False, ["-W", "error"]) == ("-W", "error")


def test_a_launcher_of_one_s_own_may_not_invent_names() -> None:
    launcher = replace(LAUNCHER, templates={**TEMPLATES, "preamble.sh": "#!/bin/sh\n%{nothing}\n"})
    with pytest.raises(
        PackError, match=r"preamble.sh of the launcher uses %\{nothing\}, .* There are: candidates, code"
    ):
        text(launcher, Place())
