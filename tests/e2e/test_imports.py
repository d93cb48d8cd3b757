"""The import system of a program in a par: what importlib, pkgutil and runpy do with it."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.e2e.par import Copy, Par, says
from tests.e2e.sandbox import tool


def _check(par: Par, code: str) -> None:
    par.output(f"PAR = {str(par.path)!r}\n" + code)


def test_relative_imports(probe: Par) -> None:
    _check(
        probe,
        """
import shapes.deep.er, shapes
assert shapes.deep.er.Circle is shapes.Circle and shapes.deep.base is shapes.base
""",
    )


def test_find_spec(probe: Par) -> None:
    _check(
        probe,
        """
import importlib.util, sys
spec = importlib.util.find_spec("shapes.circle")
assert spec.origin == PAR + "/shapes/circle.py" and spec.has_location and "commons" not in sys.modules
assert importlib.util.find_spec("shapes.nothing") is None and importlib.util.find_spec("nothing_at_all") is None
assert importlib.util.find_spec(".base", "shapes").name == "shapes.base"
module = importlib.util.module_from_spec(importlib.util.find_spec("shapes.deep.er"))
module.__spec__.loader.exec_module(module)
assert module.Circle.name == "circle"
try: importlib.util.find_spec("shapes.circle.below")
except ModuleNotFoundError as error: assert "__path__" in str(error), error
else: raise AssertionError
""",
    )


def test_reload(probe: Par) -> None:
    _check(
        probe,
        """
import importlib, shapes.base
first = shapes.base.Shape; shapes.base.added = 1
assert importlib.reload(shapes.base) is shapes.base and shapes.base.Shape is not first and shapes.base.added == 1
import commons, commons.near
assert importlib.reload(commons) is commons and importlib.reload(commons.near).PLACE == "near"
importlib.invalidate_caches()
""",
    )


def test_namespace_package_over_two_targets(probe: Par) -> None:
    _check(
        probe,
        """
import commons.far, commons
assert commons.far.PLACE == "far from near" and list(commons.__path__) == [PAR + "/commons"]
assert getattr(commons, "__file__", None) is None and commons.__spec__.origin is None
assert commons.__spec__.submodule_search_locations is not None
""",
    )


def test_namespace_package_that_goes_on_outside(probe: Par, folder: str) -> None:
    """A folder that the program puts on sys.path serves modules as ever; a regular package of the par wins."""
    _check(
        probe,
        f"""
import os, sys
folder = {str(folder)!r}
os.mkdir(folder + "/shapes")
for name in ("/outside.py", "/shapes/extra.py"): open(folder + name, "w").write("here = __file__")
sys.path.append(folder)
sys.dont_write_bytecode = True
import outside, shapes
assert outside.here == folder + "/outside.py"
try: import shapes.extra
except ModuleNotFoundError: pass
else: raise AssertionError
shapes.__path__.append(folder + "/shapes")
import shapes.extra
assert shapes.extra.here == folder + "/shapes/extra.py"
""",
    )


def test_pkgutil(probe: Par) -> None:
    _check(
        probe,
        """
import pkgutil, shapes, sys, commons
names = [(m.name, m.ispkg) for m in pkgutil.iter_modules(shapes.__path__)]
assert names == [("__main__", False), ("base", False), ("circle", False), ("deep", True), ("many", False)], names
walked = [m.name for m in pkgutil.walk_packages(shapes.__path__, "shapes.")]
assert [name[7:] for name in walked] == ["__main__", "base", "circle", "deep", "deep.er", "many"], walked
assert [m.name for m in pkgutil.iter_modules(commons.__path__)] == ["far", "near"]
tops = {m.name for m in pkgutil.iter_modules([PAR + "/"])}
assert {"shapes", "faulty", "memfd_par"} <= tops and "commons" not in tops, tops
assert {"shapes", "json"} <= {m.name for m in pkgutil.iter_modules()}
assert pkgutil.get_data("shapes", "names.txt").startswith(b"circle")
assert pkgutil.resolve_name("shapes.circle:Circle").name == "circle"
assert isinstance(pkgutil.get_importer(PAR + "/shapes"), object)
info = next(m for m in pkgutil.iter_modules(shapes.__path__) if m.name == "base")
assert info.module_finder.find_spec("shapes.base").origin == PAR + "/shapes/base.py"
""",
    )


def test_runpy(probe: Par) -> None:
    shown = probe.output(
        "import runpy, sys\n"
        "names = runpy.run_module('shapes.deep.er', run_name='other', alter_sys=True)\n"
        "assert names['__name__'] == 'other' and names['__file__'].endswith('.par/shapes/deep/er.py')\n"
        "runpy.run_module('shapes', run_name='__main__')\n"
    )
    assert shown == f"__main__ shapes.__main__ shapes <circle> []\n{probe.path}/shapes/__main__.py\n"


def test_zipimport_serves_nothing(probe: Par) -> None:
    _check(
        probe,
        """
import sys
for name in ("shapes.missing", "shapes.deep.missing", "commons.missing", "nothing", "_sqlite", "xml.nothing"):
    try: __import__(name)
    except ModuleNotFoundError as error: assert error.name == name and str(error) == f"No module named {name!r}"
    else: raise AssertionError(name)
