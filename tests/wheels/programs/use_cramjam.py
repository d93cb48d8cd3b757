"""cramjam: each of its codecs."""

from __future__ import annotations

import cramjam


def main() -> None:
    """Compresses and decompresses."""
    data = b"text and more text " * 1000
    for name in ("snappy", "brotli", "lz4", "zstd", "gzip", "bzip2", "deflate"):
        codec = getattr(cramjam, name)
        assert bytes(codec.decompress(codec.compress(data))) == data, name
    print("cramjam", cramjam.__version__, "works")


if __name__ == "__main__":
    main()
