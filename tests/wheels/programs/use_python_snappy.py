"""python-snappy: on cramjam."""

from __future__ import annotations

import importlib.metadata

import snappy


def main() -> None:
    """Compresses and decompresses."""
    data = b"text and more text " * 1000
    assert snappy.uncompress(snappy.compress(data)) == data
    compressor = snappy.StreamCompressor()
    assert snappy.StreamDecompressor().decompress(compressor.compress(data)) == data
    print("python-snappy", importlib.metadata.version("python-snappy"), "works")


if __name__ == "__main__":
    main()
