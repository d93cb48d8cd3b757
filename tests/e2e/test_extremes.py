"""Pars with very many or very large libraries, and one whose build had no C compiler."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.e2e.packing import pack
from tests.e2e.par import Par, built, says
from tests.e2e.sandbox import tool

_NATIVE = "tests/e2e/programs/native"

_MAIN = """
import ctypes, memfd_par, sys
print(ctypes.CDLL(sys.argv[1]).number())
images = memfd_par.loaded()
print(len(images), *sorted({(image.tier, image.why) for image in images}))
"""


def _library(folder: Path, name: str) -> Path:
    """Compiles a library with one function, which returns 1234."""
    (folder / "number.c").write_text("int number(void) { return 1234; }\n")
    command = [tool("cc", "gcc"), "-shared", "-fPIC", f"-Wl,-soname,{name}", "number.c", "-o", name]
    subprocess.run(command, cwd=folder, check=True)
    return folder / name


def test_a_thousand_libraries_and_few_descriptors(folder: Path) -> None:
    """None keeps a descriptor; each has a soname of its own."""
    first = _library(folder, "libn0000.so").read_bytes()
    names = [f"libn{number:04}.so" for number in range(1000)]
    for name in names:
        (folder / name).write_bytes(first.replace(b"libn0000.so", name.encode()))
    (folder / "main.py").write_text(_MAIN)
    par = pack(folder, ["main.py"], natives=names)
    assert par.output("libn0999.so", prefix=["prlimit", "--nofile=64"]) == "1234\n1000 ('sparse', '')\n"


def test_a_library_of_two_gigabytes(folder: Path) -> None:
    """A sparse image holds no more of it than a small one's."""
    large = _library(folder, "liblarge.so")
    with large.open("r+b") as file:
        file.truncate(2 * 1024**3 + 4096)
    (folder / "main.py").write_text(_MAIN)
    par = pack(folder, ["main.py"], natives=["liblarge.so"])
    large.unlink()
    limited = ["prlimit", f"--fsize={4 * 1024**3}", f"--as={1 << 30}"]
    assert par.output("liblarge.so", prefix=limited) == "1234\n1 ('sparse', '')\n"
    # A copy does not fit into what this process may write: it says so.
    plain = Par(par.path, par.python, "plain")
    stderr = plain.fails("liblarge.so", prefix=["prlimit", f"--fsize={1 << 30}"])
    says(stderr, "There is not enough memory to load liblarge.so", str(par.path), "Raise the memory limit")


@pytest.mark.parametrize("option", ["--loader=", None])
def test_without_a_c_compiler(folder: Path, option: str | None) -> None:
    """Such a build has no loader in C: the runtime's own Python loads everything."""
    for name in ["libinner.so", "libouter.so", "_answer.so"]:
        shutil.copyfile(built(f"{_NATIVE}/{name}"), folder / name)
    (folder / "main.py").write_text(
        "import _answer, memfd_par\n"
        "print(_answer.answer(), *sorted({(image.tier, image.why) for image in memfd_par.loaded()}))\n"
    )
    options = [option] if option else []
    par = pack(
        folder,
        ["main.py"],
        *options,
        natives=["libinner.so", "libouter.so"],
        extensions={"_answer": "_answer.so"},
    )
    tier = ("plain", "the par was built without a C compiler") if option else ("sparse", "")
    assert par.output() == f"42 {tier}\n"
