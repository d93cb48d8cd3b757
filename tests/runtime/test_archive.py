"""The par's own file: read through its descriptor, or again by its path, but never another file in its place."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest

from memfd_par import archive as archive_module
from memfd_par import format
from memfd_par.archive import Archive
from memfd_par.errors import ParReadError
from tests.e2e.disk import folder_on_disk, forget, is_cached
from tests.runtime.fakes import archive, descriptors

BOOT = (4, 4)
CONTENT = b"aaaaBOOTbbbbcccc"
OTHER = b"aaaaboopbbbbcccc"


@pytest.fixture
def par(tmp_path: Path) -> Path:
    par = tmp_path / "app.par"
    par.write_bytes(CONTENT)
    return par


@pytest.fixture
def opened(par: Path) -> Archive:
    return archive(par, BOOT)


def close(opened: Archive) -> None:
    os.close(opened._fd)


def replace(par: Path, content: bytes) -> None:
    other = par.with_name("other")
    other.write_bytes(content)
    other.rename(par)


def test_read(opened: Archive) -> None:
    assert opened.read(8, 4, "b") == b"bbbb"
    assert opened.read(8, 0, "nothing") == b""


def test_read_in_pieces(opened: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the kernel does beyond 2 GiB."""
    monkeypatch.setattr(archive_module, "_MOST", 3)
    assert opened.read(0, 16, "all") == CONTENT


def test_block(opened: Archive) -> None:
    assert opened.block((8, 4, format.checksum(b"bbbb")), "the index") == b"bbbb"
    with pytest.raises(ParReadError, match="the index does not match its checksum"):
        opened.block((8, 4, format.checksum(b"bbbc")), "the index")


def test_beyond_the_end(opened: Archive) -> None:
    with pytest.raises(ParReadError, match=r"truncated or was altered: x ends early\. .*Copy it again"):
        opened.read(12, 5, "x")


def test_a_closed_descriptor_is_opened_again(opened: Archive) -> None:
    close(opened)
    assert opened.read(8, 4, "b") == b"bbbb"
    assert not os.get_inheritable(opened._fd)


def test_a_descriptor_that_is_another_file_by_now(opened: Archive, tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"x" * 100)
    stranger = os.open(tmp_path / "log", os.O_RDWR)
    os.dup2(stranger, opened._fd)
    theirs = opened._fd
    assert opened.read(8, 4, "b") == b"bbbb"
    assert os.pread(theirs, 1, 0) == b"x"  # it is left alone
    os.close(stranger)
    os.close(theirs)


def test_vanished_while_it_is_open(opened: Archive, par: Path) -> None:
    par.unlink()
    assert opened.read(8, 4, "b") == b"bbbb"


def test_vanished_and_closed(opened: Archive, par: Path) -> None:
    par.unlink()
    close(opened)
    with pytest.raises(ParReadError) as caught:
        opened.read(8, 4, "package.module")
    text = str(caught.value)
    assert text.startswith(
        f"{par} can no longer be read (No such file or directory), but package.module is still"
    )
    assert "Put it back, or restart" in text


def test_replaced_while_it_is_open(opened: Archive, par: Path) -> None:
    replace(par, OTHER.replace(b"bbbb", b"XXXX"))
    assert opened.read(8, 4, "b") == b"bbbb"


def test_replaced_by_another_and_closed(opened: Archive, par: Path) -> None:
    replace(par, OTHER)
    close(opened)
    before = descriptors()
    with pytest.raises(ParReadError, match=re.escape(f"{par} was replaced by another file")):
        opened.read(8, 4, "b")
    assert descriptors() == before


def test_replaced_by_a_copy_of_itself_and_closed(opened: Archive, par: Path) -> None:
    replace(par, CONTENT)
    close(opened)
    assert opened.read(8, 4, "b") == b"bbbb"
    assert opened.read(12, 4, "c") == b"cccc"


def test_rewritten_in_place(opened: Archive, par: Path) -> None:
    par.write_bytes(OTHER + b"more")
    with pytest.raises(ParReadError, match=r"was rewritten in place .*renaming it over the old one"):
        opened.read(8, 4, "b")


def test_touched(opened: Archive, par: Path) -> None:
    os.utime(par, (1, 1))
    assert opened.read(8, 4, "b") == b"bbbb"


def test_cut_while_it_runs(opened: Archive, par: Path) -> None:
    os.truncate(par, 10)
    with pytest.raises(ParReadError, match="c ends early"):
        opened.read(12, 4, "c")
    assert opened.read(8, 2, "b") == b"bb"


def test_no_longer_readable(opened: Archive, par: Path) -> None:
    par.unlink()
    par.mkdir()
    close(opened)
    with pytest.raises((ParReadError, IsADirectoryError)):
        opened.read(8, 4, "b")


def test_read_ahead() -> None:
    """Asked for the whole, the kernel has it soon; asked for little, it is left alone."""
    with folder_on_disk() as folder:
        par = folder / "app.par"
        par.write_bytes(bytes(8 << 20))
        opened = archive(par)
        fd = opened.fd("")
        forget(fd)
        opened.read_ahead(0, 4096)
        assert not is_cached(fd, 4 << 20)
        opened.read_ahead(1 << 20, 6 << 20)
        deadline = time.monotonic() + 30
        while not all(is_cached(fd, place << 20) for place in range(1, 7)):
            assert time.monotonic() < deadline
            time.sleep(0.01)
