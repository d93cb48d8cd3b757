"""Slots: which pointers of a library are redirected."""

from __future__ import annotations

import re
from pathlib import Path

from packer import hooks


def test_names() -> None:
    """Packer and loader number the functions alike."""
    header = Path("runtime/native/names.h").read_text()
    assert re.findall(r"X\((\w+)\)", header.partition("HOOKED_NAMES(X)")[2]) == hooks.NAMES
