"""tzdata: zoneinfo reads it where the machine has no database."""

from __future__ import annotations

import datetime
import zoneinfo

import tzdata


def main() -> None:
    """With no search path, the package is all there is."""
    zoneinfo.reset_tzpath(to=[])
    zone = zoneinfo.ZoneInfo("Europe/Oslo")
    assert datetime.datetime(2024, 7, 1, tzinfo=zone).utcoffset() == datetime.timedelta(hours=2)
    assert len(zoneinfo.available_timezones()) > 400
    print("tzdata", tzdata.__version__, "works")


if __name__ == "__main__":
    main()
