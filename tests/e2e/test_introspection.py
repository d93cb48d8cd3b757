"""Modules of a par tell of themselves what modules of a folder do."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from tests.e2e.par import Copy, Par


def _check(par: Par, code: str) -> None:
    """Runs assertions in the par; PAR is its path."""
    par.output(f"PAR = {str(par.path)!r}\n" + code)


def test_attributes_of_a_module(probe: Par) -> None:
    _check(
        probe,
        """
import shapes.circle as m
path = PAR + "/shapes/circle.py"
assert m.__file__ == m.__spec__.origin == m.__loader__.path == m.__loader__.get_filename() == path
assert m.__name__ == m.__spec__.name == "shapes.circle" and m.__package__ == m.__spec__.parent == "shapes"
assert m.__spec__.has_location and m.__spec__.cached is None and not hasattr(m, "__cached__")
assert m.__spec__.loader is m.__loader__ and m.__spec__.submodule_search_locations is None
assert not hasattr(m, "__path__") and m.__doc__ == "A round shape."
assert m.main.__code__.co_filename == path and m.Circle.__module__ == "shapes.circle"
import importlib.machinery, sys
assert isinstance(m.__loader__, importlib.machinery.SourceFileLoader)
assert sys.modules["shapes.circle"] is m and sys.modules["shapes"].circle is m
""",
    )


def test_attributes_of_a_package(probe: Par) -> None:
    _check(
        probe,
        """
import shapes
assert shapes.__file__ == PAR + "/shapes/__init__.py" == shapes.__spec__.origin
assert list(shapes.__path__) == [PAR + "/shapes"] == shapes.__spec__.submodule_search_locations
assert shapes.__package__ == "shapes" and shapes.__loader__.is_package("shapes")
""",
    )


def test_attributes_of_an_extension_module(natives: Par) -> None:
    _check(
        natives,
        """
import _answer, other._other as o, importlib.machinery, other
assert _answer.__file__ == _answer.__spec__.origin == PAR + "/_answer.so", _answer.__file__
assert o.__file__ == PAR + "/other/_other.so" and o.__package__ == "other" and o.__name__ == "other._other"
assert isinstance(o.__loader__, importlib.machinery.ExtensionFileLoader) and o.__spec__.has_location
assert o.__loader__.get_source("other._other") is None and o.__loader__.get_code("other._other") is None
assert o.__spec__.cached is None and not hasattr(o, "__cached__")
assert other.__file__ is None if hasattr(other, "__file__") else True
import memfd_par
rows = {row.module: row for row in memfd_par.loaded()}
assert rows["_answer"].member == "_answer.so" and rows["_answer"].tier == "sparse" and rows["_answer"].size > 0
names = [row.soname for row in memfd_par.loaded()]
assert names.index("libinner.so") < names.index("libouter.so") < names.index("_answer.so"), names
""",
    )


def test_main_as_a_script(probe: Par) -> None:
    _check(
        probe,
        """
import sys
main = sys.modules["__main__"]
assert main.__dict__ is globals() and __name__ == "__main__" and __spec__ is None and __package__ is None
assert __file__ == PAR + "/tests/e2e/programs/probe.py" and __loader__.path == __file__
assert sys.argv == [PAR] and sys.path[0] == PAR + "/", (sys.argv, sys.path)
assert __doc__ == "Runs its first argument as `python -c` does: tests look around in a par with it."
assert sys.orig_argv[-1].startswith("PAR =") if hasattr(sys, "orig_argv") else True
names = {"__name__", "__doc__", "__package__", "__loader__", "__spec__", "__builtins__", "__file__"}
extra = {name for name in globals() if name.startswith("__")} - names - {"__annotations__", "__cached__"}
assert not extra, extra
""",
    )


def test_sys_path_is_the_par_and_the_standard_library(probe: Par) -> None:
    shown = probe.output(
        "import json, sys, sysconfig; print(json.dumps([sysconfig.get_path('stdlib'), *sys.path]))"
    )
    library, first, *others = json.loads(shown)
    assert first == f"{probe.path}/"
    assert [path for path in others if not path.endswith(".zip")] == [library, f"{library}/lib-dynload"]


def test_source(probe: Par) -> None:
    _check(
        probe,
        """