import shapes, pkgutil; list(pkgutil.walk_packages(shapes.__path__))
import zipimport  # the interpreter itself imports it at start
assert zipimport._zip_directory_cache == {} and "zipfile" not in sys.modules
assert not [value for value in sys.path_importer_cache.values() if type(value).__name__ == "zipimporter"]
""",
    )


def test_the_zip_directory_is_not_read(probe: Par) -> None:
    """No read comes near the end of the file, where the zip directory lies."""
    code = "import shapes, commons.far, json\ntry: import shapes.none, none\nexcept ImportError: pass"
    strace = tool("strace", "strace")
    command = [
        strace,
        "-yy",  # the shell becomes the interpreter: one process
        "-e",
        "trace=read,pread64,lseek,mmap",
        str(probe.path),
        code,
    ]
    seen = subprocess.run(command, check=True, **probe.surroundings(capture_output=True))
    of_par = [line for line in seen.stderr.splitlines() if f"<{probe.path}>" in line]
    by_interpreter = [line for line in of_par if "pread64(" in line]
    assert len(by_interpreter) > 3
    size, boot_end = probe.path.stat().st_size, 0
    for line in by_interpreter:
        call = re.search(
            r", (\d+), (\d+)\) += \d+$", line
        )  # the bytes that were read come before, with any sign
        assert call, line
        boot_end = max(boot_end, int(call[1]) + int(call[2]))
    directory = probe.path.read_bytes().index(b"PK\1\2", boot_end)
    assert boot_end <= directory < size
    others = [line for line in of_par if "pread64(" not in line]
    assert all("lseek" in line or "read(" in line for line in others), others
    # The shell reads the preamble from the start on; nobody seeks further.
    assert all("#!/bin/sh" in line or "lseek" in line for line in others), others


@pytest.mark.parametrize(
    ("name", "status", "lines"),
    [
        (
            "by_package",
            0,
            ["__main__ shapes.__main__ shapes <circle> ['one', 'two']", "PAR/shapes/__main__.py"],
        ),
        ("by_module", 0, ["__main__ shapes.circle shapes PAR/shapes/circle.py PAR"]),
        ("by_entry_point", 7, ["shapes.circle ['one', 'two']"]),
    ],
)
def test_ways_to_name_the_program(shared: Copy, name: str, status: int, lines: list[str]) -> None:
    par = shared(name)
    completed = par.run("one", "two")
    assert completed.stderr == ""
    assert completed.stdout.splitlines() == [line.replace("PAR", str(par.path)) for line in lines]
    assert completed.returncode == status


def test_import_error_of_a_missing_module(probe: Par) -> None:
    stderr = probe.fails("import faulty.missing")
    says(
        stderr,
        "faulty/missing.py",
        "import shapes.no_such_module",
        "ModuleNotFoundError: No module named 'shapes.no",
    )


def test_collections_of_garbage_wait_for_the_import_only(probe: Par) -> None:
    """Whether it succeeds or fails, the thresholds are the program's own afterwards."""
    code = """
import gc
gc.set_threshold(701, 11, 12)
before = gc.get_threshold()
assert gc.isenabled()
import shapes
assert gc.get_threshold() == before and gc.isenabled(), gc.get_threshold()
try: import faulty.missing
except ImportError: pass
assert gc.get_threshold() == before and gc.isenabled(), gc.get_threshold()
gc.disable()
import shapes.circle
assert not gc.isenabled()
"""
    assert probe.output(code) == ""


def test_no_collection_is_due_after_a_large_import(probe: Par) -> None:
    """All is old then, and nothing frozen; but what the program has frozen itself stays so."""
    code = """
import gc, sys
collections = []
gc.callbacks.append(lambda phase, info: collections.append(phase))
import shapes.many
later = [[] for _ in range(600)]
seen = len(collections), gc.get_freeze_count()
assert seen == (0, 0), seen
gc.freeze()
frozen, first = gc.get_freeze_count(), shapes.many
del sys.modules["shapes.many"]
import shapes.many
assert gc.get_freeze_count() > 20_000, (frozen, gc.get_freeze_count())
"""
    assert probe.output(code) == ""


def test_the_standard_library(probe: Par) -> None:
    """Its modules have the attributes that importlib's own finders give them, and what stands before it on sys.path wins."""
    _check(
        probe,
        """
import importlib, importlib.machinery, os, pathlib, sys, tempfile
for name in ("json", "json.decoder", "email.mime.text", "colorsys", "xml.etree.ElementTree", "decimal"):
    module = importlib.import_module(name)
    parent = sys.modules[name.rpartition(".")[0]].__path__ if "." in name else None
    spec = importlib.machinery.PathFinder.find_spec(name, parent)
    assert (module.__file__, module.__spec__.cached) == (spec.origin, spec.cached), name
    assert module.__spec__.submodule_search_locations == spec.submodule_search_locations, name
    assert isinstance(module.__loader__, importlib.machinery.SourceFileLoader), name
folder = pathlib.Path(tempfile.mkdtemp())
(folder / "this.py").write_text("SHADOWED = True")
(folder / "ssl.py").write_text("SHADOWED = True")
sys.path.insert(1, str(folder))
import this
assert this.SHADOWED
import ssl
assert ssl.SHADOWED and ssl.__file__ == str(folder / "ssl.py")
""",
    )
