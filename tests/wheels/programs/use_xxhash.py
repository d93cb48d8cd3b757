"""xxhash: known values."""

from __future__ import annotations

import xxhash


def main() -> None:
    """Hashes at once and piece by piece."""
    assert xxhash.xxh64_hexdigest(b"a") == "d24ec4f1a98c6e5b"
    pieces = xxhash.xxh3_128()
    pieces.update(b"one")
    pieces.update(b"two")
    assert pieces.digest() == xxhash.xxh3_128_digest(b"onetwo")
    print("xxhash", xxhash.VERSION, "works")


if __name__ == "__main__":
    main()
