"""polars: a lazy query, Parquet and time zones."""

from __future__ import annotations

import io

import polars as pl


def main() -> None:
    """Groups, joins, writes and reads."""
    frame = pl.DataFrame({"n": range(1000), "k": [n % 4 for n in range(1000)]})
    sums = frame.lazy().filter(pl.col("n") < 100).group_by("k").agg(pl.col("n").sum()).sort("k").collect()
    assert sums["n"].to_list() == [1200, 1225, 1250, 1275]
    stream = io.BytesIO()
    frame.write_parquet(stream)
    stream.seek(0)
    assert pl.read_parquet(stream).equals(frame)
    times = pl.Series(["2024-01-01"]).str.to_datetime().dt.replace_time_zone("UTC")
    assert times.dt.convert_time_zone("Asia/Tokyo").dt.hour().to_list() == [9]
    assert frame.join(sums, on="k", suffix="_sum")["n_sum"].max() == 1275
    assert pl.sql("select count(*) as c from frame", eager=True)["c"][0] == 1000
    print("polars", pl.__version__, "works")


if __name__ == "__main__":
    main()
