"""pyproj: a transformation that needs proj.db, which PROJ opens itself from the wheel's data folder."""

from __future__ import annotations

import pyproj
import pyproj.datadir


def main() -> None:
    """Transforms degrees to metres, and measures a distance."""
    change = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:32632", always_xy=True)
    east, north = change.transform(9.0, 60.0)
    assert abs(east - 500000) < 0.01 and 6_600_000 < north < 6_700_000
    assert pyproj.CRS.from_epsg(25832).name == "ETRS89 / UTM zone 32N"
    assert abs(pyproj.Geod(ellps="WGS84").inv(0, 0, 1, 0)[2] - 111319.49) < 0.1
    assert pyproj.datadir.get_data_dir()
    print("pyproj", pyproj.__version__, "with PROJ", pyproj.proj_version_str, "works")


if __name__ == "__main__":
    main()
