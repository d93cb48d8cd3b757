"""A program of its own that compiles sources: the same bytes whatever the packer did before.

A marshalled code object depends on the hash seed (the order of constants in a set), so the packer starts this one
with a seed of its own. Its arguments are the file name for all code objects and the optimisation level. Standard
input has a path a line; standard output gets, for each, eight bytes of length (little-endian, signed; -1 where the
source does not compile) and the marshalled code.
"""

from __future__ import annotations
import __future__

import ast
import marshal
import sys
import warnings
from importlib.util import MAGIC_NUMBER
from types import CodeType
from typing import Any

#: PEP 552: magic number, flags, date or hash, size.
_PYC_HEADER = 16


def compile_file(filename: str, local_path: str, optimize: int) -> bytes | None:
    """Marshalled code of a source, or of a `.pyc` of this version; None where there is none.

    Args:
        filename: of the code object.
        local_path: the source.
        optimize: as in `compile`; -1 for a module of the runtime, which imports nothing that it does not use.
    """
    with open(local_path, "rb") as file:
        data = file.read()
    if local_path.endswith(".pyc"):
        return data[_PYC_HEADER:] if data[:4] == MAGIC_NUMBER else None
    try:
        if optimize < 0:
            return marshalled(_compile_without_future(data, filename))
        code = compile(data, filename, "exec", dont_inherit=True, optimize=optimize)
    except (SyntaxError, ValueError, RecursionError):
        return None
    return marshalled(code)


def compile_text(source: str, filename: str) -> bytes:
    """Marshalled code of a short source that has no sets, whose order would depend on this process's hash seed."""
    return marshalled(compile(source, filename, "exec", dont_inherit=True, optimize=2))


def marshalled(code: Any) -> bytes:
    """The same bytes for the same code, or tuples and dicts of it, whatever this process has compiled before.

    marshal marks what may be referred to again: each object to which anybody holds a second reference (`w_ref` in
    Python/marshal.c). Strings are interned, so that another module's use of a name would count. Here all have one.
    """
    held: list[Any] = []
    _hold(code, held)
    return marshal.dumps(code)


def _hold(item: Any, held: list[Any]) -> None:
    """References to all that a code object, a constant or a container is made of."""
    if isinstance(item, CodeType):
        for name in (item.co_names, item.co_varnames, item.co_cellvars, item.co_freevars):
            held += name
        held += (item.co_name, getattr(item, "co_qualname", None))
        item = item.co_consts
    if isinstance(item, dict):
        item = (*item, *item.values())
    if isinstance(item, (tuple, frozenset)):
        held += item
        for each in item:
            if isinstance(each, (CodeType, tuple, frozenset, dict)):
                _hold(each, held)


def _compile_without_future(data: bytes, filename: str) -> CodeType:
    """`from __future__ import annotations` is in force, but does not import `__future__` at run time.

    Docstrings, assertions and annotations stay in the source: what is not there need not be read at each start.
    """
    tree = ast.parse(data, filename)
    tree.body = [node for node in tree.body if getattr(node, "module", "") != "__future__"]
    tree = ast.fix_missing_locations(_Unannotated().visit(tree))
    flags = __future__.annotations.compiler_flag
    code: CodeType = compile(tree, filename, "exec", flags=flags, dont_inherit=True, optimize=2)
    return code


class _Unannotated(ast.NodeTransformer):
    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.returns = None
        self.generic_visit(node)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        if node.value is None:
            return ast.copy_location(ast.Pass(), node)
        return ast.copy_location(ast.Assign(targets=[node.target], value=self.visit(node.value)), node)


def main(filename: str, optimize: int) -> None:
    """Compiles what standard input lists."""
    warnings.simplefilter("ignore")  # a dependency's invalid escapes are not the target's to mend
    output = sys.stdout.buffer
    for line in sys.stdin.buffer:
        data = compile_file(filename, line.decode("utf-8", "surrogateescape").rstrip("\n"), optimize)
        output.write((-1 if data is None else len(data)).to_bytes(8, "little", signed=True))
        output.write(data or b"")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
