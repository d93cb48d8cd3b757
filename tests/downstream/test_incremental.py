"""What a build does again after an edit, and what pars share: told by Bazel's log of the actions that it ran."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tests.downstream.nested import Workspace

_PARS = ("//shop:show", "//shop:show_test")


def executed(workspace: Workspace, *arguments: str) -> list[str]:
    """Builds, and returns the outputs of memfd_par's actions that ran, sorted, each below the folder of outputs."""
    log = workspace.folder.with_name("log.json")
    result = workspace.run("build", f"--execution_log_json_file={log}", *arguments)
    assert result.returncode == 0, result.stderr
    text, position, outputs = log.read_text().strip(), 0, []
    while position < len(text):
        action, position = json.JSONDecoder().raw_decode(text, position)
        while position < len(text) and text[position].isspace():
            position += 1
        if action["mnemonic"].startswith("MemfdPar"):
            outputs += [path.partition("/bin/")[2] for path in action["listedOutputs"]]
    return sorted(outputs)


@contextmanager
def edited(workspace: Workspace, path: str, text: str) -> Iterator[None]:
    """A source with one more line, for as long as the context lasts."""
    file = workspace.folder / path
    before = file.read_text()
    file.write_text(before + text)
    try:
        yield
    finally:
        file.write_text(before)


def test_pars_share_what_is_digested_of_a_dependency(workspace: Workspace) -> None:
    workspace.run("clean")
    first = executed(workspace, _PARS[0])
    assert {
        "shop/_memfd_par/page.sources-0.digest",
        "shop/_memfd_par/page.data-0.digest",
        "shop/_memfd_par/show.par-sources-0.digest",
        "shop/show.par",
    } <= set(first)
    assert any("markupsafe" in path for path in first)
    assert executed(workspace, *_PARS) == [
        "shop/_memfd_par/show_test.par-sources-0.digest",
        "shop/show_test.par",
    ]


def test_nothing_is_digested_twice_or_for_a_level_that_nobody_wants(workspace: Workspace) -> None:
    workspace.run("clean")
    outputs = executed(workspace, *_PARS)
    assert len(outputs) == len(set(outputs))
    assert not [path for path in outputs if path.endswith(("-1.digest", "-2.digest"))]


def test_an_edit_of_the_program_digests_only_its_sources(workspace: Workspace) -> None:
    executed(workspace, *_PARS)
    with edited(workspace, "shop/show.py", "print('edited')\n"):
        assert executed(workspace, "//shop:show") == [
            "shop/_memfd_par/show.par-sources-0.digest",
            "shop/show.par",
        ]
        par = workspace.folder / "bazel-bin/shop/show.par"
        output = subprocess.run([par], stdout=subprocess.PIPE, text=True, check=True).stdout
        assert output.endswith("edited\n")


def test_an_edit_of_a_library_digests_only_its_sources(workspace: Workspace) -> None:
    executed(workspace, *_PARS)
    with edited(workspace, "shop/page.py", "print('edited')\n"):
        assert executed(workspace, *_PARS) == [
            "shop/_memfd_par/page.sources-0.digest",
            "shop/show.par",
            "shop/show_test.par",
        ]
        par = workspace.folder / "bazel-bin/shop/show.par"
        output = subprocess.run([par], stdout=subprocess.PIPE, text=True, check=True).stdout
        assert output.startswith("edited\n")


def test_an_edit_of_data_compiles_nothing(workspace: Workspace) -> None:
    executed(workspace, *_PARS)
    with edited(workspace, "shop/title.txt", "more\n"):
        assert executed(workspace, "//shop:show") == ["shop/_memfd_par/page.data-0.digest", "shop/show.par"]


def test_a_file_that_only_runfiles_have_is_packed_all_the_same(workspace: Workspace) -> None:
    outputs = executed(workspace, "//wrapped:outer")
    assert not [path for path in outputs if "inner" in path], (
        "this dependency should have no digest of its own"
    )
    result = workspace.run("run", "//wrapped:outer")
    assert (result.returncode, result.stdout) == (0, "inner\n"), result.stderr
