"""pyarrow: Parquet, IPC, compute kernels, CSV, dataset, and time zones from its own database."""

from __future__ import annotations

import os
import tempfile

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.dataset as ds
import pyarrow.feather
import pyarrow.parquet as pq


def main() -> None:
    """Writes a table in each format and reads it again."""
    table = pa.table({"number": pa.array(range(1000)), "name": pa.array([str(n % 7) for n in range(1000)])})
    for compression in ("snappy", "zstd", "gzip", "lz4", "brotli"):
        sink = pa.BufferOutputStream()
        pq.write_table(table, sink, compression=compression)
        assert pq.read_table(pa.BufferReader(sink.getvalue())).equals(table)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    assert pa.ipc.open_stream(sink.getvalue()).read_all().equals(table)
    sums = table.group_by("name").aggregate([("number", "sum")])
    assert pc.sum(sums["number_sum"]).as_py() == 499500
    moment = pa.array([0], pa.timestamp("s", tz="UTC"))
    assert pc.strftime(moment.cast(pa.timestamp("s", tz="Asia/Tokyo")), format="%H").to_pylist() == ["09"]
    assert pa.csv.read_csv(pa.BufferReader(b"a,b\n1,2\n")).to_pydict() == {"a": [1], "b": [2]}
    with tempfile.TemporaryDirectory() as folder:
        ds.write_dataset(table, folder, format="parquet")
        assert ds.dataset(folder).count_rows(filter=ds.field("number") < 10) == 10
        pa.feather.write_feather(table, os.path.join(folder, "f"))
    assert os.path.exists(os.path.join(pa.get_include(), "arrow", "api.h"))
    print("pyarrow", pa.__version__, "works")


if __name__ == "__main__":
    main()
