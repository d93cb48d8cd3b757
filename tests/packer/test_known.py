"""What the packer knows of files: from digests, or found out by itself, in the same way."""

from __future__ import annotations

from pathlib import Path

import pytest

from packer import digest, digester
from packer.errors import PackError
from packer.known import gather


def test_files_that_no_digest_has_are_digested(tmp_path: Path) -> None:
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text(f"name = {name!r}\n")
    paths = [str(tmp_path / "a.py"), str(tmp_path / "b.py")]
    (tmp_path / "a.digest").write_bytes(digest.encode(digester.digest(paths[:1], 0), 0))
    partly = gather([str(tmp_path / "a.digest")], paths, 0)
    assert partly == gather([], paths, 0)
    assert list(partly) == paths


def test_a_digest_is_trusted(tmp_path: Path) -> None:
    """Bazel makes it again when the file changes; nobody reads the file twice."""
    source = tmp_path / "a.py"
    source.write_text("x = 1\n")
    (tmp_path / "a.digest").write_bytes(digest.encode(digester.digest([str(source)], 0), 0))
    source.unlink()
    assert gather([str(tmp_path / "a.digest")], [str(source)], 0)[str(source)].size == 6


@pytest.mark.parametrize(
    ("name", "cause"), [("nowhere", "No such file or directory"), (".", "Is a directory")]
)
def test_files_that_cannot_be_read(name: str, cause: str, tmp_path: Path) -> None:
    path = str(tmp_path / name)
    with pytest.raises(PackError) as raised:
        gather([], [path], 0)
    assert str(raised.value).startswith(
        f"{path} cannot be read: {cause}. It is listed as a file of the target."
    )
    assert "Mend: see that the file exists" in str(raised.value)
