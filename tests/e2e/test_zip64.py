"""Pars with more members, and more bytes, than a plain zip archive can count."""

from __future__ import annotations

import os
import shutil
import subprocess
import zipfile
from pathlib import Path

from tests.e2e.packing import pack
from tests.e2e.par import built
from tests.e2e.sandbox import tool
from tests.e2e.surgery import member

_NATIVE = "tests/e2e/programs/native"
_LIBRARIES = ["libinner.so", "libouter.so"]


def _natives(folder: Path) -> dict[str, str]:
    for name in [*_LIBRARIES, "_answer.so"]:
        shutil.copyfile(built(f"{_NATIVE}/{name}"), folder / name)
    return {"_answer": "_answer.so"}


def test_more_members_than_16_bits_can_count(folder: Path) -> None:
    files = ["main.py", *(f"data/{number // 1000}/{number}.txt" for number in range(66_000))]
    for number in range(0, 66_000, 1000):
        (folder / "data" / str(number // 1000)).mkdir(parents=True)
    for file in files[1:]:
        descriptor = os.open(folder / file, os.O_WRONLY | os.O_CREAT)
        os.write(descriptor, file.encode())
        os.close(descriptor)
    (folder / "data" / "__init__.py").touch()
    (folder / "main.py").write_text(
        "import _answer, data, importlib.resources as r\n"
        "print(_answer.answer(), [(r.files(data) / str(n // 1000) / f'{n}.txt').read_text() for n in (0, 65_999)])\n"
    )
    par = pack(folder, [*files, "data/__init__.py"], natives=_LIBRARIES, extensions=_natives(folder))
    assert par.output() == "42 ['data/0/0.txt', 'data/65/65999.txt']\n"
    with zipfile.ZipFile(par.path) as archive:
        assert len(archive.infolist()) > 66_000
    unzip = subprocess.run([tool("unzip", "unzip"), "-l", str(par.path)], capture_output=True, text=True)
    assert unzip.returncode in (0, 1)
    assert "data/65/65999.txt" in unzip.stdout


def test_more_bytes_than_32_bits_can_count(folder: Path) -> None:
    """What lies behind a member of 4 GiB: native code, data, code, and all tables."""
    size = 4 * 1024**3 + 5
    with (folder / "a.bin").open("wb") as file:
        file.truncate(size)
        file.seek(size - 4)
        file.write(b"tail")
    (folder / "main.py").write_text(
        "import _answer, sys, importlib.resources as r, zlast\n"
        "print(_answer.answer(), zlast.__doc__, __loader__.get_data(sys.argv[0] + '/z.txt'))\n"
        "import inspect; print(inspect.getsource(zlast))\n"
        "1 / 0\n"
    )
    (folder / "zlast.py").write_text('"""Last."""')
    (folder / "z.txt").write_text("text")
    files = ["a.bin", "main.py", "z.txt", "zlast.py"]
    par = pack(folder, files, natives=_LIBRARIES, extensions=_natives(folder))
    (folder / "a.bin").unlink()
    completed = par.run()
    assert completed.stdout == '42 Last. b\'text\'\n"""Last."""\n\n'
    assert completed.stderr.endswith("ZeroDivisionError: division by zero\n")
    assert member(par.path, "_answer.so")[0] < member(par.path, "a.bin")[0]
    assert member(par.path, "libouter.so")[0] > 4 * 1024**3
    assert member(par.path, "libouter.so")[0] % 4096 == 0
    with zipfile.ZipFile(par.path) as archive:
        assert archive.getinfo("a.bin").file_size == size
        assert archive.read("zlast.py") == b'"""Last."""'
