"""Byte-code: the same every time, and None where there is none."""

from __future__ import annotations

import marshal
import os
import subprocess
import sys
from importlib.util import MAGIC_NUMBER
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

from memfd_par import format
from packer import bytecode, compiler

SETS = "NAMES = {'alpha', 'beta', 'gamma', 'delta'}\ndef f(x):\n    return x in {'one', 'two', 'three'}\n"


def test_code_has_a_file_name_that_no_par_decides(tmp_path: Path) -> None:
    source = tmp_path / "m.py"
    source.write_text("def f():\n    return 1\n")
    ((path, data),) = bytecode.compile_all([str(source)], 0)
    assert path == str(source) and data is not None
    code = marshal.loads(data)
    (function,) = (constant for constant in code.co_consts if isinstance(constant, CodeType))
    assert (code.co_filename, function.co_filename) == (bytecode.FILENAME, bytecode.FILENAME)


def test_the_same_bytes_whatever_the_hash_seed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "m.py"
    source.write_text(SETS)
    results = set()
    for seed in ("1", "2", "random"):
        monkeypatch.setenv("PYTHONHASHSEED", seed)
        results.add(tuple(bytecode.compile_all([str(source)] * 3, 0)))
    assert len(results) == 1


@pytest.mark.parametrize("python", os.environ.get("MEMFD_PAR_PYTHONS", sys.executable).split(":"))
def test_the_same_bytes_whatever_else_the_process_knows(python: str, tmp_path: Path) -> None:
    """CPython 3.9 marks a name that another code object has as well."""
    source = tmp_path / "m.py"
    source.write_text("unheard_of = lambda: ('seldom_seen', ('hardly_ever', 1), {'never_yet'})\n")
    names = ["unheard_of", "seldom_seen", "hardly_ever", "never_yet"]
    outputs = set()
    for known in ([], names):
        program = (
            "import sys; sys.path.insert(0, sys.argv[1]); import compiler; "
            "held = [sys.intern(name) for name in sys.argv[3:]]; "
            "sys.stdout.buffer.write(compiler.compile_file('f', sys.argv[2], 0))"
        )
        command = [python, "-S", "-s", "-B", "-c", program, str(Path(compiler.__file__).parent), str(source)]
        env = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONPATH": ""}
        outputs.add(subprocess.run([*command, *known], env=env, stdout=subprocess.PIPE, check=True).stdout)
    assert len(outputs) == 1
    assert b"seldom_seen" in outputs.pop()


def test_what_does_not_compile_is_left_to_the_importer(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text("print 'two'\n")
    nul = tmp_path / "nul.py"
    nul.write_bytes(b"x = 1\0")
    found = dict(bytecode.compile_all([str(bad), str(nul)], 0))
    assert found == {str(bad): None, str(nul): None}


def test_byte_code_without_source_of_this_version_only(tmp_path: Path) -> None:
    ours = tmp_path / "ours.pyc"
    ours.write_bytes(MAGIC_NUMBER + bytes(12) + marshal.dumps(compile("x = 1", "x", "exec")))
    other = tmp_path / "other.pyc"
    other.write_bytes(b"\0\0\r\n" + bytes(12))
    found = dict(bytecode.compile_all([str(ours), str(other)], 0))
    assert found[str(other)] is None
    assert found[str(ours)] == ours.read_bytes()[16:]


def test_more_sources_than_one_process_compiles(tmp_path: Path) -> None:
    sources = []
    for number in range(901):
        path = tmp_path / f"m{number}.py"
        path.write_text(f"x = {number}\n")
        sources.append(str(path))
    found = list(bytecode.compile_all(sources, 0))
    assert [path for path, _ in found] == sources
    namespace: dict[str, int] = {}
    exec(marshal.loads(found[-1][1] or b""), namespace)
    assert namespace["x"] == 900


@pytest.mark.parametrize(("optimize", "kept"), [(0, True), (1, True), (2, False)])
def test_optimisation(tmp_path: Path, optimize: int, kept: bool) -> None:
    source = tmp_path / "m.py"
    source.write_text('"""Doc."""\nassert False\n')
    ((_, data),) = bytecode.compile_all([str(source)], optimize)
    code = marshal.loads(data or b"")
    assert ("Doc." in code.co_consts) is kept
    if optimize:
        exec(code, {})


@pytest.mark.skipif(sys.version_info < (3, 11), reason="code objects have columns since 3.11 (PEP 657)")
@pytest.mark.parametrize(("optimize", "columns"), [(-1, False), (0, True)])
def test_the_runtime_has_lines_and_no_columns(optimize: int, columns: bool, tmp_path: Path) -> None:
    source = tmp_path / "m.py"
    source.write_text("import sys\n\nvalue = sys.maxsize + len(sys.argv)\n")
    ((_, data),) = bytecode.compile_all([str(source)], optimize)
    assert data is not None
    positions = [each for each in marshal.loads(data).co_positions() if each[0] == 3]
    assert positions
    assert any(column is not None for *_, column in positions) == columns


def test_the_runtime_imports_no_future(tmp_path: Path) -> None:
    source = tmp_path / "m.py"
    source.write_text("from __future__ import annotations\ndef f(x: undefined) -> None: ...\n")
    ((_, data),) = bytecode.compile_all([str(source)], -1)
    code = marshal.loads(data or b"")
    assert "__future__" not in code.co_names
    assert code.co_filename == format.RUNTIME_FILENAME
    exec(code, {})


def test_the_runtime_has_no_annotations(tmp_path: Path) -> None:
    source = tmp_path / "m.py"
    source.write_text(
        "from __future__ import annotations\n"
        "class C:\n"
        "    a: undefined\n"
        "    def f(self, x: undefined = 2, *args: undefined, **kwargs: undefined) -> undefined:\n"
        "        y: undefined = x\n"
        "        z: undefined\n"
        "        return y\n"
        "b: undefined = C().f()\n"
    )
    ((_, data),) = bytecode.compile_all([str(source)], -1)
    assert b"undefined" not in (data or b"")
    namespace: dict[str, Any] = {}
    exec(marshal.loads(data or b""), namespace)
    assert namespace["b"] == 2
    assert not namespace["C"].f.__annotations__
