"""Byte-code: the same every time, and None where there is none."""

from __future__ import annotations

import marshal
from importlib.util import MAGIC_NUMBER
from pathlib import Path

import pytest

from packer import bytecode

SETS = "NAMES = {'alpha', 'beta', 'gamma', 'delta'}\ndef f(x):\n    return x in {'one', 'two', 'three'}\n"


def test_code_has_the_stored_path_as_its_file(tmp_path: Path) -> None:
    source = tmp_path / "m.py"
    source.write_text("def f():\n    return 1\n")
    ((name, data),) = bytecode.compile_all([("pkg/m.py", str(source))], 0)
    assert name == "pkg/m.py" and data is not None
    code = marshal.loads(data)
    assert code.co_filename == "pkg/m.py"


def test_the_same_bytes_whatever_the_hash_seed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "m.py"
    source.write_text(SETS)
    results = set()
    for seed in ("1", "2", "random"):
        monkeypatch.setenv("PYTHONHASHSEED", seed)
        results.add(tuple(bytecode.compile_all([("m.py", str(source))] * 3, 0)))
    assert len(results) == 1


def test_what_does_not_compile_is_left_to_the_importer(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text("print 'two'\n")
    nul = tmp_path / "nul.py"
    nul.write_bytes(b"x = 1\0")
    found = dict(bytecode.compile_all([("bad.py", str(bad)), ("nul.py", str(nul))], 0))
    assert found == {"bad.py": None, "nul.py": None}


def test_byte_code_without_source_of_this_version_only(tmp_path: Path) -> None:
    ours = tmp_path / "ours.pyc"
    ours.write_bytes(MAGIC_NUMBER + bytes(12) + marshal.dumps(compile("x = 1", "x", "exec")))
    other = tmp_path / "other.pyc"
    other.write_bytes(b"\0\0\r\n" + bytes(12))
    found = dict(bytecode.compile_all([("ours.pyc", str(ours)), ("other.pyc", str(other))], 0))
    assert found["other.pyc"] is None
    assert found["ours.pyc"] == ours.read_bytes()[16:]


def test_more_sources_than_one_process_compiles(tmp_path: Path) -> None:
    sources = []
    for number in range(901):
        path = tmp_path / f"m{number}.py"
        path.write_text(f"x = {number}\n")
        sources.append((f"m{number}.py", str(path)))
    found = list(bytecode.compile_all(sources, 0))
    assert [name for name, _ in found] == [name for name, _ in sources]
    namespace: dict[str, int] = {}
    exec(marshal.loads(found[-1][1] or b""), namespace)
    assert namespace["x"] == 900


@pytest.mark.parametrize(("optimize", "kept"), [(0, True), (1, True), (2, False)])
def test_optimisation(tmp_path: Path, optimize: int, kept: bool) -> None:
    source = tmp_path / "m.py"
    source.write_text('"""Doc."""\nassert False\n')
    ((_, data),) = bytecode.compile_all([("m.py", str(source))], optimize)
    code = marshal.loads(data or b"")
    assert ("Doc." in code.co_consts) is kept
    if optimize:
        exec(code, {})


def test_the_runtime_imports_no_future(tmp_path: Path) -> None:
    source = tmp_path / "m.py"
    source.write_text("from __future__ import annotations\ndef f(x: undefined) -> None: ...\n")
    (data,) = bytecode.compile_runtime([str(source)])
    code = marshal.loads(data)
    assert "__future__" not in code.co_names
    exec(code, {})


def test_a_runtime_that_does_not_compile_is_an_error(tmp_path: Path) -> None:
    source = tmp_path / "m.py"
    source.write_text("def")
    with pytest.raises(SyntaxError, match="the runtime does not compile"):
        bytecode.compile_runtime([str(source)])
