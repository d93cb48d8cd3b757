"""Makes docs/wheels.md of the last full run: `bazel run //tests/wheels:table`.

Reads Bazel's own report of that run (the build event protocol, as JSON), which says of each program whether it was
built and what the test did, and the record that record.py left for it.
"""

from __future__ import annotations

import collections
import dataclasses
import json
import os
import re
import sys
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

#: Where `--config=wheels` of .bazelrc puts the report, relative to the workspace.
REPORT = "bazel-wheels.json"
RUN = "./bazelw test --config=wheels //tests/wheels:all_wheels; ./bazelw run //tests/wheels:table"

_HEAD = """\
<!-- Made by `{run}`. -->

# Wheels

Distributions from PyPI, each used by a program of its own in `tests/wheels/programs`, which runs from a par. This is what the
last full run of all of them found: {works} of {all} work, and {native} of these load native code from the par. They ran on
CPython {python}; those that have no wheel for it, on the Python that stands behind their version.

Made by

    {run}

- *Tier*: how the native members were loaded, and how many by each way (`memfd_par.loaded()` in the program's own process):
  {tiers}. Behind it, why a member did not get the best tier. "none" is pure Python, or a program that only runs executables of the wheel.
- *Needed*: attributes of the target, beyond `deps`. "nothing" means that the wheel runs as it is.
- *Run*: `ordinary` programs are part of `./bazelw test //...`; the others, whose wheels are large, run with
  `./bazelw test //tests/wheels:all_wheels`.

"""
TIERS = {
    "sparse": "`sparse` (read-only segments are mapped from the par itself)",
    "full": "`full` (copied, then mapped over from the par)",
    "plain": "`plain` (copied into a memory file)",
}
_FOOT = "\nNo program uses these, as the root that `bazelw` makes lacks what they need of a machine:\n\n"
_COLUMNS = ("Distribution", "Version", "Works", "Tier", "Needed", "Run")

_PIN = re.compile(r"^([\w.-]+)(?:\[[^]]*\])?==(\S+)", re.MULTILINE)

Facts = dict[str, dict[str, Any]]  #: by distribution: what wheels.bzl says


class BadReportError(Exception):
    """The report is not one of a full run; the message says what to do."""


@dataclasses.dataclass(frozen=True)
class Row:
    """One distribution. `reason` is why it does not work; None if it does. `python`: None where it did not come to run."""

    distribution: str
    version: str
    python: str | None
    reason: str | None
    tiers: dict[str, int]
    reasons: list[str]
    needed: dict[str, Any]
    ordinary: bool


@dataclasses.dataclass
class Result:
    """What the report says of one target: `problem` is the end that was not `PASSED`."""

    problem: str | None = "was not run"
    outputs: Path | None = None


def read_report(lines: list[str], package: str = "//tests/wheels:") -> dict[str, Result]:
    """The results of the tests of `package`, by target name."""
    results: dict[str, Result] = {}
    for line in lines:
        event = json.loads(line)
        kind, identity = next(iter(event["id"].items()))
        label = identity.get("label", "") if isinstance(identity, dict) else ""
        if not label.startswith(package):
            continue
        result = results.setdefault(label.removeprefix(package), Result())
        if kind == "actionCompleted" and not event["action"].get("success"):
            result.problem = _packer_error(event["action"])
        elif kind == "testResult":
            status = event["testResult"]["status"]
            result.problem = None if status == "PASSED" else status.lower()
            for output in event["testResult"].get("testActionOutput", ()):
                if output["name"] == "test.outputs__outputs.zip":
                    result.outputs = _path(output["uri"])
        elif "aborted" in event and event["aborted"].get("description"):
            result.problem = event["aborted"]["description"]
    return results


def pins(lock: str) -> dict[str, str]:
    """The versions that a lock file pins, by distribution."""
    return dict(_PIN.findall(lock))


