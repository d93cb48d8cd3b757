"""Byte-code: sources compiled by the interpreter that runs the packer, in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import MAGIC_NUMBER

from memfd_par import format
from packer import compiler

__all__ = ["MAGIC_NUMBER", "compile_all", "compile_runtime"]

#: Sources that one process compiles. Chunks depend on the input alone, so that their bytes do.
_CHUNK = 400

Source = tuple[str, str]  #: (file name that tracebacks show, local path)


def compile_all(sources: Sequence[Source], optimize: int) -> Iterator[tuple[str, bytes | None]]:
    """File name and marshalled code of each source, in order; None where the source does not compile.

    Args:
        sources: `.py` files, and `.pyc` files without source.
        optimize: as in `compile`: 0, 1 (no assertions) or 2 (no docstrings either); -1 for the runtime.
    """
    chunks = [sources[i : i + _CHUNK] for i in range(0, len(sources), _CHUNK)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for chunk, output in zip(chunks, pool.map(lambda chunk: _run(chunk, optimize), chunks)):
            position = 0
            for filename, _ in chunk:
                size = int.from_bytes(output[position : position + 8], "little", signed=True)
                position += 8
                yield filename, output[position : position + size] if size >= 0 else None
                position += max(size, 0)


def compile_runtime(paths: Sequence[str]) -> list[bytes]:
    """Marshalled code of the runtime's modules; its frames stay out of tracebacks (`RUNTIME_FILENAME`)."""
    codes = []
    for path, (_, data) in zip(paths, compile_all([(format.RUNTIME_FILENAME, path) for path in paths], -1)):
        if data is None:
            raise SyntaxError("the runtime does not compile: " + path)
        codes.append(data)
    return codes


def _run(chunk: Sequence[Source], optimize: int) -> bytes:
    lines = "".join("%s\t%s\n" % source for source in chunk)
    return subprocess.run(
        [sys.executable, "-S", "-s", "-B", compiler.__file__, str(optimize)],
        input=lines.encode(),
        env={**os.environ, "PYTHONHASHSEED": "0", "PYTHONPATH": ""},
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