import inspect, linecache, shapes.circle as m, shapes
text = m.__loader__.get_source("shapes.circle")
assert text.startswith('"A round'[:0] + '\"\"\"A round shape.'), text
assert inspect.getsource(m) == text and inspect.getfile(m) == inspect.getsourcefile(m) == m.__file__
lines, number = inspect.getsourcelines(m.Circle)
assert lines == text.splitlines(True)[number - 1:number - 1 + len(lines)] and lines[0] == "class Circle(Shape):\\n"
assert inspect.getsource(m.main).startswith("def main() -> int:\\n")
assert linecache.getline(m.__file__, 1, vars(m)) == text.splitlines(True)[0]
assert inspect.getmodule(m.Circle) is m and inspect.getsource(inspect.getmodule(m.main)) == text
assert m.__loader__.get_data(m.__file__).decode() == text
assert inspect.getsource(__import__("__main__")).startswith('\"\"\"Runs its first')
linecache.checkcache(); assert linecache.getline(m.__file__, 1, vars(m))
""",
    )


def test_data_that_is_not_there(probe: Par) -> None:
    _check(
        probe,
        """
import shapes
for path in (PAR + "/shapes/none", "/etc/passwd", PAR):
    try: shapes.__loader__.get_data(path)
    except OSError as error: assert error.errno == 2 and error.filename == path
    else: raise AssertionError(path)
""",
    )


@pytest.mark.parametrize("name", ["probe", "deflated"])
def test_pickle(shared: Copy, name: str) -> None:
    _check(
        shared(name),
        """
import os, pickle, shapes, sys
class Mine:
    def __eq__(self, other): return type(self) is type(other) and vars(self) == vars(other)
mine = Mine(); mine.value = [1, shapes.Circle]
data = pickle.dumps(mine)
assert b"__main__" in data and pickle.loads(data) == mine
assert pickle.loads(pickle.dumps(shapes.Circle)) is shapes.Circle and pickle.loads(pickle.dumps(shapes.circle.main))
read, write = os.pipe()
if os.fork() == 0:
    os.write(write, pickle.dumps((mine, pickle.loads(data) == mine)))
    os._exit(0)
os.wait()
assert pickle.loads(os.read(read, 65536)) == (mine, True)
""",
    )


def test_multiprocessing(probe: Par) -> None:
    """Workers by fork run the program's own functions."""
    code = """
import multiprocessing
def square(x): return x * x
with multiprocessing.get_context("fork").Pool(2) as pool:
    print(pool.map(square, range(4)))
"""
    assert probe.output(code) == "[0, 1, 4, 9]\n"


def test_garbage_is_collected(probe: Par) -> None:
    _check(
        probe,
        """
import gc, weakref
assert gc.isenabled() and gc.get_freeze_count() > 0
class Node: pass
node = Node(); node.me = node; seen = weakref.ref(node); del node
gc.collect(); assert seen() is None
""",
    )


def test_names_that_site_gives(probe: Par) -> None:
    _check(
        probe,
        """
import builtins, sys
assert all(hasattr(builtins, name) for name in ("exit", "quit", "help"))
assert "_sitebuiltins" not in sys.modules
assert repr(exit).startswith("Use exit") and repr(quit).startswith("Use quit")
assert type(exit) is type(quit) is sys.modules["_sitebuiltins"].Quitter and "help" in repr(help)
assert "site" not in sys.modules
import io, contextlib
out = io.StringIO()
with contextlib.redirect_stdout(out): help(len)
assert "Return the number of items" in out.getvalue()
try:
    quit(7)
except SystemExit as end:
    assert end.code == 7
""",
    )


def test_every_module_of_the_runtime_has_its_source(probe: Par) -> None:
    _check(
        probe,
        """
import inspect, memfd_par, pkgutil, importlib
assert memfd_par.__file__ == PAR + "/memfd_par/__init__.py"
assert str(memfd_par.loaded()).startswith("SONAME") and memfd_par.loaded() == ()
names = [info.name for info in pkgutil.iter_modules(memfd_par.__path__, "memfd_par.")]
assert "memfd_par.image" in names, names
for name in names:
    if name != "memfd_par.explain":
        assert inspect.getsource(importlib.import_module(name)).startswith('\"\"\"'), name
""",
    )


