"""The comparison, with programs that stand in for interpreters."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import side_by_side
from tests.cpython import compare, document, known, outcomes, run

EVENTS = [
    ["test.test_a.A.one", "passed"],
    ["test.test_a.A.two", "failed"],
    ["test.test_a.A.three", "skipped"],
    ["test.test_a.A.four", "xfailed"],
    ["setUpClass (test.test_a.B)", "error"],
    ["test.test_a.A.six", "passed"],
    ["test.test_a.A.six", "failed"],
    None,
]
FOUND = {
    "test_a.A.one": "passed",
    "test_a.A.two": "failed",
    "test_a.A.three": "skipped",
    "test_a.A.four": "xfailed",
    "setUpClass (test_a.B)": "error",
    "test_a.A.six": "failed",
}
SUITE = """
import unittest

class Tests(unittest.TestCase):
    def test_passes(self): pass
    def test_fails(self): self.fail()
    def test_raises(self): raise OSError
    def test_skips(self): self.skipTest("why")
    @unittest.expectedFailure
    def test_is_expected_to_fail(self): self.fail()
    @unittest.expectedFailure
    def test_passes_unexpectedly(self): pass
    def test_has_subtests(self):
        for number in range(3):
            with self.subTest(number=number): self.assertNotEqual(number, 1)
    def test_forks(self):
        import os
        child = os.fork()
        if child: os.waitpid(child, 0)

class Skipped(unittest.TestCase):
    @classmethod
    def setUpClass(cls): raise unittest.SkipTest("all")
    def test_never(self): pass

class Broken(unittest.TestCase):
    @classmethod
    def setUpClass(cls): raise OSError
    def test_never(self): pass
"""


def lines(events: list[list[str] | None]) -> str:
    return "".join(json.dumps(event) + "\n" for event in events)


def interpreter(path: Path, text: str) -> Path:
    """A program that takes the place of an interpreter: it is started as `PATH -c CODE LOG -v SUITE`."""
    events = path.with_suffix(".events")
    events.write_text(text, "utf-8")
    path.write_text(f'#!/bin/sh\ncat {events} >"$3"\necho what it says of "$5"\nexit 3\n')
    path.chmod(0o755)
    return path


def table(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


ONE = """
[[difference]]
reason = '''It is
so.'''
tests = ["test_a.A.two"]
pythons = ["3.14"]
"""


def test_what_is_recorded_of_a_suite(tmp_path: Path) -> None:
    """By the recorder itself, of a package that stands in for CPython's tests."""
    package = tmp_path / "test"
    (package / "libregrtest").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "test_a.py").write_text(SUITE)
    (package / "libregrtest/__init__.py").touch()
    (package / "libregrtest/testresult.py").write_text(
        "import unittest\nclass RegressionTestResult(unittest.TextTestResult): pass\n"
    )
    (package / "__main__.py").write_text(
        "import sys, unittest\n"
        "from test.libregrtest.testresult import RegressionTestResult\n"
        "runner = unittest.TextTestRunner(resultclass=RegressionTestResult)\n"
        "unittest.main('test.' + sys.argv[-1], argv=sys.argv[:1], testRunner=runner)\n"
    )
    recorder = Path(run.__file__).with_name("recorder.py").read_text("utf-8")
    command = [sys.executable, "-S", "-c", recorder, "log", "-v", "test_a"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert outcomes.read(tmp_path / "log") == {
        "test_a.Tests.test_passes": "passed",
        "test_a.Tests.test_fails": "failed",
        "test_a.Tests.test_raises": "error",
        "test_a.Tests.test_skips": "skipped",
        "test_a.Tests.test_is_expected_to_fail": "xfailed",
        "test_a.Tests.test_passes_unexpectedly": "failed",
        "test_a.Tests.test_has_subtests": "failed",
        "test_a.Tests.test_forks": "passed",
        "setUpClass (test_a.Skipped)": "skipped",
        "setUpClass (test_a.Broken)": "error",
    }


def test_outcomes(tmp_path: Path) -> None:
    found = outcomes.read(table(tmp_path / "log", lines(EVENTS)))
    assert found == FOUND
    assert side_by_side.count(found) == {"passed": 1, "failed": 2, "error": 1, "skipped": 1, "xfailed": 1}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "no test ran"),
        (
            lines(EVENTS[:2]),
            r"the last test of 2 that came to an end is \[\['test.test_a.A.one', 'passed'\]\]",
        ),
        ("", "the last test of 1"),
    ],
)
def test_a_run_that_came_to_no_end(tmp_path: Path, text: str | None, words: str) -> None:
    log = tmp_path / "log"
    if text is not None:
        log.write_text(text)
    with pytest.raises(outcomes.IncompleteError, match=words):
        outcomes.read(log)


