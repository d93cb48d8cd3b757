"""blosc2: a compressed array, an expression computed lazily, and its codecs."""

from __future__ import annotations

import blosc2
import numpy as np


def main() -> None:
    """Compresses arrays and computes with them."""
    data = np.linspace(0, 1, 1_000_000)
    for codec in (blosc2.Codec.LZ4, blosc2.Codec.ZSTD, blosc2.Codec.BLOSCLZ):
        assert blosc2.decompress2(blosc2.compress2(data, codec=codec)) == data.tobytes()
    array = blosc2.asarray(data, chunks=(100_000,))
    assert np.allclose(array[500:510], data[500:510])
    assert np.allclose((array * 2 + 1).compute()[:], data * 2 + 1)
    print("blosc2", blosc2.__version__, "works")


if __name__ == "__main__":
    main()
