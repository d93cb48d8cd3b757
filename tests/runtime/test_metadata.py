"""Distributions are found by any spelling of their names (PEP 503), as in a folder of site-packages."""

from __future__ import annotations

import importlib.metadata
import re
from importlib.metadata import DistributionFinder
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memfd_par.metadata import _normalized, find_distributions
from tests.runtime.fakes import ROOT, files_index

FILES = {
    "Ruamel.Yaml_clib-0.2.dist-info/METADATA": b"Metadata-Version: 2.1\nName: ruamel.yaml.clib\nVersion: 0.2\n",
    "six-1.17.0.dist-info/METADATA": b"Metadata-Version: 2.1\nName: six\nVersion: 1.17.0\n",
    "six-1.17.0.dist-info/entry_points.txt": "[x]\nü = six:main\n".encode(),
    "old.egg-info/PKG-INFO": b"Metadata-Version: 1.0\nName: old\nVersion: 3\n",
    "six.py": b"",
    "package/six-2.0.dist-info/METADATA": b"Name: inner\nVersion: 2\n",
}


def found(**context: Any) -> list[str]:
    context.setdefault("path", [ROOT])
    where = DistributionFinder.Context(**context)
    return [str(d.metadata["Name"]) for d in find_distributions(files_index(FILES), where)]


@pytest.mark.parametrize("name", ["ruamel.yaml.clib", "Ruamel_Yaml-Clib", "ruamel--yaml.-clib"])
def test_any_spelling_of_a_name(name: str) -> None:
    assert found(name=name) == ["ruamel.yaml.clib"]


def test_all() -> None:
    assert found() == ["ruamel.yaml.clib", "old", "six"]
    assert len(list(find_distributions(files_index(FILES), None))) == 3


def test_a_part_of_a_name_is_another_name() -> None:
    assert found(name="si") == found(name="sixx") == found(name="ruamel.yaml") == []


def test_elsewhere_on_the_path() -> None:
    assert found(path=["/usr/lib/python3"]) == []
    assert found(path=["/usr/lib/python3", ROOT]) == ["ruamel.yaml.clib", "old", "six"]


def test_content() -> None:
    (six,) = find_distributions(files_index(FILES), DistributionFinder.Context(name="six", path=[ROOT]))
    assert six.version == "1.17.0"
    assert six.read_text("absent") is None
    assert [point.name for point in six.entry_points] == ["ü"]
    assert str(six.locate_file("six.py")) == ROOT + "six.py"


@given(st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?", fullmatch=True))
def test_normalization_is_that_of_pep_503(name: str) -> None:
    assert _normalized(name) == re.sub(r"[-_.]+", "-", name).lower().replace("-", "_")
    prepared: Any = importlib.metadata.Prepared(name)  # type: ignore[attr-defined]  # not in typeshed
    assert _normalized(name) == prepared.normalized
