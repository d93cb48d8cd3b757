"""The comparison, with programs that stand in for pytest."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests import side_by_side
from tests.peers import compare, document, outcomes

REPORT = """<testsuites><testsuite>
<testcase classname="a" name="one"/>
<testcase classname="a" name="two"><failure message="no"/></testcase>
<testcase classname="a" name="three"><skipped type="pytest.skip"/></testcase>
<testcase classname="a" name="four"><skipped type="pytest.xfail"/></testcase>
<testcase classname="a" name="five"><error message="no"/></testcase>
<testcase classname="a" name="six"/>
<testcase classname="a" name="six"><failure message="a subtest"/></testcase>
</testsuite></testsuites>"""
PYTEST = """#!/bin/sh
for argument; do
    case $argument in
        --junit-xml=*) %s >"${argument#*=}" ;;
    esac
done
echo what it says
exit 3
"""


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "report.xml"
    path.write_text(REPORT, "utf-8")
    return path


def program(path: Path, command: str) -> compare.Place:
    path.write_text(PYTEST % command, "utf-8")
    path.chmod(0o755)
    return compare.Place((str(path),), path)


def test_outcomes(report: Path) -> None:
    found = outcomes.read(report)
    assert found == {
        "a::one": "passed",
        "a::two": "failed",
        "a::three": "skipped",
        "a::four": "xfailed",
        "a::five": "error",
        "a::six": "failed",
    }
    assert side_by_side.count(found) == {"passed": 1, "failed": 2, "error": 1, "skipped": 1, "xfailed": 1}


def test_tests_that_are_named_after_files(tmp_path: Path) -> None:
    path = tmp_path / "report.xml"
    path.write_text('<a><testcase classname="b" name="c[/some/app.par/d.txt]"/></a>', "utf-8")
    assert outcomes.read(path, "/some/app.par") == {"b::c[PACKAGES/d.txt]": "passed"}


def test_differences() -> None:
    par = {"a": "passed", "b": "failed", "d": "passed"}
    environment = {"a": "passed", "b": "passed", "c": "skipped", "d": "passed"}
    assert side_by_side.differences(par, environment, "elsewhere") == {
        "b": "failed in the par, passed elsewhere",
        "c": "not run in the par, skipped elsewhere",
    }


def test_run_reads_the_report(tmp_path: Path, report: Path) -> None:
    found = compare.run(program(tmp_path / "pytest", f"cat {report}"), "a", tmp_path / "run", {})
    assert found == outcomes.read(report)


def test_a_run_without_a_report(tmp_path: Path) -> None:
    with pytest.raises(
        compare.RunFailedError, match=r"(?s)a: .*/pytest ended with status 3 .*:\nwhat it says"
    ):
        compare.run(program(tmp_path / "pytest", "true"), "a", tmp_path / "run", {})


def test_a_run_with_a_cut_report(tmp_path: Path, report: Path) -> None:
    with pytest.raises(compare.RunFailedError, match="status 3 and without a report"):
        compare.run(program(tmp_path / "pytest", f"head -c 99 {report}"), "a", tmp_path / "run", {})


def test_choose() -> None:
    peers = [compare.Peer("one", Path(), ("one.a", "one.b"), ()), compare.Peer("two", Path(), ("two",), ())]
    assert compare.choose(peers, []) == [(peers[0], "one.a"), (peers[0], "one.b"), (peers[1], "two")]
    assert compare.choose(peers, ["two", "one.b"]) == [(peers[0], "one.b"), (peers[1], "two")]
    with pytest.raises(ValueError, match=r"no suite: three\. There are one\.a, one\.b, two"):
        compare.choose(peers, ["two", "three"])


@pytest.mark.parametrize(
    ("other", "status", "words"),
    [
        (REPORT, 0, ""),
        (REPORT.replace("three", "drei"), 1, "DIFFERS: a::drei: not run in the par, skipped in the"),
        ("<testsuites/>", 1, "DIFFERS: a::five: error in the par, not run in the"),
        ("", 1, "ended with status 3 and without a report"),
    ],
)
def test_main(
    tmp_path: Path,
    report: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    other: str,
    status: int,
    words: str,
) -> None:
    theirs = tmp_path / "theirs.xml"
    theirs.write_text(other, "utf-8")
    par = program(tmp_path / "app.par", f"cat {report}").packages
    facts = tmp_path / "facts.json"
    facts.write_text(
        json.dumps(
            {
                "name": "a",
                "title": "a",
                "par": str(par),
                "suites": ["a"],
                "wheels": [],
                "tests": [],
                "env": {},
            }
        ),
        "utf-8",
    )
    environment = program(tmp_path / "python", f"cat {theirs}")
    monkeypatch.setattr(compare, "make_environment", lambda *_: environment)
    assert compare.main([f"--peer={facts}"]) == status
    assert words in capsys.readouterr().out


@pytest.mark.parametrize("report", ["<testsuites/>", '<a><testcase name="a"><error/></testcase></a>'])
def test_a_suite_of_which_nothing_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], report: str
) -> None:
    empty = program(tmp_path / "app.par", f"echo '{report}'").packages
    facts = tmp_path / "facts.json"
    facts.write_text(
        json.dumps(
            {
                "name": "a",
                "title": "a",
                "par": str(empty),
                "suites": ["a"],
                "wheels": [],
                "tests": [],
                "env": {},
            }
        ),
        "utf-8",
    )
    monkeypatch.setattr(compare, "make_environment", lambda *_: compare.Place((str(empty),), empty))
    assert compare.main([f"--peer={facts}"]) == 1
    assert "DIFFERS: no test of a passed" in capsys.readouterr().out


def row(suite: str, differ: int = 0) -> document.Row:
    return document.Row("one", "1.0", suite, {"a": "passed", "b": "failed"}, {"a": "passed"}, differ)


def test_the_table_keeps_what_did_not_run() -> None:
    text = (
        "# Title\n\n"
        + document.HEADER
        + "\n|-|-|-|-|-|-|\n| one | 0.9 | `a` | x | y | 7 |\n| two | 2 | `b` | x | y | 0 |\n\nEnd.\n"
    )
    updated = document.update(text, [row("c", 1), row("a")])
    assert updated.splitlines() == [
        "# Title",
        "",
        document.HEADER,
        "|---|---|---|---|---|---|",
        "| one | 1.0 | `a` | 1 / 1 / 0 / 0 / 0 | 1 / 0 / 0 / 0 / 0 | 0 |",
        "| one | 1.0 | `c` | 1 / 1 / 0 / 0 / 0 | 1 / 0 / 0 / 0 / 0 | 1 |",
        "| two | 2 | `b` | x | y | 0 |",
        "",
        "End.",
    ]
    assert document.update(updated, []) == updated


def test_a_document_without_a_table() -> None:
    with pytest.raises(side_by_side.NoTableError, match=r"begins with the line \| Distribution"):
        document.update("text\n", [row("a")])


def test_versions() -> None:
    wheels = ["other-2.0-py3-none-any.whl", "Some_Thing-1.5.0-cp314-cp314-linux_x86_64.whl"]
    assert document.version_of("some-thing", wheels) == "1.5.0"
    assert document.version_of("absent", wheels) == ""


def test_the_document_is_written(tmp_path: Path, report: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = program(tmp_path / "app.par", f"cat {report}")
    facts = tmp_path / "facts.json"
    wheels = ["a-3.1-py3-none-any.whl"]
    facts.write_text(
        json.dumps(
            {
                "name": "a",
                "title": "a, once more",
                "par": str(place.packages),
                "suites": ["s"],
                "wheels": wheels,
                "tests": [],
                "env": {},
            }
        ),
        "utf-8",
    )
    (tmp_path / "docs").mkdir()
    written = tmp_path / "docs/peers.md"
    written.write_text(document.HEADER + "\n|-|-|-|-|-|-|\n", "utf-8")
    monkeypatch.setenv("BUILD_WORKSPACE_DIRECTORY", str(tmp_path))
    monkeypatch.setattr(compare, "make_environment", lambda *_: place)
    assert compare.main([f"--peer={facts}", "--write"]) == 0
    counts = "1 / 2 / 1 / 1 / 1"
    assert written.read_text("utf-8").splitlines()[2:] == [
        f"| a, once more | 3.1 | `s` | {counts} | {counts} | 0 |"
    ]
