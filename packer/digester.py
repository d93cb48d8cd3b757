"""Makes digests: reads each file once, compiles sources, reads ELF files (`packer digest`)."""

from __future__ import annotations

import argparse
import hashlib
import zlib
from collections.abc import Iterable, Sequence
from typing import BinaryIO

from packer import bytecode, elf
from packer.digest import HEAD, FileFacts, Native, encode
from packer.errors import PackError
from packer.layout import is_ignored, module_of
from packer.request import decode

_PIECE = 1 << 20


def digest(paths: Iterable[str], optimize: int) -> list[FileFacts]:
    """Facts about files.

    Those that cannot be read are left out: whoever packs them finds no facts, and tells what is wrong with them.

    Args:
        paths: local paths.
        optimize: as in `bytecode.compile_all`.
    """
    found: dict[str, tuple[int, int, bytes, bytes, Native | None]] = {}
    for path in paths:
        if path in found:
            continue
        try:
            with open(path, "rb", buffering=0) as stream:
                found[path] = _read(path, stream)
        except OSError:
            continue
    sources = [path for path in found if module_of(path, ()) is not None]
    codes = dict(bytecode.compile_all(sources, optimize))
    return [FileFacts(path, *facts, codes.get(path)) for path, facts in found.items()]


def main(arguments: Sequence[str]) -> int:
    """Writes a digest file; returns the exit status."""
    options = _parser().parse_args(arguments)
    with open(options.files, "rb") as file:
        paths = [decode(line).rstrip("\n") for line in file]
    carried = [path for path in paths if not is_ignored(path)]
    data = encode(digest(carried, options.optimize), options.optimize)
    with open(options.output, "wb") as output:
        output.write(data)
    return 0


def _read(path: str, stream: BinaryIO) -> tuple[int, int, bytes, bytes, Native | None]:
    """Size, CRC-32, SHA-256 and first bytes of a file, and what it says of itself as an ELF file."""
    size = crc = 0
    sha = hashlib.sha256()
    head = b""
    while data := stream.read(_PIECE):
        head = head or data[:HEAD]
        size += len(data)
        crc = zlib.crc32(data, crc)
        sha.update(data)
    return size, crc, sha.digest(), head, _native(path) if elf.is_elf(head) else None


def _native(path: str) -> Native:
    try:
        return Native(elf.read(path))
    except PackError as error:
        return Native(None, str(error))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="memfd_par packer digest", allow_abbrev=False)
    add = parser.add_argument
    add("--output", required=True, help="the digest file to write (packer.digest)")
    add("--files", required=True, help="a file that lists the files, one a line")
    add("--optimize", type=int, choices=(-1, 0, 1, 2), required=True, help="as in compile; -1: the runtime")
    return parser
