"""lz4: blocks and frames."""

from __future__ import annotations

import io

import lz4
import lz4.block
import lz4.frame


def main() -> None:
    """Compresses and decompresses."""
    data = bytes(range(256)) * 1000
    assert lz4.block.decompress(lz4.block.compress(data, mode="high_compression")) == data
    stream = io.BytesIO()
    with lz4.frame.open(stream, "wb") as file:
        file.write(data)
    assert lz4.frame.decompress(stream.getvalue()) == data and len(stream.getvalue()) < 5000
    print("lz4", lz4.__version__, "works")


if __name__ == "__main__":
    main()
