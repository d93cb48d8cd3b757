"""zstandard: a dictionary, several threads, a stream."""

from __future__ import annotations

import io

import zstandard


def main() -> None:
    """Compresses and decompresses."""
    assert zstandard.backend == "cext"
    samples = [b"sample number %d of many, %d" % (n, n * n) for n in range(2000)]
    dictionary = zstandard.train_dictionary(4096, samples)
    compressor = zstandard.ZstdCompressor(dict_data=dictionary)
    assert (
        zstandard.ZstdDecompressor(dict_data=dictionary).decompress(compressor.compress(samples[7]))
        == samples[7]
    )
    data = b"".join(samples) * 50
    packed = zstandard.ZstdCompressor(threads=2).compress(data)
    assert zstandard.ZstdDecompressor().stream_reader(io.BytesIO(packed)).read() == data
    print("zstandard", zstandard.__version__, "works")


if __name__ == "__main__":
    main()
