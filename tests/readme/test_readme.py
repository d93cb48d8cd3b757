"""README.adoc and docs/environment.md agree with the sources; test_commands.py runs the commands."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.readme import readme

TEMPLATES = [
    path
    for pattern in ("packer/*.py", "private/*.bzl", "runtime/memfd_par/*.py")
    for path in sorted(Path().glob(pattern))
]
#: No errors, or only of those who change memfd_par itself or its toolchain.
OTHERS = set(
    "BAD_LINE DUPLICATE UNKNOWN _AGAIN _BACKEND _BUILD _DOC _FACTS _HELPER _NO_BOOTSTRAP _NO_FOLDER _NO_LAUNCHER _NO_PIP _PIP_FAILED _SCRIPT _UNPACK".split()
)
#: Parts of other messages, which name what is wrong.
PARTS = {
    "MEND_MEMORY",
    "MEND_OTHER",
    "MEND_SYSTEM",
    "MEND_TLS",
    "MEND_VERSION",
    "_CARRIED",
    "_MANY",
    "_MORE",
    "_ONE",
    "_SIMILAR",
    "_STEP",
}


def constants() -> Iterator[tuple[str, str]]:
    """Name and text of every constant that is a message with places to fill in."""
    for path in TEMPLATES:
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
                name, value = ast.unparse(node.targets[0]), node.value.value
                if isinstance(value, str) and "{" in value and " " in value:
                    yield name, value


def test_every_kind_of_block_is_tested() -> None:
    assert {(block.language, block.title) for block in readme.blocks()} == {
        ("sh", ""),
        ("starlark", "MODULE.bazel"),
        ("starlark", "MODULE.bazel, to carry Python"),
        ("starlark", "WORKSPACE"),
        ("starlark", "WORKSPACE, to carry Python"),
        ("starlark", "alone/BUILD"),
        ("starlark", "shop/BUILD"),
    }


def test_workspace_is_the_one_that_the_downstream_test_builds() -> None:
    downstream = Path("tests/downstream/workspace/WORKSPACE.in.bazel").read_text("utf-8")
    assert readme.titled("WORKSPACE") in downstream


def test_build_file_is_the_one_that_the_downstream_test_builds() -> None:
    assert readme.titled("shop/BUILD") == Path("tests/downstream/workspace/shop/BUILD.in.bazel").read_text(
        "utf-8"
    )


def test_module_names_this_one_and_its_version() -> None:
    module = Path("MODULE.bazel").read_text("utf-8")
    ((name, version),) = re.findall(
        r'^module\(\n    name = "(.+)",\n    version = "(.+)"', module, re.MULTILINE
    )
    assert f'bazel_dep(name = "{name}", version = "{version}")\n' in readme.titled("MODULE.bazel")
    assert f'module_name = "{name}"' in readme.titled("MODULE.bazel")
    assert f'__version__ = "{version}"' in Path("runtime/memfd_par/__init__.py").read_text("utf-8")
    assert f"## [{version}] - " in Path("CHANGELOG.md").read_text("utf-8")


def test_ci_runs_the_command_that_runs_all_tests() -> None:
    (command,) = re.findall(r"^\./bazelw test .*$", readme.text(), re.MULTILINE)
    assert Path(".ci/run").read_text("utf-8").splitlines()[-1] in (command, f"exec {command}")


def test_links_lead_somewhere() -> None:
    links = re.findall(r"link:([^\[]+)\[", readme.text())
    assert links
    assert [link for link in links if not Path(link).exists()] == []


def first_words(message: str) -> str:
    return " ".join(re.findall("[a-z]+", message)[:8])


@pytest.mark.parametrize(
    "message", sorted(text for name, text in constants() if name not in OTHERS | PARTS), ids=first_words
)
def test_troubleshooting_has_every_error(message: str) -> None:
    assert [piece for piece in readme.messages() if piece in message], (
        f"README.adoc has no row for: {message}"
    )


def test_troubleshooting_has_no_error_that_does_not_exist() -> None:
    known = [message for _, message in constants()]
    known += [path.read_text("utf-8") for path in [*TEMPLATES, *sorted(Path("runtime").glob("[bl]*/*"))]]
    assert [piece for piece in readme.messages() if not any(piece in message for message in known)] == []


def test_every_environment_variable_is_documented() -> None:
    places = [Path("bazelw")]
    for top in ("examples", "packer", "private", "runtime", "tests/pythons", "tools"):
        places += [path for path in Path(top).rglob("*") if path.is_file() and path.suffix != ".pyc"]
    found = {name for path in places for name in re.findall(rb"\bMEMFD_PAR_[A-Z_]+\b", path.read_bytes())}
    documented = re.findall(rb"^## `(\w+)`$", Path("docs/environment.md").read_bytes(), re.MULTILINE)
    assert sorted(found) == sorted(documented)


def reasons() -> set[str]:
    """What memfd_par.loaded() may give as a reason for a tier, up to the first place to fill in."""
    found: set[str] = set()
    for path in (
        "packer/elf.py",
        "packer/image.py",
        "packer/par.py",
        "runtime/memfd_par/image_loader.py",
        "runtime/memfd_par/images.py",
        "runtime/memfd_par/tiers.py",
    ):
        for node in ast.walk(ast.parse(Path(path).read_text("utf-8"))):
            for value in _reasons_in(node):
                found |= {
                    re.split(r": ?(%s)?$", each.value)[0]
                    for each in ast.walk(value)
                    if isinstance(each, ast.Constant)
                    and isinstance(each.value, str)
                    and not each.value.startswith(" is ")
                }
    return {reason.strip() for reason in found if " " in reason.strip()}


def _reasons_in(node: ast.AST) -> list[ast.expr]:
    """The expressions of a node that are reasons."""
    if isinstance(node, ast.Call) and ast.unparse(node.func) in ("ImagePlan", "Tiers"):
        return node.args[1:2]
    if isinstance(node, ast.FunctionDef) and node.name in ("_not_mapped", "_not_sparse", "_write_loader"):
        return [
            each.value for each in ast.walk(node) if isinstance(each, ast.Return) and each.value is not None
        ]
    if isinstance(node, ast.Assign) and "why" in ast.unparse(node.targets[0]):
        return [node.value]
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "self._note":
        return node.args[4:]
    return []


def test_every_reason_for_a_tier_is_documented_and_tested() -> None:
    page = Path("docs/environment.md").read_text("utf-8")
    documented = {
        re.split(": ?…$", reason)[0]
        for row in re.findall(r"^\| (`.*?) \| [^|]+ \| .* \|$", page, re.MULTILINE)
        for reason in re.findall("`([^`]+)`", row)
    }
    documented = {reason for reason in documented if not reason.startswith("MEMFD_PAR_TIER is ")}
    assert reasons() == documented
    tests = "".join(
        path.read_text("utf-8")
        for folder in ("e2e", "packer", "runtime")
        for path in Path("tests", folder).glob("*.py")
    )
    assert [reason for reason in reasons() if reason not in tests] == []
