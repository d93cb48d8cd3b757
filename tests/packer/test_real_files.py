"""What `real_files` may name."""

from __future__ import annotations

from pathlib import Path

import pytest

from packer.errors import PackError
from packer.layout import Layout
from packer.real_files import real_tops
from packer.request import InputFile

RECORDS = {
    "Plug_In.Host-1.2.dist-info": [
        "plugin_host/__init__.py,sha256=abc,12",
        '"plugin_host/with, comma.txt",,',
        "plugin_host.libs/libhost-0123.so,,",
        "../../../bin/plugin-host,sha256=abc,12",
        "Plug_In.Host-1.2.dist-info/RECORD,,",
    ],
    "other-0.dist-info": ["other/__init__.py,,", "other.py,,", "other-0.dist-info/RECORD,,"],
}

FILES = [
    "plugin_host/__init__.py",
    "plugin_host/with, comma.txt",
    "plugin_host.libs/libhost-0123.so",
    "other/__init__.py",
    "other.py",
    "app/data/x.txt",
    "main.py",
]


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    members = {path: InputFile(f"main/{path}", f"/nonexistent/{path}") for path in FILES}
    for folder, lines in RECORDS.items():
        local = tmp_path / folder
        local.write_text("\r\n".join([*lines, ""]), "utf-8")
        members[f"{folder}/RECORD"] = InputFile(f"main/{folder}/RECORD", str(local))
    return Layout(members=dict(sorted(members.items())))


def test_a_distribution_whose_record_is_made(layout: Layout) -> None:
    made = {"Made-1.dist-info/RECORD": b"app/data/x.txt,,\nmain.py,,\n"}
    assert real_tops(["made"], layout, "//:app", made) == ["app", "main.py"]


@pytest.mark.parametrize(
    ("names", "tops"),
    [
        ([], []),
        (["Plug_In.Host"], ["plugin_host", "plugin_host.libs"]),
        (["plug-in-host"], ["plugin_host", "plugin_host.libs"]),  # PEP 503: all of these are one name
        (["PLUG__in-.host"], ["plugin_host", "plugin_host.libs"]),
        (["plugin_host"], ["plugin_host"]),  # a folder
        (["app"], ["app"]),
        (["plugin_host", "app", "plug-in-host"], ["app", "plugin_host", "plugin_host.libs"]),
        (["other"], ["other", "other.py"]),  # a distribution has single modules, too
        (["main.py"], ["main.py"]),
    ],
)
def test_names(names: list[str], tops: list[str], layout: Layout) -> None:
    assert real_tops(names, layout, "//:app") == tops


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("plugin_hos", " (did you mean plugin_host or plug-in-host or plugin_host.libs?)"),
        ("nothing like it", ""),
    ],
)
def test_an_unknown_name(name: str, hint: str, layout: Layout) -> None:
    with pytest.raises(PackError) as raised:
        real_tops(["app", name], layout, "//:app")
    assert str(raised.value) == (
        f"//:app: real_files names {name!r}, which is neither a distribution nor a file or folder at the top of the par{hint}. "
        "Name a distribution as it is called on PyPI, or a folder as `unzip -l` shows it."
    )
