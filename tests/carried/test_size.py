"""What docs/size.md says can be left out goes, with the libraries that nothing else needs, and nothing else goes."""

from __future__ import annotations

import re
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.carried.root import bare
from tests.e2e.par import built

_FOLDER = "lib/python3.14/"


def members(par: Path) -> dict[str, zipfile.ZipInfo]:
    with zipfile.ZipFile(par) as archive:
        return {member.filename: member for member in archive.infolist()}


def module(path: str) -> str:
    """The dotted name of what a member of the standard library is, or belongs to."""
    return path.removeprefix(_FOLDER).removeprefix("lib-dynload/").partition(".")[0].replace("/", ".")


def documented() -> list[str]:
    """The names in the page's example."""
    page = built("docs/size.md").read_text("utf-8")
    found = re.search(r"exclude_stdlib = \[(.*?)\]", page, re.DOTALL)
    assert found
    return re.findall(r'"([\w.]+)"', found[1])


def test_what_is_left_out() -> None:
    whole, small = (members(built(f"tests/carried/{name}_3_14.par")) for name in ("hello", "small"))
    gone = whole.keys() - small.keys()
    names = documented()
    modules = {module(path) for path in gone if path.startswith(_FOLDER)}
    assert {name for name in names if any(f"{each}.".startswith(name + ".") for each in modules)} == {*names}
    assert {each for each in modules if not any(f"{each}.".startswith(name + ".") for name in names)} == set()
    libraries = {path for path in gone if not path.startswith(_FOLDER)}
    assert {re.sub(r"[-.\d]*\.so.*", "", path) for path in libraries} == {
        f"lib/lib{name}"
        for name in ("crypto", "db", "ncursesw", "panelw", "readline", "sqlite", "ssl", "tinfo", "zstd")
    }


def test_it_runs_and_is_smaller() -> None:
    whole, small = (built(f"tests/carried/{name}_3_14.par") for name in ("hello", "small"))
    assert small.stat().st_size < whole.stat().st_size - (15 << 20)
    command = [*bare(small), "a"]
    completed = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (completed.returncode, completed.stdout, completed.stderr) == (0, "hello 3.14 a\n", "")


def test_the_page_says_how_much() -> None:
    page = built("docs/size.md").read_text("utf-8")
    found = re.search(r"^It has ([\d.]+) MB in place of ([\d.]+)\.$", page, re.MULTILINE)
    assert found and f"| in all | {found[2]} |" in page
    sizes = [built(f"tests/carried/{name}_3_14.par").stat().st_size for name in ("small", "hello")]
    assert [float(number) for number in found.groups()] == pytest.approx(
        [size / 1e6 for size in sizes], abs=0.2
    )


def test_sources_of_the_standard_library_are_deflated_and_read() -> None:
    par = built("tests/carried/hello_3_14.par")
    sources = [
        member for path, member in members(par).items() if path.startswith(_FOLDER) and path.endswith(".py")
    ]
    assert sum(member.compress_size for member in sources) < 0.4 * sum(member.file_size for member in sources)
    code = "import inspect, json; print(inspect.getsource(json.loads)[:9]); json.loads('{')"
    command = [*bare(par, "--setenv", "MEMFD_PAR_INTERPRETER", "1"), "-c", code]
    completed = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (completed.returncode, completed.stdout) == (1, "def loads\n")
    assert "    obj, end = self.raw_decode(s, idx=_w(s, 0).end())\n" in completed.stderr
    # C code opens it: it is the script that Python's own main function reads.
    command = [*command[:-2], f"/app.par/{_FOLDER}this.py"]
    completed = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (completed.returncode, completed.stderr) == (0, "")
    assert completed.stdout.startswith("The Zen of Python")
