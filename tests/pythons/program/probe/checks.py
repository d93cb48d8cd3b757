"""What must hold inside a par, whatever the interpreter; each function is one check."""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import sys
from pathlib import Path
from typing import Any

import memfd_par

#: The par's path.
PAR = sys.modules["__main__"].__dict__["__file__"][: -len("/main.py")]


def spec(module: Any) -> importlib.machinery.ModuleSpec:
    found: importlib.machinery.ModuleSpec = module.__spec__
    return found


def attributes() -> None:
    import probe
    from probe import state

    assert state.__file__ == spec(state).origin == PAR + "/probe/state.py", state.__file__
    assert spec(state).has_location
    assert spec(state).cached is None
    assert probe.__path__ == [PAR + "/probe"]
    assert state.__package__ == "probe"
    assert isinstance(spec(state).loader, importlib.machinery.SourceFileLoader)
    assert sys.modules["__main__"].__dict__["__spec__"] is None


def extension() -> None:
    from probe import multi, single

    assert multi.count() + 1 == multi.count()
    assert single.answer == 42
    for module in (multi, single):
        assert module.__file__ == spec(module).origin
        assert module.__file__.startswith(PAR + "/probe/"), module.__file__
        assert isinstance(spec(module).loader, importlib.machinery.ExtensionFileLoader)
    images = {image.member.rpartition("/")[2].partition(".")[0]: image for image in memfd_par.loaded()}
    assert sorted(images) == ["libbase", "multi", "single"], images
    assert images["multi"].module == "probe.multi"
    assert images["libbase"].module is None
    with open("/proc/self/maps", encoding="utf-8") as maps:
        mapped = {line.rstrip().partition("/")[2] for line in maps if "libbase" in line}
    assert mapped == {"memfd:libbase.so (deleted)"}, mapped


def extension_again() -> None:
    from probe import multi, single

    before = multi.count()
    assert importlib.reload(multi) is multi
    assert importlib.reload(single) is single
    del sys.modules["probe.multi"], sys.modules["probe.single"]
    again = importlib.import_module("probe.multi")
    assert again is not multi
    assert again.count() == before + 1  # the same library
    assert importlib.import_module("probe.single").answer == 42


def extension_in_fork() -> None:
    import os

    child = os.fork()
    if not child:
        from probe import multi

        os._exit(multi.count())
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1


def ctypes_by_soname() -> None:
    import ctypes

    from probe import multi

    count = multi.count()
    assert ctypes.CDLL("libbase.so").base_count() == count + 1
    assert multi.count() == count + 2


def inspection() -> None:
    import inspect

    from probe import fails

    source = inspect.getsource(fails.inner)
    assert source.startswith("def inner() -> None:\n    raise ValueError("), source
    assert inspect.getsourcefile(fails.inner) == PAR + "/probe/fails.py"
    assert inspect.getmodule(fails.inner) is fails
    assert inspect.getsource(fails).startswith('"""Raises."""')
    assert "class Pickled" in inspect.getsource(sys.modules["__main__"])


def resources() -> None:
    import importlib.resources

    folder = importlib.resources.files("probe")
    text = folder / "data" / "text.txt"
    assert text.read_text(encoding="utf-8") == "Grüße\n"
    assert text.read_bytes() == "Grüße\n".encode()
    assert "checks.py" in {child.name for child in folder.iterdir()}
    with importlib.resources.as_file(text) as path:
        assert isinstance(path, Path)
        assert path.read_bytes() == text.read_bytes()
        assert str(path).startswith("/proc/self/fd/"), path
        assert (
            path.name == text.name and path.parent == folder / "data" and (path.parent / text.name).is_file()
        )
    assert not folder.joinpath("absent").is_file()


def resources_of_namespace() -> None:
    import importlib.resources

    if sys.version_info < (3, 10):
        return  # its importlib.resources takes packages with an __init__ only
    names = {child.name for child in importlib.resources.files("spaces").iterdir()}
    assert {"left.py", "right.py"} <= names, names


