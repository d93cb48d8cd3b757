"""Native members that cannot be loaded: one clear ImportError, and the program goes on if it wants to."""

from __future__ import annotations

import errno
import resource
from pathlib import Path

import pytest

from tests.e2e import language
from tests.e2e.par import Copy, Par, says
from tests.e2e.sandbox import without_memfd, without_proc

_GOES_ON = """
import sys
try: import NAME
except ImportError as error:
    assert error.name == "NAME" and type(error).__name__ == "ParImportError", (error.name, type(error))
    assert error.__cause__ is None and (error.__context__ is None or error.__suppress_context__)
else: raise AssertionError
assert "NAME" not in sys.modules
try: import NAME
except ImportError: pass
import _answer, faulty, memfd_par
assert _answer.answer() == 42 and "NAME" not in [row.module for row in memfd_par.loaded()]
print("goes on")
"""


def _fails(par: Par, name: str, *phrases: str) -> str:
    stderr = par.fails("import " + name)
    says(stderr, "ParImportError: ", *phrases)
    assert len(stderr.splitlines()) <= 7, stderr
    assert par.output(_GOES_ON.replace("NAME", name)) == "goes on\n"
    return stderr


def test_empty_member(natives: Par) -> None:
    _fails(
        natives,
        "hollow",
        f"hollow.so in {natives.path} has 0 bytes",
        "//tests/e2e/programs:natives",
        "build its rule",
    )


def test_library_that_the_machine_lacks(natives: Par) -> None:
    stderr = _fails(
        natives,
        "_lonely",
        f"_lonely could not be loaded from {natives.path}",
        "libabsent.so: cannot open shared object file",
        "needs that library, and neither the par nor the machine has it: install it",
        "build //tests/e2e/programs:natives with it (native_libs",
    )
    assert "/proc/self/fd" not in stderr


@pytest.mark.parametrize("tier", ["sparse", "plain"])
@pytest.mark.parametrize(
    ("codeset", "mend"), [("UTF-8", "needs that library"), ("ISO-8859-1", "The member is _lonely.so")]
)
def test_library_that_the_machine_lacks_in_another_language(
    natives: Par, tmp_path: Path, codeset: str, mend: str, tier: str
) -> None:
    """Of an encoding that is not the locale's, no more is known than that it is refused."""
    env = language.make(tmp_path / "language", {"cannot open shared object file": "ez dago, ñ"})
    code = f"import ctypes; ctypes.CDLL(None).bind_textdomain_codeset(b'libc', b'{codeset}')\nimport _lonely"
    stderr = natives.fails(
        language.SETUP + code, str(tmp_path / "language"), env={**env, "MEMFD_PAR_TIER": tier}
    )
    says(stderr, "ParImportError: ", "libabsent.so: ez dago, ", "No such file or directory", mend)
    assert ("ez dago, ñ: " in stderr) == (codeset == "UTF-8")


def test_undefined_symbol(natives: Par) -> None:
    stderr = _fails(
        natives,
        "_undefined",
        "_undefined could not be loaded",
        "undefined symbol: answered_by_nobody",
        "_undefined.so",
    )
    assert "/proc/self/fd" not in stderr


def test_library_of_native_libs_that_cannot_be_loaded(shared: Copy) -> None:
    stderr = shared("preloads_absent").fails("print('never')")
    says(
        stderr,
        "memfd_par: ",
        "needs_absent.so could not be loaded",
        "libabsent.so: cannot open",
        "install it",
    )
    assert "Traceback" not in stderr


def test_ctypes_finds_the_library_by_its_soname(natives: Par) -> None:
    code = "import ctypes; print(ctypes.CDLL('libouter.so').outer_answer(), ctypes.CDLL('libinner.so').inner_answer())"
    assert natives.output(code) == "42 6\n"


def test_native_code_is_in_memory_only(natives: Par) -> None:
    code = """
import _answer, other._other
maps = [line.split(maxsplit=5)[5] for line in open("/proc/self/maps").read().splitlines() if len(line.split()) > 5]
names = ("_answer", "_other", "libinner", "libouter")
found = {path.strip() for path in maps if any(name in path for name in names)}
assert len(found) == 4 and all(path.startswith("/memfd:") and "deleted" in path for path in found), found
"""
    natives.output(code)


def test_modules_share_their_library(natives: Par) -> None:
    code = "import _answer, other._other, memfd_par; print([row.soname for row in memfd_par.loaded()].count('libouter.so'))"
    assert natives.output(code) == "1\n"


def test_a_module_loaded_again(natives: Par) -> None:
    """After its removal from sys.modules it is a new module from the same image."""
    code = """
import sys, _answer
first = _answer
del sys.modules["_answer"]
import _answer
assert _answer is not first and _answer.answer() == 42 and _answer.__file__ == first.__file__
import memfd_par; assert len(memfd_par.loaded()) == 3, memfd_par.loaded()
"""
    natives.output(code)


def test_no_proc(natives: Par, probe: Par) -> None:
    stderr = natives.fails("print('never')", prefix=without_proc())
    says(stderr, "memfd_par: ", str(natives.path), "/proc is not mounted", "mount -t proc")
    assert probe.output("import shapes; print(shapes.Circle())", prefix=without_proc()) == "<circle>\n"


@pytest.mark.parametrize("number", [errno.EPERM, errno.ENOSYS])
def test_no_memfd(natives: Par, probe: Par, number: int) -> None:
    with without_memfd(number) as (prefix, fds):
        stderr = natives.fails("print('never')", prefix=prefix, pass_fds=fds)
    says(stderr, "memfd_par: ", str(natives.path), "memfd_create(2) failed", "seccomp")
    with without_memfd(number) as (prefix, fds):
        assert (
            probe.output("import shapes; print(shapes.Circle())", prefix=prefix, pass_fds=fds) == "<circle>\n"
        )


def test_data_as_a_file_without_memfd(probe: Par) -> None:
    code = "import importlib.resources as r\nwith r.as_file(r.files('shapes') / 'names.txt') as path: pass"
    with without_memfd(errno.EPERM) as (prefix, fds):
        stderr = probe.fails(code, prefix=prefix, pass_fds=fds)
    says(stderr, "PermissionError: ")


def test_file_size_limit(natives: Par) -> None:
    """A memory file is a file to setrlimit(2)."""
    limit = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (4096, {resource.RLIM_INFINITY}))\n"
    stderr = natives.fails(limit + "import _answer")
    says(stderr, "ParImportError: ", "_answer.so", "File too large")


def test_no_descriptor_left(natives: Par) -> None:
    """Not even the traceback module can be read from disk now; the message comes nevertheless."""
    limit = "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (4, 4))\n"
    completed = natives.run(limit + "import _answer")
    assert completed.returncode == 1
    says(completed.stderr, "ParImportError: ", "Too many open files")
    assert "Error in sys.excepthook" not in completed.stderr


def test_library_path_of_the_caller(natives: Par, folder: Path) -> None:
    """What LD_LIBRARY_PATH has does not come before what the par carries."""
    (folder / "libinner.so").write_text("no library")
    (folder / "libouter.so").write_text("no library")
    env = {"LD_LIBRARY_PATH": str(folder)}
    assert natives.output("import _answer; print(_answer.answer())", env=env) == "42\n"


def test_no_descriptor_is_left(natives: Par) -> None:
    code = """
import os, resource
resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))
held = []
try:
    while True: held.append(os.dup(0))
except OSError: pass
import _answer
"""
    stderr = natives.fails(code)
    says(stderr, "ImportError: ", str(natives.path), "no descriptor left", "Too many open files", "ulimit -n")
    assert "seccomp" not in stderr
