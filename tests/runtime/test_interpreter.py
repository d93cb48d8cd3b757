"""Python's command line, as a par reads it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from memfd_par.interpreter import _split

INDEX: Any = SimpleNamespace(archive=SimpleNamespace(path="/x/app.par"))


@pytest.mark.parametrize(
    ("arguments", "restart", "rest"),
    [
        ([], [], []),
        (["-"], [], ["-"]),
        (["-c", "code", "-O"], [], ["-c", "code", "-O"]),  # what follows is the program's
        (["-ccode", "x"], [], ["-c", "code", "x"]),
        (["-m", "module", "-c"], [], ["-m", "module", "-c"]),
        (["-mmodule"], [], ["-m", "module"]),
        (["script.py", "-c"], [], ["script.py", "-c"]),
        (["-I", "-sSE", "-BP", "script.py"], [], ["script.py"]),  # in force already, or without a meaning
        (["-O", "-bb", "script.py"], ["-O", "-b", "-b"], ["script.py"]),
        (["-Ou", "-c", "code"], ["-O", "-u"], ["-c", "code"]),
        (
            ["-W", "error", "-Wignore", "-X", "dev", "-Xutf8", "-"],
            ["-W", "error", "-W", "ignore", "-X", "dev", "-X", "utf8"],
            ["-"],
        ),
    ],
)
def test_options(arguments: list[str], restart: list[str], rest: list[str]) -> None:
    options, found = _split(INDEX, list(arguments))
    assert (options.restart, found) == (restart, rest)
    assert not options.version
    assert not options.inspect


def test_inspection_and_version() -> None:
    assert _split(INDEX, ["-i", "script.py"])[0].inspect
    for option in ("-V", "-VV", "--version"):
        assert _split(INDEX, [option])[0].version


@pytest.mark.parametrize("option", ["--help", "-z", "-Oz"])
def test_an_unknown_option(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        _split(INDEX, [option])
    assert caught.value.code == 2
    text = capsys.readouterr().err
    assert text.startswith(f"memfd_par: {option} is no option of python, which /x/app.par stands for. ")
    assert text.count("\n") == 1


@pytest.mark.parametrize("option", ["-c", "-m"])
def test_an_option_without_its_argument(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        _split(INDEX, [option])
    assert caught.value.code == 2
    assert capsys.readouterr().err == f"Argument expected for the {option} option\n"
