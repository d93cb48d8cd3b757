"""Brotli: at once and piece by piece."""

from __future__ import annotations

import brotli


def main() -> None:
    """Compresses and decompresses."""
    data = b"text and more text " * 1000
    assert brotli.decompress(brotli.compress(data, quality=11)) == data
    compressor = brotli.Compressor(mode=brotli.MODE_TEXT)
    packed = compressor.process(data) + compressor.finish()
    assert brotli.Decompressor().process(packed) == data
    print("Brotli", brotli.__version__, "works")


if __name__ == "__main__":
    main()
