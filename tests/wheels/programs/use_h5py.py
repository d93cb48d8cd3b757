"""h5py: a compressed, chunked file in memory and one on disk."""

from __future__ import annotations

import os
import tempfile

import h5py
import numpy as np


def main() -> None:
    """Writes and reads data sets, attributes and compound types."""
    data = np.arange(10000).reshape(100, 100)
    with h5py.File("memory", "w", driver="core", backing_store=False) as file:
        file.create_dataset("g/d", data=data, chunks=True, compression="gzip", shuffle=True)
        file["g"].attrs["unit"] = "Pa"
        assert np.array_equal(file["g/d"][10:20, ::7], data[10:20, ::7])
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "f.h5")
        with h5py.File(path, "w") as file:
            file["s"] = np.array([("a", 1.5)], dtype=[("name", "S4"), ("value", "f8")])
        with h5py.File(path) as file:
            assert file["s"]["value"][0] == 1.5
    print("h5py", h5py.__version__, "with HDF5", h5py.version.hdf5_version, "works")


if __name__ == "__main__":
    main()
