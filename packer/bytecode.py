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

__all__ = ["FILENAME", "MAGIC_NUMBER", "compile_all"]

#: What code objects have for the name of their file. The importer puts the path below the par in its place
#: (`_imp._fix_co_filename`), which the compiler cannot know: where a file is stored is each par's own affair.
FILENAME = "<par>"

#: Sources that one process compiles.
_CHUNK = 400


def compile_all(paths: Sequence[str], optimize: int) -> Iterator[tuple[str, bytes | None]]:
    """Path and marshalled code of each source, in order; None where the source does not compile.

    The code depends on the source alone, not on what else is compiled.

    Args:
        paths: `.py` files, and `.pyc` files without source.
        optimize: as in `compile`: 0, 1 (no assertions) or 2 (no docstrings either); -1 for the runtime, whose frames
            stay out of tracebacks (`format.RUNTIME_FILENAME`).
    """
    chunks = [paths[i : i + _CHUNK] for i in range(0, len(paths), _CHUNK)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for chunk, output in zip(chunks, pool.map(lambda chunk: _run(chunk, optimize), chunks)):
            position = 0
            for path in chunk:
                size = int.from_bytes(output[position : position + 8], "little", signed=True)
                position += 8
                yield path, output[position : position + size] if size >= 0 else None
                position += max(size, 0)


def _run(chunk: Sequence[str], optimize: int) -> bytes:
    filename = format.RUNTIME_FILENAME if optimize < 0 else FILENAME
    # The runtime has lines but no columns: each process would hold them for tracebacks that nobody sees.
    columns = {"PYTHONNODEBUGRANGES": "1"} if optimize < 0 else {}
    return subprocess.run(
        [sys.executable, "-S", "-s", "-B", compiler.__file__, filename, str(optimize)],
        input="".join("%s\n" % path for path in chunk).encode("utf-8", "surrogateescape"),
        env={**os.environ, "PYTHONHASHSEED": "0", "PYTHONPATH": "", **columns},
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
