"""The index: entries of modules and native members."""

from __future__ import annotations

from typing import Any

import pytest

from memfd_par import format
from memfd_par.index import Index
from memfd_par.native import Native

PACKAGE, NAMESPACE, EXTENSION = format.PACKAGE, format.NAMESPACE, format.EXTENSION

TABLES: dict[str, dict[str, Any]] = {
    "": {"pkg": (PACKAGE, 10, 20, None), "single": (0, 120, 130, None)},
    "pkg": {
        "mod": (0, 30, 40, None),
        "moved": (PACKAGE, 50, 60, "elsewhere/pkg/moved/__init__.py"),
        "spaces": (PACKAGE | NAMESPACE, 0, 0, None),
        "fast": (PACKAGE | EXTENSION, 3, 0, "pkg/fast/__init__.so"),
        "own": (PACKAGE, 70, 80, None),
    },
    "pkg/own": {"__init__": (0, 90, 99, "pkg/own/__init__/__init__.py")},
    "pkg/own/deep": {"er": (0, 100, 110, None)},
}


@pytest.fixture
def index() -> Index:
    index = object.__new__(Index)
    index.runtime = {"memfd_par": b"", "memfd_par.late": b""}
    index._modules = TABLES
    return index


@pytest.mark.parametrize(
    ("key", "entry"),
    [
        ("pkg", TABLES[""]["pkg"]),
        ("single", TABLES[""]["single"]),
        ("single/absent", None),
        ("pkg/mod", TABLES["pkg"]["mod"]),
        ("pkg/own/deep", None),
        ("pkg/own/deep/er", TABLES["pkg/own/deep"]["er"]),
        ("pkg/own/deep/", None),
        ("memfd_par", (PACKAGE, "memfd_par", 0, None)),
        ("memfd_par/late", (0, "memfd_par.late", 0, None)),
        ("memfd_par/absent", None),
        ("memfd_party", None),
        ("pkg/absent", None),
        ("absent", None),
        ("pkg/__init__", (0, 10, 20, "pkg/__init__.py")),
        ("pkg/moved/__init__", (0, 50, 60, "elsewhere/pkg/moved/__init__.py")),
        ("pkg/fast/__init__", (EXTENSION, 3, 0, "pkg/fast/__init__.so")),
        ("pkg/own/__init__", TABLES["pkg/own"]["__init__"]),  # a real one comes first
        ("pkg/spaces/__init__", None),  # there is no such file
        ("pkg/mod/__init__", None),
        ("pkg/absent/__init__", None),
        ("pkg/__init__/__init__", None),
        ("absent/__init__", None),
    ],
)
def test_modules(key: str, entry: Any, index: Index) -> None:
    assert index.module(key) == entry


def test_names_of_native_members() -> None:
    values: tuple[Any, ...] = (None, (), (), ())
    assert Native(0, 1, "a/libx.so.1.2", "libx.so.1", *values).name == "libx.so.1"
    assert Native(0, 1, "a/_ext.abi3.so", None, *values).name == "_ext.abi3.so"
    assert Native(0, 1, "top.so", None, *values).name == "top.so"


def test_a_par_without_native_members() -> None:
    index = object.__new__(Index)
    index._natives = None
    index.header = {"natives": (0, 0, b"")}
    assert index.natives() == []
