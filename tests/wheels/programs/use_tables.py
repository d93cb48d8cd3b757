"""PyTables: a table with an index, compressed by each of its codecs."""

from __future__ import annotations

import os
import tempfile

import tables


class Row(tables.IsDescription):
    """A row of the table."""

    number = tables.Int64Col()
    name = tables.StringCol(8)


def main() -> None:
    """Writes rows and queries them."""
    with tempfile.TemporaryDirectory() as folder:
        for codec in ("zlib", "blosc:lz4", "blosc2:zstd", "bzip2"):
            with tables.open_file(os.path.join(folder, "f.h5"), "w") as file:
                table = file.create_table("/", "t", Row, filters=tables.Filters(5, codec))
                row = table.row
                for number in range(1000):
                    row["number"], row["name"] = number, b"n%d" % number
                    row.append()
                table.flush()
                table.cols.number.create_index()
                assert [r["name"] for r in table.where("(number > 500) & (number < 503)")] == [
                    b"n501",
                    b"n502",
                ]
    print("tables", tables.__version__, "works")


if __name__ == "__main__":
    main()
