"""safetensors: arrays to a file and back, mapped."""

from __future__ import annotations

import os
import tempfile

import numpy as np
import safetensors
import safetensors.numpy


def main() -> None:
    """Writes and reads."""
    arrays = {"a": np.arange(6.0).reshape(2, 3), "b": np.ones(4, np.int8)}
    assert np.array_equal(safetensors.numpy.load(safetensors.numpy.save(arrays))["a"], arrays["a"])
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "f.safetensors")
        safetensors.numpy.save_file(arrays, path)
        with safetensors.safe_open(path, framework="np") as file:
            assert set(file.keys()) == {"a", "b"} and file.get_slice("a")[1:, :].shape == (1, 3)
    print("safetensors", safetensors.__version__, "works")


if __name__ == "__main__":
    main()
