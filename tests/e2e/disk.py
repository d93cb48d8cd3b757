"""A folder on a disk: files there leave the page cache when they are asked to, those of a tmpfs are nowhere else."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NO_DISK = """\
this test needs a folder on a disk, and {places} are in memory (tmpfs) or cannot be written to: name one in TEST_TMPDIR \
(bazel test --test_tmpdir=FOLDER)"""


@contextmanager
def folder_on_disk() -> Iterator[Path]:
    """A new folder that every user may read; the test fails where all folders for temporary files are in memory."""
    places = [os.environ.get("TEST_TMPDIR", ""), tempfile.gettempdir(), "/var/tmp"]
    for place in filter(None, places):
        try:
            folder = Path(tempfile.mkdtemp(prefix="disk.", dir=place))
        except OSError:
            continue
        folder.chmod(0o755)
        try:
            if _is_on_disk(folder / "pages"):
                yield folder
                return
        finally:
            shutil.rmtree(folder)
    raise AssertionError(_NO_DISK.format(places=", ".join(filter(None, places))))


def forget(fd: int) -> None:
    """Takes a file out of the page cache."""
    os.fsync(fd)
    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)


def is_cached(fd: int, offset: int) -> bool:
    """Whether the page cache has what is there, asked without fetching it."""
    try:
        return bool(os.preadv(fd, [bytearray(1)], offset, os.RWF_NOWAIT))
    except BlockingIOError:
        return False


def _is_on_disk(path: Path) -> bool:
    path.write_bytes(bytes(1 << 20))
    fd = os.open(path, os.O_RDONLY)
    try:
        forget(fd)
        return not is_cached(fd, 1 << 19)
    finally:
        os.close(fd)
        path.unlink()
