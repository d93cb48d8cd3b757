"""fiona: GDAL's vector formats and PROJ's database, which its libraries look for in folders of the wheel."""

from __future__ import annotations

import os
import tempfile

import fiona
from fiona.crs import CRS
from fiona.transform import transform

SCHEMA = {"geometry": "Point", "properties": {"name": "str", "people": "int"}}


def main() -> None:
    """Writes features in two formats, reads them by a filter, and moves a point to another projection."""
    feature = {
        "geometry": {"type": "Point", "coordinates": (10.75, 59.91)},
        "properties": {"name": "Oslo", "people": 717710},
    }
    with tempfile.TemporaryDirectory() as folder:
        for driver, name in (("GeoJSON", "towns.json"), ("GPKG", "towns.gpkg")):
            path = os.path.join(folder, name)
            with fiona.open(path, "w", driver=driver, crs=CRS.from_epsg(4326), schema=SCHEMA) as towns:
                towns.write(feature)
            with fiona.open(path) as towns:
                assert towns.crs == CRS.from_epsg(4326), towns.crs
                (found,) = towns.filter(bbox=(10, 59, 11, 60))
                assert dict(found["properties"]) == feature["properties"], found
                assert list(towns.filter(bbox=(0, 0, 1, 1))) == []
    (east,), (north,) = transform("EPSG:4326", "EPSG:32632", [10.75], [59.91])
    assert (round(east, 3), round(north, 3)) == (597868.381, 6642681.510), (east, north)
    print("fiona", fiona.__version__, "works")


if __name__ == "__main__":
    main()