def package_data() -> None:
    import pkgutil

    assert pkgutil.get_data("probe", "data/text.txt") == "Grüße\n".encode()
    names = [name for _, name, _ in pkgutil.iter_modules(importlib.import_module("probe").__path__)]
    assert names == sorted(names)
    assert {"checks", "fails", "multi", "single", "state", "tool"} <= set(names), names
    walked = {
        name for _, name, _ in pkgutil.walk_packages(importlib.import_module("probe").__path__, "probe.")
    }
    assert "probe.tool" in walked


def metadata() -> None:
    from importlib import metadata

    # CPython 3.9 takes a dot in a name for itself alone.
    spellings = ["Probe-Dist", "probe_dist"] if sys.version_info >= (3, 10) else ["Probe.Dist", "probe.dist"]
    assert metadata.version(spellings[0]) == "1.2.3"
    assert metadata.metadata(spellings[1])["Summary"] == "Of a par"
    assert [d.metadata["Name"] for d in metadata.distributions()].count("probe.dist") == 1
    found: Any = metadata.entry_points()
    points = found.select(group="probes") if hasattr(found, "select") else found["probes"]
    (point,) = points
    assert point.load().__name__ == "inspection"
    files = metadata.files(spellings[0])
    assert files is not None
    assert "probe/state.py" in [str(file) for file in files]
    try:
        metadata.version("absent")
    except metadata.PackageNotFoundError:
        return
    raise AssertionError


def namespace_package() -> None:
    import pkgutil

    import spaces
    from spaces import left, right

    assert (left.side, right.side) == ("left", "right")
    assert sorted(name for _, name, _ in pkgutil.iter_modules(spaces.__path__)) == ["left", "right"]
    assert getattr(spaces, "__file__", None) is None
    assert importlib.util.find_spec("spaces.absent") is None


def run_module() -> None:
    import runpy

    assert runpy.run_module("probe.tool", run_name="__main__")["answer"] == 42


def pickling() -> None:
    import pickle

    made = sys.modules["__main__"].__dict__["Pickled"](7)
    copy = pickle.loads(pickle.dumps(made))
    assert copy.value == 7
    assert type(copy) is type(made)


def reloading() -> None:
    from probe import state

    state.count = 5
    assert importlib.reload(state).count == 0


def line_cache() -> None:
    import linecache

    from probe import fails

    line = linecache.getline(fails.__file__, 11, fails.__dict__)
    assert line == '    raise ValueError("on purpose")  # this line is to be seen\n', line


def missing_module() -> None:
    assert importlib.util.find_spec("probe.absent") is None
    try:
        importlib.import_module("probe.absent")
    except ModuleNotFoundError as error:
        assert error.name == "probe.absent"
        assert str(error) == "No module named 'probe.absent'"
    else:
        raise AssertionError


def concurrent_imports() -> None:
    import threading

    names = ["probe.multi", "probe.single", "probe.state", "spaces.left", "spaces.right", "probe.tool"] * 4
    failed: list[BaseException] = []

    def load(name: str) -> None:
        try:
            importlib.import_module(name)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=load, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed, failed


def surroundings() -> None:
    import gc

    assert gc.isenabled()
    assert sys.flags.isolated
    assert sys.path[0] == PAR + "/"
    assert not [name for name in sys.modules if name.startswith("zipimport") and name not in BUILT_IN]
    assert sys.argv[0] == PAR
    assert repr(exit).startswith("Use exit")


#: zipimport is frozen into the interpreter's start-up, which imports it for sys.path_hooks.
BUILT_IN = {"zipimport"}


def uncaught() -> None:
    from probe import fails

    fails.outer()


def uncaught_in_import() -> None:
    import probe.raises  # noqa: F401


def uncaught_syntax_error() -> None:
    import probe.nonsense  # noqa: F401


def interrupted() -> None:
    import os
    import signal

    os.kill(os.getpid(), signal.SIGINT)


def leaves() -> None:
    sys.exit(3)
