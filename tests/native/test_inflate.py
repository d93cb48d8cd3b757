"""Inflating, under sanitizers, beside zlib: what zlib deflates comes out, and damage is told from data."""

from __future__ import annotations

import random
import struct
import subprocess
import zlib
from pathlib import Path

import pytest
from driver import NATIVE, SANITIZERS, WARNINGS
from elf_fixtures import tool

#: Reads records from standard input: how many bytes there are, how many they say, and they. Writes 0 and what they say, or 1.
_PROGRAM = """
#include <stdio.h>
#include <stdlib.h>

#include "inflate.h"

int main(void)
{
    uint64_t sizes[2];

    while (fread(sizes, sizeof sizes, 1, stdin)) {
        uint8_t *from = malloc(sizes[0] + !sizes[0]), *to = malloc(sizes[1] + !sizes[1]);
        if (!from || !to || fread(from, 1, sizes[0], stdin) != sizes[0])
            return 2;
        int failed = !!inflate_bytes(from, sizes[0], to, sizes[1]);
        putchar(failed);
        if (!failed)
            fwrite(to, 1, sizes[1], stdout);
        free(from);
        free(to);
    }
    return 0;
}
"""


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("inflate")
    source, output = folder / "use.c", folder / "use"
    source.write_text(_PROGRAM)
    command = [tool("gcc"), *WARNINGS, *SANITIZERS, f"-I{NATIVE}", str(NATIVE / "inflate.c"), str(source)]
    subprocess.run([*command, "-o", str(output)], check=True)
    return output


def inflated(program: Path, records: list[tuple[bytes, int]]) -> list[bytes | None]:
    """What each of the data says, which has so many bytes; None where it is said to be damaged."""
    sent = b"".join(struct.pack("=2Q", len(data), size) + data for data, size in records)
    completed = subprocess.run([program], input=sent, capture_output=True, timeout=120, check=False, env={})
    assert (completed.returncode, completed.stderr) == (0, b"")
    found: list[bytes | None] = []
    place = 0
    for _, size in records:
        end = place + 1 + (0 if completed.stdout[place] else size)
        found.append(None if completed.stdout[place] else completed.stdout[place + 1 : end])
        place = end
    assert place == len(completed.stdout)
    return found


def deflated(data: bytes, level: int = 6, strategy: int = zlib.Z_DEFAULT_STRATEGY) -> bytes:
    compressor = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS, 8, strategy)
    return compressor.compress(data) + compressor.flush()


def texts() -> list[bytes]:
    numbers = random.Random(1)
    return [
        b"",
        b"a",
        b"ab" * 70_000,
        bytes(200_000),
        numbers.randbytes(150_000),
        bytes(numbers.choices(range(256), weights=range(256, 0, -1), k=50_000)),
        Path(__file__).read_bytes(),
    ]


@pytest.mark.parametrize("strategy", [zlib.Z_DEFAULT_STRATEGY, zlib.Z_HUFFMAN_ONLY, zlib.Z_FIXED])
@pytest.mark.parametrize("level", [0, 1, 6, 9])
def test_what_zlib_deflates(program: Path, level: int, strategy: int) -> None:
    pairs = [(deflated(text, level, strategy), text) for text in texts()]
    assert inflated(program, [(data, len(text)) for data, text in pairs]) == [text for _, text in pairs]


def test_another_size(program: Path) -> None:
    data = [(deflated(text), len(text)) for text in texts() if text]
    wrong = [(each, size + more) for each, size in data for more in (-1, 1)] + [
        (each[:-1], size) for each, size in data
    ]
    assert inflated(program, [*wrong, (b"", 0), (b"", 1)]) == [None] * (len(wrong) + 2)


def test_damage(program: Path) -> None:
    """Nothing is read or written elsewhere; what is taken for whole is what zlib takes it for."""
    numbers = random.Random(2)
    text = Path(__file__).read_bytes()[:3000]
    records = []
    for _ in range(5000):
        data = bytearray(deflated(text, 6, numbers.choice([zlib.Z_DEFAULT_STRATEGY, zlib.Z_FIXED])))
        for _ in range(numbers.randint(1, 4)):
            data[numbers.randrange(len(data))] = numbers.randrange(256)
        records.append((bytes(data), len(text)))
    for (data, _), found in zip(records, inflated(program, records)):
        try:
            expected: bytes | None = zlib.decompress(data, -zlib.MAX_WBITS)
        except zlib.error:
            expected = None
        assert found == (expected if expected is not None and len(expected) == len(text) else None)
