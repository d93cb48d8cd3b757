"""pandas: grouping, time zones, CSV and rolling windows."""

from __future__ import annotations

import io

import pandas as pd


def main() -> None:
    """Reads a table from text, groups it, moves it through time and writes it again."""
    text = "city,day,value\nOslo,2024-03-30,1\nOslo,2024-03-31,3\nRome,2024-03-31,5\n"
    table = pd.read_csv(io.StringIO(text), parse_dates=["day"])
    means = table.groupby("city")["value"].mean()
    assert means.to_dict() == {"Oslo": 2.0, "Rome": 5.0}
    local = table["day"].dt.tz_localize("UTC").dt.tz_convert("Europe/Oslo")
    assert str(local.iloc[2]) == "2024-03-31 01:00:00+01:00"
    assert str(local.iloc[2] + pd.Timedelta(hours=1)) == "2024-03-31 03:00:00+02:00"
    wide = table.pivot_table(index="day", columns="city", values="value")
    assert wide.shape == (2, 2)
    assert table["value"].rolling(2).sum().tolist()[1:] == [4.0, 8.0]
    assert pd.read_json(io.StringIO(table.to_json(orient="records")))["value"].sum() == 9
    assert "Oslo" in table.style.format(precision=1).to_html()
    print("pandas", pd.__version__, "works")


if __name__ == "__main__":
    main()
