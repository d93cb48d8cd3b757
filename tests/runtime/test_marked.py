"""Which paths lead by the mark of an interpreter."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from memfd_par.executable import MARK
from memfd_par.marked import leads_by_mark


@pytest.mark.parametrize(
    ("path", "leads"),
    [
        (MARK + "/x/app.par", True),
        ("//proc/./self//root/x", True),
        ("/proc/self/../self/root/x", True),
        ("/proc/self/rooted", False),
        (f"/proc/{os.getpid()}/root/x", False),
        ("/proc/self/cwd/x", False),
        ("/", False),
    ],
)
def test_text(path: str, leads: bool) -> None:
    assert leads_by_mark(path) is leads


def test_links(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(MARK + "/x/app.par")
    (tmp_path / "b").symlink_to("a")
    (tmp_path / "c").symlink_to(MARK + str(tmp_path))
    (tmp_path / "d").symlink_to(tmp_path)
    for name in ("a", "b", "c/app.par", "c/nothing/there", "d/d/a"):
        assert leads_by_mark(f"{tmp_path}/{name}"), name
    for name in ("", "d/app.par", "nothing", "d/../nothing/app.par"):
        assert not leads_by_mark(f"{tmp_path}/{name}"), name


def test_links_without_an_end(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    assert not leads_by_mark(f"{tmp_path}/a")