def test_differences() -> None:
    par = {"a": "passed", "b": "failed", "d": "passed"}
    plain = {"a": "passed", "b": "passed", "c": "skipped", "d": "passed"}
    assert side_by_side.differences(par, plain, "without") == {
        "b": "failed in the par, passed without",
        "c": "not run in the par, skipped without",
    }


def test_known_differences(tmp_path: Path) -> None:
    (one,) = known.read(table(tmp_path / "known.toml", ONE))
    assert one == known.Known("It is so.", ("test_a.A.two",), ("3.14",))
    found = {"test_a.A.two": "failed in the par", "test_a.A.nine": "passed in the par"}
    assert known.judge(found, [one], "3.14", "test_a") == ["test_a.A.nine: passed in the par"]
    assert len(known.judge(found, [one], "3.13", "test_a")) == 2
    (line,) = known.judge({}, [one], "3.14", "test_a")
    assert line.startswith("test_a.A.two: fares alike, and known.toml says that it differs")
    assert known.judge({}, [one], "3.14", "test_b") == known.judge({}, [one], "3.13", "test_a") == []


def test_the_suite_of_a_test() -> None:
    assert known.suite_of("test_a.test_b.C.test_d") == known.suite_of("setUpClass (test_a.B)") == "test_a"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[difference]]\nreason = 'a'\n", "number 1 has reason; it needs a reason and tests"),
        ("[[difference]]\nreason = ' '\ntests = ['test_a']\n", "number 1 has reason, tests"),
        ("[[difference]]\nreason = 'a'\ntests = ['test_a']\nversion = '3'\n", "has reason, tests, version"),
        (ONE + ONE, r"number 2 has tests that are there before: \['test_a.A.two'\]"),
        (ONE + ONE.replace('pythons = ["3.14"]', ""), "number 2 has tests that are there before"),
    ],
)
def test_a_table_of_differences_that_is_wrong(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(known.KnownError, match=words):
        known.read(table(tmp_path / "known.toml", text))


def test_one_test_may_differ_for_two_reasons_in_two_pythons(tmp_path: Path) -> None:
    assert len(known.read(table(tmp_path / "known.toml", ONE + ONE.replace("3.14", "3.13")))) == 2


@pytest.mark.parametrize(
    ("theirs", "listed", "status", "words"),
    [
        (lines(EVENTS), "", 0, ""),
        (lines(EVENTS), ONE, 1, "WRONG: test_a.A.two: fares alike"),
        (lines([["test.test_a.A.two", "passed"], *EVENTS[:1], *EVENTS[2:]]), ONE, 0, ""),
        (
            lines([*EVENTS[:2], None]),
            "",
            1,
            "WRONG: setUpClass (test_a.B): error in the par, not run without",
        ),
        ("", "", 1, "ended with status 3, and the last test of 1"),
        ("", "", 1, "what it says of test_a"),
    ],
)
def test_main(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    theirs: str,
    listed: str,
    status: int,
    words: str,
) -> None:
    monkeypatch.setattr(compare, "_KNOWN", table(tmp_path / "known.toml", listed))
    par = interpreter(tmp_path / "app.par", lines(EVENTS))
    plain = interpreter(tmp_path / "python", theirs)
    assert compare.main(["--suite=test_a", "--python", "3.14", str(par), str(plain)]) == status
    assert words in capsys.readouterr().out


def test_a_suite_of_which_nothing_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(compare, "_KNOWN", table(tmp_path / "known.toml", ""))
    empty = interpreter(tmp_path / "python", lines([None]))
    assert compare.main(["--suite=test_a", "--python", "3.14", str(empty), str(empty)]) == 1
    assert "WRONG: no test of test_a passed" in capsys.readouterr().out


def test_a_suite_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        compare.main(["--suite=test_a", "--python", "3.14", "a", "b", "test_b"])
    assert "no suite: test_b. There are test_a" in capsys.readouterr().err


def test_without_bubblewrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(run.RunError, match="install bubblewrap"):
        run.run(run.Interpreter(("python",)), "test_a", tmp_path / "run")


def test_a_run_without_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "_TIMEOUT", 0.5)
    slow = tmp_path / "python"
    slow.write_text("#!/bin/sh\necho it began\nexec sleep 100\n")
    slow.chmod(0o755)
    with pytest.raises(run.RunError, match=r"(?s)did not end within 0\.5 s:\nit began"):
        run.run(run.Interpreter((str(slow),)), "test_a", tmp_path / "run")


