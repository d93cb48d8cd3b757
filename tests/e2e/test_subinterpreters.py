"""Further interpreters of the process: they have the par's modules, files and native code, as the first has."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.e2e.par import Copy, Par, says
from tests.e2e.repack import version

#: Runs code in interpreters, by what all Pythons have.
_PRELUDE = """
import os, sys
try:
    import _interpreters
except ImportError:
    import _xxsubinterpreters as _interpreters

def run(code, interpreter=None):
    interpreter = _interpreters.create() if interpreter is None else interpreter
    failure = _interpreters.run_string(interpreter, code)
    if failure is not None: raise RuntimeError(failure.formatted)
    return interpreter

def descriptors():
    numbers = [number for number in range(3, 1024) if os.path.exists(f"/proc/self/fd/{number}")]
    return [(number, os.readlink(f"/proc/self/fd/{number}")) for number in numbers]
"""

_MODULES = """
import __main__, importlib.metadata, importlib.resources, os, sys
import shapes, shapes.circle
PAR = {par!r}
assert shapes.__file__ == PAR + "/shapes/__init__.py"
assert sys.path[0] == PAR + "/", sys.path
assert sys.prefix == PAR and sys.executable.endswith(PAR) and sys.argv[0] == PAR
assert importlib.metadata.version("shapes-dist") == "1.0"
assert open(PAR + "/shapes/names.txt").read() == importlib.resources.files("shapes").joinpath("names.txt").read_text()
assert "circle.py" in os.listdir(PAR + "/shapes")
exit  # site's
"""


def check(par: Par, code: str) -> None:
    """Runs code after _PRELUDE; nothing may be said."""
    assert par.output(_PRELUDE + code) == ""


def has_own_locks(par: Par) -> bool:
    """Whether interpreters are isolated, by default."""
    return version(par.python) >= (3, 12)


def test_modules_and_files(probe: Par) -> None:
    check(probe, f"_interpreters.destroy(run({_MODULES.format(par=str(probe.path))!r}))")


def test_main_is_left_as_it_was(probe: Par) -> None:
    code = """
import __main__
assert not {"_memfd_par", "marshal", "code", "given", "names"} & vars(__main__).keys(), vars(__main__)
"""
    check(probe, f"_interpreters.destroy(run({code!r}))")


def test_interpreters_of_interpreters(probe: Par) -> None:
    inner = _PRELUDE + "_interpreters.destroy(run('import shapes'))"
    check(probe, f"_interpreters.destroy(run({inner!r}))")


@pytest.mark.parametrize("tier", ["sparse", "full", "plain"])
@pytest.mark.parametrize("first", ["", "import other._other; assert other._other.answer() == 42"])
def test_native_code(natives: Par, tier: str, first: str) -> None:
    """It is loaded once in the process; another interpreter has a module of its own, and the very library."""
    code = f"""
{first}
import memfd_par
number = run('''
import memfd_par
import other._other
assert other._other.answer() == 42
assert other._other.__file__.endswith("/natives.par/other/_other.so")
loaded = memfd_par.loaded()
assert {{image.soname for image in loaded}} == {{"_other.so", "libinner.so", "libouter.so"}}, loaded
assert {{image.tier for image in loaded}} == {{{tier!r}}}, loaded
''')
import other._other
assert other._other.answer() == 42
_interpreters.destroy(number)
"""
    par = Par(natives.path, natives.python, tier)
    check(par, code)


def test_each_library_is_mapped_once(natives: Par) -> None:
    """Also where an interpreter loads it that was made before."""
    code = """
import ctypes, other._other
numbers = [_interpreters.create() for _ in range(3)]
for number in numbers:
    run("import other._other; assert other._other.answer() == 42", number)

class Info(ctypes.Structure):
    _fields_ = [("address", ctypes.c_void_p), ("name", ctypes.c_char_p)]
names = []
@ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(Info), ctypes.c_size_t, ctypes.c_void_p)
def note(info, size, data):
    names.append(os.fsdecode(info.contents.name or b""))
    return 0
ctypes.CDLL(None).dl_iterate_phdr(note, None)
for soname in ("_other.so", "libouter.so", "libinner.so", "loader.so"):
    assert len([name for name in names if name.endswith("/" + soname)]) == 1, names
assert not [name for name in names if name.startswith("/proc/")], names
for number in numbers: _interpreters.destroy(number)
"""
    check(natives, code)


def test_a_module_that_is_for_one_interpreter(natives: Par) -> None:
    """CPython refuses it, as it does outside of a par; before Python 3.12 it trusts it."""
    if not has_own_locks(natives):
        check(natives, "_interpreters.destroy(run('import _answer; assert _answer.answer() == 42'))")
        return
    code = """
number = run('''
try:
    import _answer
except ImportError as error:
    assert str(error) == "module _answer does not support loading in subinterpreters", error
else:
    raise AssertionError("loaded")
''')
import _answer
assert _answer.answer() == 42
_interpreters.destroy(number)
"""
    check(natives, code)


@pytest.mark.parametrize("tier", ["sparse", "plain"])
def test_threads(natives: Par, tier: str) -> None:
    """Interpreters that have locks of their own import at the same time."""
    code = """
import threading
numbers = [_interpreters.create() for _ in range(8)]
failed = []
def work(number):
    try:
        run("import other._other, faulty; assert other._other.answer() == 42", number)
    except BaseException as error:
        failed.append(error)
