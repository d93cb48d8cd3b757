"""What is not in the page cache is asked for at once, before it is read in pieces; what is there costs nothing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

from tests.e2e.disk import folder_on_disk, forget
from tests.e2e.packing import pack
from tests.e2e.par import Copy, Par
from tests.e2e.sandbox import tool
from tests.e2e.surgery import member


def _not_cached(par: Par) -> Par:
    fd = os.open(par.path, os.O_RDONLY)
    forget(fd)
    os.close(fd)
    return par


def _advised(par: Par) -> list[tuple[int, int]]:
    """Offsets and sizes of what a start asks the kernel to fetch."""
    command = [tool("strace", "strace"), "-f", "-yy", "-e", "trace=fadvise64", str(par.path)]
    seen = subprocess.run(command, check=True, **par.surroundings(capture_output=True))
    lines = [line for line in seen.stderr.splitlines() if f"<{par.path}>" in line]
    return [
        (int(offset), int(size)) for line in lines for offset, size in re.findall(r", (\d+), (\d+), ", line)
    ]


def test_a_first_start_and_the_next(shared: Copy) -> None:
    with folder_on_disk() as folder:
        par = Par(Path(shutil.copy(shared("numpy").path, folder)))
        first = _advised(_not_cached(par))
        # The end of the index, the code of numpy, and libraries, OpenBLAS with its 20 MB among them.
        assert sum(size for _, size in first) > 20 << 20, first
        with zipfile.ZipFile(par.path) as archive:
            code = archive.getinfo(".par/code")
        start, end = code.header_offset, code.header_offset + code.file_size
        # The tests of numpy are two thirds of its code.
        fetched = sum(size for offset, size in first if start <= offset < end)
        assert 1 << 20 < fetched < code.file_size // 2, (fetched, code.file_size)
        again = _advised(par)
        assert len(again) <= 1, again  # none where the launcher maps what it reads


def test_tables(tmp_path: Path) -> None:
    """Those of a package with very many folders, which begin before what the preamble fetches anyway."""
    last = "a" * 90
    for folder in range(400):
        (tmp_path / f"commands/part{folder:03}").mkdir(parents=True)
    names = [f"commands/part{folder:03}/{last}{number}.py" for folder in range(400) for number in range(10)]
    for name in names:
        (tmp_path / name).touch()
    (tmp_path / "main.py").write_text(f"import commands.part007.{last}7\n")
    par = pack(tmp_path, ["main.py", *names])
    with folder_on_disk() as place:
        advised = _advised(_not_cached(Par(Path(shutil.copy(par.path, place)))))
    start, size = member(par.path, ".par/index")
    (boot, _), *more = advised
    of_tables = [fetched for offset, fetched in more if start <= offset < boot]
    assert sum(of_tables) > 256 << 10 and boot < start + size, (start, size, advised)


def test_a_very_large_library(tmp_path: Path) -> None:
    """Not all of it: what ld.so looks at."""
    (tmp_path / "number.c").write_text("int number(void) { return 1234; }\n")
    command = [
        tool("cc", "gcc"),
        "-shared",
        "-fPIC",
        "-Wl,-soname,liblarge.so",
        "number.c",
        "-o",
        "liblarge.so",
    ]
    subprocess.run(command, cwd=tmp_path, check=True)
    (tmp_path / "main.py").write_text("import ctypes; assert ctypes.CDLL('liblarge.so').number() == 1234\n")
    advised = {}
    for size in (32 << 20, 80 << 20):
        os.truncate(tmp_path / "liblarge.so", size)
        par = pack(tmp_path, ["main.py"], natives=["liblarge.so"])
        with folder_on_disk() as folder:
            advised[size] = sum(
                size for _, size in _advised(_not_cached(Par(Path(shutil.copy(par.path, folder)))))
            )
    assert advised[32 << 20] > 32 << 20 and 0 < advised[80 << 20] < 8 << 20, advised
