"""pyarrow, with Parquet."""

from __future__ import annotations

import pyarrow
import pyarrow.parquet


def main() -> None:
    """Write and read a small table."""
    table = pyarrow.table({"x": list(range(100))})
    # A file object of Python may be destroyed by one of pyarrow's threads while the interpreter ends, which then never ends.
    sink = pyarrow.BufferOutputStream()
    pyarrow.parquet.write_table(table, sink)
    assert pyarrow.parquet.read_table(pyarrow.BufferReader(sink.getvalue())).equals(table)
