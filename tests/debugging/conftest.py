"""A par whose main program waits, works or aborts in C++, two libraries deep."""

from __future__ import annotations

import contextlib
import dataclasses
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.debugging.documented import Lines, Started
from tests.e2e.packing import pack
from tests.e2e.par import Par
from tests.e2e.sandbox import tool

_DEEP = """
#include <cstdio>
#include <cstdlib>
#include <time.h>

namespace deep {

struct Well {
  int depth;
  int draw(char what);
};

int Well::draw(char what) {
  std::printf("ready\\n");
  std::fflush(stdout);
  if (what == 'a') std::abort();
  if (what == 'q') return depth;
  volatile unsigned long long sum = 0;
  for (time_t end = time(nullptr) + 60; time(nullptr) < end;) {
    if (what == 'w') {
      timespec second = {1, 0};
      nanosleep(&second, nullptr);
    } else {
      for (int i = 0; i < 1000000; i++) sum += i;
    }
  }
  return depth;
}

}  // namespace deep

extern "C" int draw_from_well(char what) {
  deep::Well well{7};
  return well.draw(what) + 1;
}
"""

_OUTER = """
extern "C" int draw_from_well(char what);

extern "C" int go_down(char what) {
  int drawn = draw_from_well(what);
  return drawn + 1;
}
"""

_MAIN = """
import ctypes
import sys


def descend(what):
    return ctypes.CDLL("libouter.so").go_down(what.encode()[0])


def main():
    drawn = descend(sys.argv[1])
    print("drawn:", drawn)


if __name__ == "__main__":
    main()
"""


def line_of(source: str, text: str) -> int:
    """Number of the line of a source in which a text is."""
    (number,) = [number for number, line in enumerate(source.splitlines(), 1) if text in line]
    return number


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """With the par, and its sources as the compiler found them."""
    path = Path(tempfile.mkdtemp(prefix="debugging."))
    try:
        yield path
    finally:
        shutil.rmtree(path)


@pytest.fixture(scope="session")
def built(folder: Path) -> Par:
    """well.par, with debugging information."""
    (folder / "deep.cc").write_text(_DEEP)
    (folder / "outer.cc").write_text(_OUTER)
    (folder / "main.py").write_text(_MAIN)
    compile_ = [tool("g++", "g++"), "-g", "-O0", "-shared", "-fPIC", "-fno-omit-frame-pointer"]
    for name, needed in [("deep", []), ("outer", ["-L.", "-ldeep"])]:
        soname = f"lib{name}.so"
        command = [*compile_, f"-Wl,-soname,{soname}", f"{name}.cc", "-o", soname, *needed]
        subprocess.run(command, cwd=folder, check=True)
    par = pack(folder, ["main.py"], natives=["libdeep.so", "libouter.so"], output="well.par")
    for name in ("deep", "outer"):
        (folder / f"lib{name}.so").unlink()  # nobody finds the symbols there
    return par


@pytest.fixture(params=["sparse", "full", "plain"])
def well(request: pytest.FixtureRequest, built: Par) -> Par:
    """well.par in a tier. Its argument: `w`, wait; `b`, be busy; `a`, abort; `q`, end at once."""
    return dataclasses.replace(built, tier=request.param)


@pytest.fixture
def started() -> Started:
    """Starts well.par."""

    @contextlib.contextmanager
    def start(par: Par, what: str) -> Iterator[subprocess.Popen[str]]:
        with par.start(what, stderr=None) as program:
            try:
                assert program.stdout is not None and program.stdout.readline() == "ready\n"
                yield program
            finally:
                program.kill()

    return start


@pytest.fixture(scope="session")
def lines() -> Lines:
    """Finds a line of the sources of well.par."""
    sources = {"deep.cc": _DEEP, "outer.cc": _OUTER, "main.py": _MAIN}

    def find(text: str) -> str:
        ((name, number),) = [
            (name, line_of(source, text)) for name, source in sources.items() if text in source
        ]
        return f"{name}:{number}"

    return find
