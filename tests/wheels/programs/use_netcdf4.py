"""netCDF4: a file on disk with dimensions, compression and a calendar."""

from __future__ import annotations

import os
import tempfile

import netCDF4
import numpy as np


def main() -> None:
    """Writes and reads a variable."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "f.nc")
        with netCDF4.Dataset(path, "w") as file:
            file.createDimension("time", None)
            time = file.createVariable("time", "f8", ("time",))
            time.units = "days since 2024-01-01"
            time[:] = np.arange(60)
            for method in ("zlib", "zstd", "blosc_lz"):
                file.createVariable(method, "f4", ("time",), compression=method)[:] = np.arange(60)
        with netCDF4.Dataset(path) as file:
            when = netCDF4.num2date(file["time"][59], file["time"].units)
            assert (when.month, when.day) == (2, 29)
            for method in ("zlib", "zstd", "blosc_lz"):
                assert file[method][:].sum() == 1770, method
    print("netCDF4", netCDF4.__version__, "with", netCDF4.__netcdf4libversion__, "works")


if __name__ == "__main__":
    main()
