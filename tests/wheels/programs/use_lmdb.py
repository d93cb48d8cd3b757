"""lmdb: a database on disk."""

from __future__ import annotations

import tempfile

import lmdb


def main() -> None:
    """Writes and reads."""
    with tempfile.TemporaryDirectory() as folder, lmdb.open(folder, subdir=True) as database:
        with database.begin(write=True) as change:
            change.put(b"key", b"value")
        with database.begin() as look:
            assert look.get(b"key") == b"value"
    print("lmdb", lmdb.__version__, "works")


if __name__ == "__main__":
    main()
