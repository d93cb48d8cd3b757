"""rasterio: a GeoTIFF in memory with a coordinate system, warped to another: GDAL's and PROJ's data folders."""

from __future__ import annotations

import numpy as np
import rasterio
from rasterio.io import MemoryFile
from rasterio.transform import from_origin
from rasterio.warp import calculate_default_transform, transform_bounds


def main() -> None:
    """Writes, reads and warps."""
    data = np.arange(10000, dtype="float32").reshape(100, 100)
    options = {
        "driver": "GTiff",
        "height": 100,
        "width": 100,
        "count": 1,
        "dtype": "float32",
        "compress": "deflate",
    }
    with MemoryFile() as memory:
        with memory.open(crs="EPSG:32632", transform=from_origin(500000, 6700000, 10, 10), **options) as file:
            file.write(data, 1)
        with memory.open() as file:
            assert file.crs.to_epsg() == 32632
            assert np.array_equal(file.read(1), data)
            west, south, east, north = transform_bounds(file.crs, "EPSG:4326", *file.bounds)
            assert 8.9 < west < east < 9.1 and 60 < south < north < 61
            assert calculate_default_transform(file.crs, "EPSG:3857", 100, 100, *file.bounds)[1] > 0
    print("rasterio", rasterio.__version__, "with GDAL", rasterio.__gdal_version__, "works")


if __name__ == "__main__":
    main()
