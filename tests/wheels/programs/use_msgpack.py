"""msgpack: the C packer, a stream, and types of one's own."""

from __future__ import annotations

import datetime

import msgpack


def main() -> None:
    """Packs and unpacks."""
    assert msgpack.Packer.__module__ == "msgpack._cmsgpack"
    data = {"a": [1, 2.5, None, b"\0"], "t": datetime.datetime(2024, 2, 29, tzinfo=datetime.UTC)}
    packed = msgpack.packb(data, datetime=True)
    assert msgpack.unpackb(packed, timestamp=3) == data
    stream = msgpack.Unpacker()
    stream.feed(packed[:5])
    stream.feed(packed[5:])
    assert len(list(stream)) == 1
    print("msgpack", msgpack.version, "works")


if __name__ == "__main__":
    main()
