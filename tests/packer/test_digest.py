"""Digests: what is found of files, the same bytes every time, and digests that are of no use."""

from __future__ import annotations

import hashlib
import marshal
import os
import subprocess
import sys
import zlib
from contextlib import nullcontext
from pathlib import Path

import pytest
from elf_fixtures import Forge

from packer import digest, digester, elf
from packer.digest import FileFacts
from packer.errors import PackError

SOURCE = b"def answer():\n    return 42\n"


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """One file of each sort, by name."""
    forge = Forge(tmp_path)
    found = {
        "m.py": tmp_path / "m.py",
        "bad.py": tmp_path / "bad.py",
        "a.b.py": tmp_path / "a.b.py",  # no import can name it
        "data.txt": tmp_path / "data.txt",
        "run.sh": tmp_path / "run.sh",
        "empty": tmp_path / "empty",
        "cut.so": tmp_path / "cut.so",
        "libx.so": forge.library("libx.so", "int x(void) { return 1; }"),
    }
    found["m.py"].write_bytes(SOURCE)
    found["bad.py"].write_text("print 'two'\n")
    found["a.b.py"].write_bytes(SOURCE)
    found["data.txt"].write_bytes(b"text " * 1_000_000)
    found["run.sh"].write_text("#!/bin/sh\n")
    found["empty"].touch()
    found["cut.so"].write_bytes(found["libx.so"].read_bytes()[:200])
    return found


def digested(files: dict[str, Path], optimize: int = 0) -> dict[str, FileFacts]:
    """Facts by name, after a trip through a digest file."""
    data = digest.encode(digester.digest(map(str, files.values()), optimize), optimize)
    return {os.path.basename(f.local_path): f for f in digest.decode(data, "a.digest", optimize)}


def test_every_file_has_its_checksums(files: dict[str, Path]) -> None:
    found = digested(files)
    assert found.keys() == files.keys()
    for name, path in files.items():
        data = path.read_bytes()
        facts = found[name]
        assert (facts.local_path, facts.size, facts.crc) == (str(path), len(data), zlib.crc32(data))
        assert (facts.digest, facts.head) == (hashlib.sha256(data).digest(), data[:4])


def test_sources_have_code(files: dict[str, Path]) -> None:
    found = digested(files)
    assert [name for name, facts in found.items() if facts.code is not None] == ["m.py"]
    namespace: dict[str, object] = {}
    exec(marshal.loads(found["m.py"].code or b""), namespace)
    assert eval("answer()", namespace) == 42


@pytest.mark.parametrize("optimize", [0, 1, 2])
def test_code_is_of_the_level_that_was_asked_for(optimize: int, tmp_path: Path) -> None:
    source = tmp_path / "m.py"
    source.write_text('"""Doc."""\nassert False\n')
    code = marshal.loads(digested({"m.py": source}, optimize)["m.py"].code or b"")
    assert ("Doc." in code.co_consts) is (optimize < 2)
    with pytest.raises(AssertionError) if optimize == 0 else nullcontext():
        exec(code, {})


def test_elf_files_have_facts_and_damaged_ones_the_error(files: dict[str, Path]) -> None:
    found = digested(files)
    assert [name for name, facts in found.items() if facts.native] == ["cut.so", "libx.so"]
    library, cut = found["libx.so"].native, found["cut.so"].native
    assert library and library.facts == elf.read(str(files["libx.so"]))
    assert cut and cut.facts is None
    assert f"{files['cut.so']} begins like an ELF file but cannot be read as one" in cut.damage


def test_the_same_files_give_the_same_bytes(files: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "files").write_text("".join(f"{path}\n" for path in files.values()))
    program = "import sys; from packer import digester; sys.exit(digester.main(sys.argv[1:]))"
    found = set()
    for seed in ("1", "2", "random"):
        output = tmp_path / f"{seed}.digest"
        arguments = [f"--files={tmp_path}/files", f"--output={output}", "--optimize=0"]
        subprocess.run(
            [sys.executable, "-c", program, *arguments],
            env={**os.environ, "PYTHONPATH": ":".join(sys.path), "PYTHONHASHSEED": seed},
            check=True,
        )
        found.add(output.read_bytes())
    assert len(found) == 1


def test_the_facts_of_a_file_do_not_depend_on_its_company(files: dict[str, Path]) -> None:
    together = digested(files)
    for name, path in files.items():
        assert digested({name: path})[name] == together[name]


def test_the_program_leaves_out_what_no_par_carries(files: dict[str, Path], tmp_path: Path) -> None:
    cache = tmp_path / "__pycache__" / "m.pyc"
    cache.parent.mkdir()
    cache.touch()
    build = tmp_path / "BUILD.bazel"
    build.touch()
    listed = [files["m.py"], cache, build, tmp_path / "nowhere", tmp_path, files["data.txt"]]
    (tmp_path / "files").write_text("".join(f"{path}\n" for path in listed))
    output = tmp_path / "out.digest"
    assert digester.main([f"--files={tmp_path}/files", f"--output={output}", "--optimize=1"]) == 0
    found = [facts.local_path for facts in digest.read(str(output), 1)]
    assert found == [str(files["m.py"]), str(files["data.txt"])]


def test_another_levels_digest_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.digest"
    path.write_bytes(digest.encode([], 0))
    assert digest.read(str(path), 0) == []
    with pytest.raises(PackError) as raised:
        digest.read(str(path), 2)
    assert f"{path} is no digest that this packer can use: it begins with {digest.first_line(0)!r}" in str(
        raised.value
    )
    assert f"needed is {digest.first_line(2)!r}" in str(raised.value)


def test_what_is_no_digest_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.digest"
    for data in (b"", b"#!/bin/sh\n"):
        path.write_bytes(data)
        with pytest.raises(PackError, match="is no digest that this packer can use"):
            digest.read(str(path), 0)


def test_a_damaged_digest_is_refused(files: dict[str, Path], tmp_path: Path) -> None:
    whole = digest.encode(digester.digest([str(files["m.py"]), str(files["libx.so"])], 0), 0)
    path = tmp_path / "a.digest"
    first = len(digest.first_line(0))
    for size in [first, first + 10, *range(first + 20, len(whole), 97), len(whole) - 1]:
        path.write_bytes(whole[:size])
        with pytest.raises(PackError, match=r"a\.digest is cut off or damaged: .*Mend: build it again"):
            digest.read(str(path), 0)
