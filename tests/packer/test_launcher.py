"""The launcher's record and start block, as runtime/launcher reads them."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packer import launcher
from packer.errors import PackError
from packer.launcher import Library, Start

_MARK = b"memfd_par launcher 0001\0"
_HEADER = Path("runtime/launcher/start.h")

START = Start(
    glibc=(2, 38),
    boot=(1, 2, 3),
    siphash=b"12345678",
    files=(4, 5),
    version="3.14",
    target="//a:é",
    program="pass",
    program_options=("-I", "-W", "error"),
    interpreter_options=(),
    encodings=b"code",
    libraries=(
        Library(7, 4096, 100, "lib/libz.so.1", False, b"plan" * 4, ((8, b"ab"), (16, b""))),
        Library(9, 8192, 200, "ibpython", True, b"", ()),
    ),
    early=(Library(launcher.NO_MEMBER, 4096, 1, "launcher", False, b"", ()),),
)


def pieces(block: bytes, words: tuple[int, ...]) -> list[bytes]:
    """The bytes that pairs of offset and size stand for; each ends with a null character."""
    places = list(zip(words[::2], words[1::2]))
    assert all(block[offset + size] == 0 for offset, size in places)
    return [block[offset : offset + size] for offset, size in places]


def test_the_start_block() -> None:
    block = launcher.encode(START)
    head = struct.unpack_from("<24Q", block)
    assert head[:9] == (2, 2, 38, 1, 2, 3, int.from_bytes(b"12345678", "little"), 4, 5)
    assert pieces(block, head[9:21]) == [
        *(b"3.14", "//a:é".encode(), b"pass", b"-I\0-W\0error\0", b"", b"code"),
    ]
    assert head[21:] == (2, 1, 0)
    first, second = (struct.unpack_from("<10Q", block, 192 + 80 * number) for number in range(2))
    assert (first[:4], second[:4]) == ((7, 4096, 100, 0), (9, 8192, 200, 1))
    patches = struct.pack("<QQ2sQQ", 8, 2, b"ab", 16, 0)
    assert pieces(block, first[4:]) == [b"lib/libz.so.1", b"plan" * 4, patches]
    assert pieces(block, second[4:]) == [b"ibpython", b"", b""]
    assert first[6] % 8 == 0  # a plan is read as words


def test_the_structures_are_of_that_size() -> None:
    text = _HEADER.read_text("utf-8")
    for name, size in (("start", 24), ("library_row", 10)):
        body = text.partition(f"struct {name} {{")[2].partition("};")[0]
        words = len(re.findall(r"^    uint64_t ", body, re.MULTILINE)) + 2 * len(
            re.findall(r"^    struct piece ", body, re.MULTILINE)
        )
        assert words == size


def test_the_record() -> None:
    elf = b"before" + _MARK + bytes(32) + b"behind"
    filled = launcher.fill(elf, "launcher", (1, 2, 3), 4)
    assert filled == b"before" + _MARK + struct.pack("<4Q", 1, 2, 3, 4) + b"behind"


@pytest.mark.parametrize("count", [0, 2])
def test_another_program(count: int) -> None:
    with pytest.raises(PackError, match=f"out/x is no launcher .* mark {count} times"):
        launcher.fill(_MARK * count, "out/x", (1, 2, 3), 4)


@given(st.binary(max_size=40))
def test_the_checksum(data: bytes) -> None:
    value = 0xCBF29CE484222325  # FNV-1a
    padded = data + bytes(-len(data) % 8)
    for start in range(0, len(padded), 8):
        value = (value ^ int.from_bytes(padded[start : start + 8], "little")) * 0x100000001B3 % 2**64
    assert launcher.checksum(data) == value