def rows(facts: Facts, results: dict[str, Result], versions: dict[str, str]) -> list[Row]:
    """The rows.

    Args:
        facts: what wheels.bzl says.
        results: what the report says.
        versions: what the lock file pins, for programs that did not come to say what they use.

    Raises:
        BadReportError: the report lacks distributions: it is not that of a full run.
    """
    missing = sorted(facts.keys() - results.keys())
    if missing:
        raise BadReportError(f"the last run of --config=wheels has no {', '.join(missing)}. Mend: {RUN}")
    made = []
    for distribution, fact in sorted(facts.items()):
        result = results[distribution]
        record: dict[str, Any] = {}
        if result.outputs is not None and result.outputs.exists():
            with zipfile.ZipFile(result.outputs) as outputs:
                record = json.loads(outputs.read("record.json"))
        reason = result.problem and (record.get("error") or result.problem)
        made.append(
            Row(
                distribution,
                record.get("version") or versions.get(distribution, "?"),
                record.get("python"),
                reason,
                record.get("tiers", {}),
                record.get("reasons", []),
                fact["needed"],
                fact["ordinary"],
            )
        )
    return made


def render(made: list[Row], absent: dict[str, str]) -> str:
    """The page.

    Args:
        made: the rows.
        absent: distributions that no program uses, and why.
    """
    ran = collections.Counter(row.python for row in made if row.python)
    python = ran.most_common(1)[0][0] if ran else "(nothing ran)"
    native = sum(row.reason is None and bool(row.tiers) for row in made)
    head = _HEAD.format(
        all=len(made),
        native=native,
        python=python,
        run=RUN,
        tiers="; ".join(TIERS.values()),
        works=sum(row.reason is None for row in made),
    )
    lines = [_line(_COLUMNS), _line(["---"] * len(_COLUMNS))]
    for row in made:
        # The fastest first; one that is not in TIERS yet stands behind.
        order = sorted(row.tiers.items(), key=lambda tier: ([*TIERS, tier[0]].index(tier[0]), tier[0]))
        lines.append(
            _line(
                [
                    row.distribution,
                    row.version + (f" (CPython {row.python})" if row.python not in (None, python) else ""),
                    "yes" if row.reason is None else f"**no**: {_one_line(row.reason)}",
                    (", ".join(f"{tier} {count}" for tier, count in order) or "none")
                    + (f" ({'; '.join(row.reasons)})" if row.reasons else ""),
                    ", ".join(f"`{name} = {json.dumps(value)}`" for name, value in sorted(row.needed.items()))
                    or "nothing",
                    "ordinary" if row.ordinary else "full",
                ]
            )
        )
    foot = [f"- {distribution}: {why}.\n" for distribution, why in sorted(absent.items())]
    if foot:
        foot.insert(0, _FOOT)
    return head + "".join(lines + foot)


def _line(cells: Any) -> str:
    return "| " + " | ".join(cell.replace("|", "&#124;") for cell in cells) + " |\n"


def _one_line(text: str) -> str:
    text = re.sub(r"(/[^\s/]+){4,}/", "…/", " ".join(text.split()))
    return text.replace("<", "&lt;").replace("*", "\\*")


def _packer_error(action: dict[str, Any]) -> str:
    path = _path(action.get("stderr", {}).get("uri", ""))
    text = path.read_text("utf-8", "replace").strip() if path.is_file() else ""
    return text.splitlines()[-1] if text else "its par cannot be built, and the build says why"


def _path(uri: str) -> Path:
    return Path(unquote(urlsplit(uri).path))


def main(workspace: str, facts: str, *locks: str) -> None:
    """Writes docs/wheels.md. Ends with status 1 if a row is red, or there is no full run."""
    report = Path(workspace, REPORT)
    if not report.exists():
        sys.exit(f"there was no full run yet ({report} does not exist). Mend: {RUN}")
    known = json.loads(Path(facts).read_text("utf-8"))
    try:
        made = rows(
            known["distributions"],
            read_report(report.read_text("utf-8").splitlines()),
            {
                name: version
                for lock in locks
                for name, version in pins(Path(lock).read_text("utf-8")).items()
            },
        )
    except BadReportError as error:
        sys.exit(str(error))
    Path(workspace, "docs/wheels.md").write_text(render(made, known["absent"]), "utf-8")
    red = [row.distribution for row in made if row.reason is not None]
    print(f"docs/wheels.md: {len(made) - len(red)} of {len(made)} work")
    if red:
        sys.exit("these do not: " + ", ".join(red))


if __name__ == "__main__":
    main(os.environ["BUILD_WORKSPACE_DIRECTORY"], *sys.argv[1:])
