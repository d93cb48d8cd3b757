"""duckdb: SQL, Parquet and time zones of its built-in extensions."""

from __future__ import annotations

import os
import tempfile

import duckdb


def main() -> None:
    """Aggregates, writes Parquet and reads it again."""
    with duckdb.connect() as connection, tempfile.TemporaryDirectory() as folder:
        connection.sql("create table t as select range as n, range % 3 as k from range(3000)")
        assert connection.sql("select k, sum(n) from t group by k order by k").fetchall()[0] == (0, 1498500)
        path = os.path.join(folder, "t.parquet")
        connection.sql(f"copy t to '{path}' (format parquet)")
        assert connection.sql(f"select count(*) from '{path}' where n < 10").fetchall() == [(10,)]
        assert connection.sql("select '{\"a\": [1, 2]}'::json -> '$.a[1]'").fetchall() == [("2",)]
        connection.sql("set timezone = 'Asia/Tokyo'")
        assert (
            "+09"
            in connection.sql("select ('2024-01-01 00:00:00+00'::timestamptz)::varchar").fetchall()[0][0]
        )
    print("duckdb", duckdb.__version__, "works")


if __name__ == "__main__":
    main()
