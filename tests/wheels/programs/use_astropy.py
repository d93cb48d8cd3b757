"""astropy: tables of its data files, read by Python and by its C library (IERS, ephemeris, logging configuration)."""

from __future__ import annotations

import io

import astropy
from astropy import units
from astropy.coordinates import AltAz, EarthLocation, SkyCoord
from astropy.io import fits
from astropy.table import Table
from astropy.time import Time
from astropy.utils import iers

iers.conf.auto_download = False


def main() -> None:
    """Looks at a star, and writes a table."""
    place = EarthLocation(lat=60 * units.deg, lon=10 * units.deg)
    star = SkyCoord(37.95 * units.deg, 89.26 * units.deg)
    seen = star.transform_to(AltAz(obstime=Time("2020-01-01"), location=place))
    assert 59 < seen.alt.deg < 61
    stream = io.BytesIO()
    Table({"a": [1, 2]}).write(stream, format="fits")
    stream.seek(0)
    assert fits.open(stream)[1].data["a"].tolist() == [1, 2]
    print("astropy", astropy.__version__, "works")


if __name__ == "__main__":
    main()
