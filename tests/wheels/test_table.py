"""The table, from a small report of a run with one of each fate."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.wheels import table

FACTS: table.Facts = {
    "brotli": {"needed": {}, "ordinary": True},
    "jinja2": {"needed": {}, "ordinary": True},
    "numpy": {"needed": {"real_files": ["numpy"]}, "ordinary": False},
    "qt": {"needed": {}, "ordinary": False},
    "zig": {"needed": {}, "ordinary": False},
}
ABSENT = {"odbc": "it needs a driver"}
LOCK = """\
brotli==1.2.0 \\
    --hash=sha256:00
qt[all]==6.1 \\
    --hash=sha256:00
zig==0.15.1
"""


def event(kind: str, name: str, **content: Any) -> str:
    return json.dumps({"id": {kind: {"label": "//tests/wheels:" + name}}, **content})


def result(name: str, status: str, outputs: Path | None) -> str:
    files = [] if outputs is None else [{"name": "test.outputs__outputs.zip", "uri": outputs.as_uri()}]
    return event("testResult", name, testResult={"status": status, "testActionOutput": files})


def outputs_of(folder: Path, name: str, **record: Any) -> Path:
    path = folder / (name + ".zip")
    facts = {"error": None, "python": "3.14.1", "reasons": [], "tiers": {}, "version": "1.0", **record}
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("record.json", json.dumps(facts))
    return path


def report(folder: Path) -> list[str]:
    failed_build = folder / "stderr"
    failed_build.write_text("packing\nmemfd_par: //tests/wheels:qt cannot be packed: a|b\n", "utf-8")
    return [
        json.dumps({"id": {"started": {}}}),
        event("targetConfigured", "brotli", configured={"targetKind": "_memfd_par_test rule"}),
        json.dumps({"id": {"testSummary": {"label": "//tests/other:brotli"}}, "testSummary": {}}),
        result(
            "brotli",
            "PASSED",
            outputs_of(folder, "brotli", reasons=["a cycle"], tiers={"plain": 2, "sparse": 1}),
        ),
        result("jinja2", "PASSED", outputs_of(folder, "jinja2", python="3.13.5")),
        result("numpy", "FAILED", outputs_of(folder, "numpy", error="OSError: /a/b/c/d/e/f.so:\n no")),
        event("targetConfigured", "qt", configured={}),
        event("actionCompleted", "qt", action={"success": False, "stderr": {"uri": failed_build.as_uri()}}),
        event(
            "targetConfigured", "zig", aborted={"reason": "ANALYSIS_FAILURE", "description": "no such wheel"}
        ),
    ]


def page(folder: Path) -> str:
    made = table.rows(FACTS, table.read_report(report(folder)), table.pins(LOCK))
    return table.render(made, ABSENT)


def test_a_row_for_each(tmp_path: Path) -> None:
    rows = [line for line in page(tmp_path).splitlines() if line.startswith("| ")][2:]
    assert rows == [
        "| brotli | 1.0 | yes | sparse 1, plain 2 (a cycle) | nothing | ordinary |",
        "| jinja2 | 1.0 (CPython 3.13.5) | yes | none | nothing | ordinary |",
        '| numpy | 1.0 | **no**: OSError: …/f.so: no | none | `real_files = ["numpy"]` | full |',
        "| qt | 6.1 | **no**: memfd_par: //tests/wheels:qt cannot be packed: a&#124;b | none | nothing | full |",
        "| zig | 0.15.1 | **no**: no such wheel | none | nothing | full |",
    ]


def test_the_counts(tmp_path: Path) -> None:
    text = " ".join(page(tmp_path).split())
    assert (
        "found: 2 of 5 work, and 1 of these load native code from the par. They ran on CPython 3.14.1;"
        in text
    )


def test_what_is_absent(tmp_path: Path) -> None:
    assert page(tmp_path).endswith(":\n\n- odbc: it needs a driver.\n")
    assert "No program uses these" not in table.render([], {})


def test_a_run_of_some_is_no_full_run(tmp_path: Path) -> None:
    results = table.read_report(report(tmp_path)[:4])
    with pytest.raises(table.BadReportError, match=r"has no jinja2, numpy, qt, zig\. Mend: \./bazelw test"):
        table.rows(FACTS, results, {})


def test_a_test_that_was_not_run_does_not_work() -> None:
    results = table.read_report([event("targetConfigured", name) for name in FACTS])
    made = table.rows(FACTS, results, {})
    assert {(row.reason, row.python) for row in made} == {("was not run", None)}
    assert "They ran on CPython (nothing ran);" in " ".join(table.render(made, {}).split())


def test_main(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "facts.json").write_text(json.dumps({"absent": ABSENT, "distributions": FACTS}), "utf-8")
    (tmp_path / "lock.txt").write_text(LOCK, "utf-8")
    arguments = [str(tmp_path), str(tmp_path / "facts.json"), str(tmp_path / "lock.txt")]
    with pytest.raises(SystemExit, match="there was no full run yet"):
        table.main(*arguments)
    (tmp_path / table.REPORT).write_text("\n".join(report(tmp_path)), "utf-8")
    with pytest.raises(SystemExit, match="these do not: numpy, qt, zig"):
        table.main(*arguments)
    assert "2 of 5 work" in capsys.readouterr().out
    assert (tmp_path / "docs/wheels.md").read_text("utf-8") == page(tmp_path)