threads = [threading.Thread(target=work, args=(number,)) for number in numbers]
for thread in threads: thread.start()
import other._other
for thread in threads: thread.join()
assert not failed, failed
for number in numbers: _interpreters.destroy(number)
"""
    check(Par(natives.path, natives.python, tier), code)


def test_nothing_is_left_of_an_interpreter(probe: Par) -> None:
    """Its descriptors are closed at its end."""
    code = """
code = '''
import os, shapes
from memfd_par.libraries import real_path
assert os.path.exists(real_path(shapes.__file__))
assert open(os.environ["RUNFILES_MANIFEST_FILE"]).read()
'''
_interpreters.destroy(run(code))
before = descriptors()
for _ in range(3): _interpreters.destroy(run(code))
assert descriptors() == before, (before, descriptors())
"""
    check(probe, code)


def test_a_par_that_is_gone(copy: Copy) -> None:
    par = copy("probe")
    code = "os.closerange(3, 1024); os.rename(sys.argv[0], sys.argv[0] + '.old'); run('import shapes')"
    stderr = par.run(_PRELUDE + code).stderr
    says(stderr, "ParReadError", "can no longer be read", "what a new interpreter starts with", "Put it back")
    os.rename(f"{par.path}.old", par.path)


def test_descriptors_that_were_closed(copy: Copy) -> None:
    code = """
number = _interpreters.create()
os.closerange(3, 1024)
run("import shapes, os; assert 'circle.py' in os.listdir(os.path.dirname(shapes.__file__))", number)
_interpreters.destroy(number)
_interpreters.destroy(run("import shapes"))
"""
    check(copy("probe"), code)


def test_what_an_interpreter_cannot_be_made_of(probe: Par) -> None:
    """Arguments and errors of `create` are its own."""
    if version(probe.python) < (3, 13):
        check(probe, "try: _interpreters.create(0, 0, 0)\nexcept TypeError: pass\nelse: raise AssertionError")
        return
    code = """
number = _interpreters.create("legacy")
run("import shapes", number)
_interpreters.destroy(number)
try: _interpreters.create("nonsense")
except ValueError: pass
else: raise AssertionError
assert [number for number, *_ in _interpreters.list_all()] == [0], _interpreters.list_all()
"""
    check(probe, code)


def test_a_boot_that_fails(probe: Par) -> None:
    """It is no interpreter then."""
    code = """
import memfd_par.subinterpreters
code = compile("def join(*_): 1 / 0", "x", "exec")
memfd_par.subinterpreters.__loader__.get_code = lambda name: code
try:
    _interpreters.create()
except Exception as error:
    assert "division by zero" in str(error), error
else:
    raise AssertionError
assert len(_interpreters.list_all()) == 1
"""
    check(probe, code)


def test_after_a_fork(natives: Par) -> None:
    """A child of which other interpreters are left is beyond CPython."""
    code = """
_interpreters.destroy(run("import other._other"))
pid = os.fork()
if not pid:
    _interpreters.destroy(run("import other._other; assert other._other.answer() == 42"))
    import other._other
    os._exit(other._other.answer())
assert os.waitpid(pid, 0)[1] == 42 << 8
"""
    check(natives, code)


@pytest.mark.skipif(
    "WITH_OTHER_PYTHONS" in os.environ, reason="these programs are packed for Bazel's Python only"
)
class TestOfBazelsPython:
    """What takes more than the programs that are packed again have."""

    def test_c_code(self, shared: Copy) -> None:
        """It opens the par's files, and loads its libraries, whichever interpreter calls it."""
        code = """
number = run('''
import ctypes, memfd_par, sys
reader = ctypes.CDLL("libreader.so")
reader.use.restype = ctypes.c_char_p
path = sys.prefix + "/tests/e2e/programs/native/inner.c"
assert b"inner_answer" in reader.use(b"fopen", path.encode())
assert reader.use(b"dlopen", b"libouter.so") == b"loaded"
assert "libouter.so" in [image.soname for image in memfd_par.loaded()]
''')
_interpreters.destroy(number)
"""
        check(shared("c_files"), code)

    def test_real_files(self, shared: Copy) -> None:
        """Each interpreter has a folder in memory of its own, which goes with it."""
        code = """
code = '''
import os, shapes
assert os.path.isfile(shapes.__file__) and shapes.__file__.startswith("/proc/self/fd/"), shapes.__file__
'''
_interpreters.destroy(run(code))
before = descriptors()
for _ in range(3): _interpreters.destroy(run(code))
assert descriptors() == before, (before, descriptors())
"""
        check(shared("real_files"), code)

    def test_the_high_level_module(self, probe: Par) -> None:
        """`concurrent.interpreters` is made of `_interpreters`."""
        code = """
from concurrent import interpreters
one = interpreters.create()
one.exec("import shapes")
import shapes.circle
assert one.call(shapes.circle.Circle.__name__.upper) == "CIRCLE"
one.close()
"""
        assert probe.output(code) == ""

    def test_a_pool(self, shared: Copy) -> None:
        """Of functions of `__main__`, too."""
        par = shared("processes")
        assert par.output("interpreters") == f"(42, '{par.path}/shapes/__init__.py')\n"

    def test_the_path_of_a_script(self, probe: Par, tmp_path: Path) -> None:
        """Its folder is the first on `sys.path`, as python sets it in further interpreters."""
        script = tmp_path / "several.py"
        script.write_text(_PRELUDE + "_interpreters.destroy(run('import neighbour, shapes'))")
        (tmp_path / "neighbour.py").write_text("")
        assert probe.output(str(script), env={"MEMFD_PAR_INTERPRETER": "1"}, cwd="/") == ""