@pytest.mark.parametrize("tier", ["sparse", "plain"])
def test_functions_that_take_paths(probe: Par, tier: str) -> None:
    """Before and after the loader in C has put its own functions in their place, which it does when there are many calls."""
    code = """
import copy, inspect, io, os, pickle, posix, types
def check():
    assert os.stat is posix.stat and open is io.open and os.open is posix.open
    for function, module in ((os.stat, "posix"), (os.listdir, "posix"), (os.rename, "posix"), (open, "io")):
        assert function.__module__ in (module, "_" + module), function.__module__
        assert function.__doc__ and function.__name__ == function.__qualname__ and callable(function), function
        assert inspect.signature(function)
    assert os.stat.__name__ == "stat" and os.stat.__doc__.startswith("Perform a stat system call")
    assert os.stat in os.supports_dir_fd & os.supports_follow_symlinks & os.supports_fd and os.listdir in os.supports_fd
    assert os.access in os.supports_effective_ids and os.rename in os.supports_dir_fd
    class Holder: stat = os.stat
    assert Holder().stat("/").st_ino == Holder.stat("/").st_ino == os.stat("/").st_ino
check()
first = os.stat
for _ in range(2500): os.stat("/")
check()
natively = isinstance(os.stat, types.BuiltinFunctionType)
if natively:
    assert first is not os.stat and first("/") == os.stat("/") and first in os.supports_dir_fd
    for function in (os.stat, os.rename, open):
        assert pickle.loads(pickle.dumps(function)) is function is copy.deepcopy(function)
    assert str(inspect.signature(os.stat)) == "(path, *, dir_fd=None, follow_symlinks=True)"
    assert repr(os.stat) == "<built-in function stat>" and os.stat.__self__.__name__ == "posix"
print(natively)
"""
    probe = dataclasses.replace(probe, tier=tier)
    assert probe.output(code) == f"{tier == 'sparse'}\n"


def test_a_function_that_somebody_replaced_stays_so(probe: Par) -> None:
    _check(
        probe,
        """
import os, unittest.mock
with unittest.mock.patch("os.listdir", return_value=["mocked"]):
    for _ in range(2500): os.stat("/")
    assert os.listdir("/") == ["mocked"]
assert "etc" in os.listdir("/") and "shapes" in os.listdir(PAR)
""",
    )


def test_odd_arguments_of_functions_that_take_paths(probe: Par) -> None:
    """They are the original's to judge. The loader's functions ask path-like objects once."""
    code = """
import os, pathlib
class Counted:
    asked = 0
    def __init__(self, path): self.path = path
    def __fspath__(self):
        self.asked += 1
        return self.path
class Bad:
    def __fspath__(self): raise LookupError("bad")
class Text(str): pass
file = PAR + "/shapes/names.txt"
def check(most):
    for call in (lambda: os.stat(3.5), lambda: os.stat(), lambda: os.stat("/", "/"), lambda: open(bytearray(b"x"))):
        try: call()
        except TypeError: pass
        else: raise AssertionError(call)
    for call in (lambda: os.stat(Bad()), lambda: open(Bad())):
        try: call()
        except LookupError: pass
        else: raise AssertionError(call)
    size = os.stat(file).st_size
    for path in (Text(file), os.fsencode(file), pathlib.Path(file), Counted(file), Counted(os.fsencode(file))):
        assert os.stat(path).st_size == size == os.stat(path=path).st_size, path
        with open(path, "rb") as opened, open(file=path, mode="rb", opener=os.open) as again:
            assert len(opened.read()) == size == len(again.read())
    counted = Counted("/etc")
    assert os.listdir(counted) and counted.asked <= most, counted.asked
    try: os.stat(pathlib.Path("/nonexistent"))
    except FileNotFoundError as error: assert error.filename == "/nonexistent"
    assert os.stat(0).st_mode and os.listdir() == os.listdir(None) == os.listdir(".")
check(2)
for _ in range(2500): os.stat("/")
check(1)
"""
    _check(probe, code)


def test_functions_are_not_replaced_while_shutil_compares_them(probe: Par, tmp_path: Path) -> None:
    """After some 2000 calls, those of the loader in C take the place of Python's; a tree is removed by more."""
    for number in range(3000):
        (tmp_path / "tree" / str(number % 50) / str(number)).mkdir(parents=True)
    _check(
        probe,
        f"""
import os, shutil
shutil.rmtree({str(tmp_path / "tree")!r})
assert os.listdir({str(tmp_path)!r}) == []
for _ in range(300): os.stat("/")
assert type(os.stat) is type(len), os.stat
""",
    )