def row(suite: str, python: str = "3.14", differ: int = 0) -> document.Row:
    return document.Row(python, suite, {"a": "passed", "b": "failed"}, {"a": "passed"}, differ)


def test_the_table_keeps_what_did_not_run() -> None:
    text = (
        f"# Title\n\n{document.HEADER}\n|-|-|-|-|-|\n| 3.13 | test_a | x | y | 7 |\n| 3.14 | test_b | x | y | 0 |\n\n"
        f"Text.\n\n{document.REASONS}\n\nwhat was there\n"
    )
    reason = known.Known("So.", ("test_a.A.two",), ("3.14",))
    updated = document.update(text, [row("test_c", differ=1), row("test_a")], [reason])
    assert updated.splitlines() == [
        "# Title",
        "",
        document.HEADER,
        "|---|---|---|---|---|",
        "| 3.13 | test_a | x | y | 7 |",
        "| 3.14 | test_a | 1 / 1 / 0 / 0 / 0 | 1 / 0 / 0 / 0 / 0 | 0 |",
        "| 3.14 | test_b | x | y | 0 |",
        "| 3.14 | test_c | 1 / 1 / 0 / 0 / 0 | 1 / 0 / 0 / 0 / 0 | 1 |",
        "",
        "Text.",
        "",
        document.REASONS,
        "",
        "So. (CPython 3.14)",
        "",
        "* `test_a.A.two`",
    ]
    assert document.update(updated, [], [reason]) == updated


def test_a_document_without_a_place() -> None:
    with pytest.raises(side_by_side.NoTableError, match=r"begins with the line \| Python"):
        document.update("text\n", [row("test_a")], [])
    with pytest.raises(document.NoHeadingError, match="they come after the line ## Why"):
        document.update(document.HEADER + "\n|-|-|-|-|-|\n", [row("test_a")], [])


def test_the_document_has_the_reasons_of_today() -> None:
    """`./bazelw run //tests/cpython -- --write` mends it."""
    text = Path("docs/cpython.md").read_text("utf-8")
    assert document.update(text, [], known.read(compare._KNOWN)) == text


def test_the_document_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare, "_KNOWN", table(tmp_path / "known.toml", ""))
    python = interpreter(tmp_path / "python", lines(EVENTS))
    (tmp_path / "docs").mkdir()
    written = table(tmp_path / "docs/cpython.md", f"{document.HEADER}\n|-|-|-|-|-|\n\n{document.REASONS}\n")
    monkeypatch.setenv("BUILD_WORKSPACE_DIRECTORY", str(tmp_path))
    arguments = ["--suite=test_a", "--python", "3.14", str(python), str(python), "--write"]
    assert compare.main(arguments) == 0
    counts = "1 / 2 / 1 / 1 / 1"
    assert written.read_text("utf-8").splitlines()[2] == f"| 3.14 | test_a | {counts} | {counts} | 0 |"
