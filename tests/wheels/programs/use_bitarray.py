"""bitarray: searches and counts bits."""

from __future__ import annotations

import bitarray
from bitarray.util import ba2int, count_xor, huffman_code


def main() -> None:
    """Sets, finds, codes."""
    bits = bitarray.bitarray("1101001")
    assert bits.count() == 4 and list(bits.search(bitarray.bitarray("10"))) == [1, 3] and ba2int(bits) == 105
    assert count_xor(bits, ~bits) == 7
    code = huffman_code({"a": 5, "b": 2, "c": 1})
    coded = bitarray.bitarray()
    coded.encode(code, "abc")
    assert "".join(coded.decode(code)) == "abc"
    print("bitarray", bitarray.__version__, "works")


if __name__ == "__main__":
    main()
