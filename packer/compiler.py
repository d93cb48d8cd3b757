"""A program of its own that compiles sources: the same bytes whatever the packer did before.

A marshalled code object depends on the hash seed (the order of constants in a set) and on which of its strings
are referenced elsewhere in the process, so the packer starts this one afresh for each chunk of sources.
Standard input has `stored path<TAB>local path` lines; standard output gets, for each, eight bytes of length
(little-endian, signed; -1 where the source does not compile) and the marshalled code.
"""

from __future__ import annotations
import __future__

import ast
import marshal
import sys
import warnings
from importlib.util import MAGIC_NUMBER
from types import CodeType

#: PEP 552: magic number, flags, date or hash, size.
_PYC_HEADER = 16


def compile_file(filename: str, local_path: str, optimize: int) -> bytes | None:
    """Marshalled code of a source, or of a `.pyc` of this version; None where there is none.

    Args:
        filename: what tracebacks show.
        local_path: the source.
        optimize: as in `compile`; -1 for a module of the runtime, which imports nothing that it does not use.
    """
    with open(local_path, "rb") as file:
        data = file.read()
    if local_path.endswith(".pyc"):
        return data[_PYC_HEADER:] if data[:4] == MAGIC_NUMBER else None
    try:
        if optimize < 0:
            return marshal.dumps(_compile_without_future(data, filename))
        code = compile(data, filename, "exec", dont_inherit=True, optimize=optimize)
    except (SyntaxError, ValueError, RecursionError):
        return None
    return marshal.dumps(code)


def _compile_without_future(data: bytes, filename: str) -> CodeType:
    """`from __future__ import annotations` is in force, but does not import `__future__` at run time.

    Docstrings and assertions stay in the source: what is not there need not be read at each start.
    """
    tree = ast.parse(data, filename)
    tree.body = [node for node in tree.body if getattr(node, "module", "") != "__future__"]
    flags = __future__.annotations.compiler_flag
    code: CodeType = compile(tree, filename, "exec", flags=flags, dont_inherit=True, optimize=2)
    return code


def main(optimize: int) -> None:
    """Compiles what standard input lists."""
    warnings.simplefilter("ignore")  # a dependency's invalid escapes are not the target's to mend
    output = sys.stdout.buffer
    for line in sys.stdin.buffer:
        filename, _, local_path = line.decode().rstrip("\n").partition("\t")
        data = compile_file(filename, local_path, optimize)
        output.write((-1 if data is None else len(data)).to_bytes(8, "little", signed=True))
        output.write(data or b"")


if __name__ == "__main__":
    main(int(sys.argv[1]))
