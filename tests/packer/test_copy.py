"""The writer: bytes in order, whichever way they take, and files that change meanwhile."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from packer import copy
from packer.copy import Writer
from packer.digest import FileFacts
from packer.digester import digest
from packer.errors import PackError

SIZES = [0, 1, 5000, 1 << 18, (1 << 18) - 1, (1 << 20) + 7]


def made(path: Path, size: int) -> FileFacts:
    path.write_bytes(os.urandom(size))
    (facts,) = digest([str(path)], 0)
    return facts


def test_what_is_gathered_and_what_is_copied_stays_in_order(tmp_path: Path) -> None:
    files = [made(tmp_path / str(number), size) for number, size in enumerate(SIZES * 2)]
    wanted = b"start"
    with open(tmp_path / "out", "w+b") as file:
        file.write(wanted)
        out = Writer(file)
        for facts in files:
            out.write(facts.head)
            out.copy(facts)
            wanted += facts.head + Path(facts.local_path).read_bytes()
            assert out.position == len(wanted)
        out.flush()
    assert (tmp_path / "out").read_bytes() == wanted


@pytest.mark.parametrize("number", [errno.EXDEV, errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP])
def test_a_system_without_copy_file_range(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "copy_file_range", refuse)
    facts = made(tmp_path / "in", (1 << 20) + 3)
    with open(tmp_path / "out", "w+b") as file:
        Writer(file).copy(facts)
    assert (tmp_path / "out").read_bytes() == (tmp_path / "in").read_bytes()


def test_a_full_disk_is_no_reason_to_try_another_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "copy_file_range", refuse)
    facts = made(tmp_path / "in", 1 << 20)
    with open(tmp_path / "out", "w+b") as file, pytest.raises(OSError, match="No space left on device"):
        Writer(file).copy(facts)


def test_few_bytes_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copy, "_MOST_COPIED", 100_000)
    facts = made(tmp_path / "in", 1 << 20)
    with open(tmp_path / "out", "w+b") as file:
        Writer(file).copy(facts)
    assert (tmp_path / "out").read_bytes() == (tmp_path / "in").read_bytes()


@pytest.mark.parametrize("refuse", [False, True])
@pytest.mark.parametrize("size", [10, 1 << 19])
@pytest.mark.parametrize("change", [-3, 3])
def test_a_file_that_changes_while_it_is_packed(
    size: int, change: int, refuse: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if refuse:
        monkeypatch.setattr(os, "copy_file_range", _cross_device)
    facts = made(tmp_path / "in", size)
    (tmp_path / "in").write_bytes(bytes(size + change))
    with open(tmp_path / "out", "w+b") as file, pytest.raises(PackError) as raised:
        Writer(file).copy(facts)
    assert str(raised.value).startswith(f"{tmp_path}/in had {size} bytes when it was read first")
    assert "Mend: build again" in str(raised.value)


def _cross_device(*_: Any) -> int:
    raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
