"""pyarrow, with Parquet."""

from __future__ import annotations

import io

import pyarrow
import pyarrow.parquet


def main() -> None:
    """Write and read a small table."""
    table = pyarrow.table({"x": list(range(100))})
    buffer = io.BytesIO()
    pyarrow.parquet.write_table(table, buffer)
    buffer.seek(0)
    assert pyarrow.parquet.read_table(buffer).equals(table)
