"""The par's file changes while the program runs: what is still to be imported comes from the right file, or not at all."""

from __future__ import annotations

import dataclasses

import pytest

from tests.e2e.par import Copy, Par, says
from tests.e2e.sandbox import NOBODY, as_nobody
from tests.e2e.surgery import member

_CLOSE = "import os; os.closerange(3, 1024)\n"
_LATE = (
    "import _answer, other._other, faulty; print(_answer.answer(), other._other.answer(), faulty.__name__)"
)
_CAUGHT = """
import sys
for name in ("_answer", "other._other", "faulty.syntax", "shapes"):
    try: __import__(name)
    except ImportError as error:
        assert type(error).__name__ == "ParImportError" and WORDS in str(error), error
        assert error.name in (name, name.partition(".")[0]), error.name
    else: raise AssertionError(name)
    assert name not in sys.modules, name
import memfd_par, json
assert "_answer" not in [row.module for row in memfd_par.loaded()]
print("goes on")
"""
_MODULES = ["_answer", "faulty.syntax", "other._other"]


@pytest.fixture
def par(copy: Copy) -> Par:
    return copy("natives")


@pytest.fixture
def plain(par: Par) -> Par:
    """Nothing of it is mapped: what is loaded already outlives any change of the file."""
    return dataclasses.replace(par, tier="plain")


def _fails_late(par: Par, before: str, words: str, *phrases: str) -> None:
    """The import fails, clearly, with and without an `except`; the program itself goes on."""
    original = par.path.read_bytes()
    for module in _MODULES:
        stderr = par.fails(f"{before}\nimport {module}")
        says(stderr, "ParImportError: ", str(par.path), words, *phrases)
        assert len(stderr.splitlines()) <= 8, stderr
        par.path.unlink(missing_ok=True)
        par.path.write_bytes(original)
        par.path.chmod(0o755)
    assert par.output(f"{before}\nWORDS = {words!r}\n{_CAUGHT}") == "goes on\n"


def _remove(par: Par) -> str:
    return f"import os; os.unlink({str(par.path)!r})\n"


def _replace(par: Par, other: Par) -> str:
    new = str(par.path) + ".new"
    return f"import os, shutil; shutil.copy({str(other.path)!r}, {new!r}); os.rename({new!r}, {str(par.path)!r})\n"


def test_removed(par: Par) -> None:
    assert par.output(_remove(par) + _LATE) == "42 42 faulty\n"


def test_removed_and_closed(par: Par) -> None:
    _fails_late(par, _remove(par) + _CLOSE, "can no longer be read", "No such file", "Put it back")


def test_replaced(par: Par, copy: Copy) -> None:
    assert par.output(_replace(par, copy("probe")) + _LATE) == "42 42 faulty\n"


def test_replaced_and_closed(par: Par, copy: Copy) -> None:
    _fails_late(
        par, _replace(par, copy("probe")) + _CLOSE, "was replaced by another file", "Restart the program"
    )


def test_replaced_by_a_text_and_closed(par: Par) -> None:
    text = f"import os; os.unlink({str(par.path)!r}); open({str(par.path)!r}, 'w').write('x')\n"
    _fails_late(par, text + _CLOSE, "was replaced by another file", "Restart the program")


def test_replaced_by_a_folder_and_closed(par: Par) -> None:
    code = f"import os; os.unlink({str(par.path)!r}); os.mkdir({str(par.path)!r})\n" + _CLOSE
    try:
        says(par.fails(code + "import faulty"), "ParImportError: ", str(par.path), "Restart the program")
    finally:
        par.path.rmdir()


def test_replaced_by_the_same_build_and_closed(par: Par, shared: Copy) -> None:
    """A second copy of the same bytes serves as well."""
    assert par.output(_replace(par, shared("natives")) + _CLOSE + _LATE) == "42 42 faulty\n"


def test_touched(par: Par) -> None:
    assert par.output(f"import os; os.utime({str(par.path)!r}, (1, 1))\n" + _LATE) == "42 42 faulty\n"
    assert (
        par.output(f"import os; os.utime({str(par.path)!r}, (2, 2))\n" + _CLOSE + _LATE) == "42 42 faulty\n"
    )


@pytest.mark.parametrize("close", ["", _CLOSE])
def test_rewritten_in_place(plain: Par, copy: Copy, close: str) -> None:
    rewrite = f"import shutil; shutil.copyfile({str(copy('probe').path)!r}, {str(plain.path)!r})\n"
    _fails_late(plain, rewrite + close, "was rewritten in place", "Restart the program", "renaming it over")


def test_rewritten_in_part(plain: Par) -> None:
    """The start of it only, so that what tells two builds apart is there still."""
    size = member(plain.path, ".par/boot")[0]
    rewrite = f"open({str(plain.path)!r}, 'r+b').write(bytes({size}))\n"
    says(plain.fails(rewrite + "import faulty"), "Error: ", str(plain.path))


@pytest.mark.parametrize("close", ["", _CLOSE])
def test_emptied(plain: Par, close: str) -> None:
    _fails_late(
        plain,
        f"open({str(plain.path)!r}, 'w').close()\n" + close,
        "was rewritten in place",
        "Restart the program",
    )


_CHANGES = {
    "rewritten": "import shutil; shutil.copyfile({other!r}, {path!r})\n",
    "rewritten in part": "open({path!r}, 'r+b').write(bytes({most}))\n",
    "emptied": "open({path!r}, 'w').close()\n",
}


@pytest.mark.parametrize("tier", ["sparse", "full"])
@pytest.mark.parametrize("change", _CHANGES)
@pytest.mark.parametrize("close", ["", _CLOSE])
def test_changed_in_place_where_pages_are_mapped(
    par: Par, copy: Copy, tier: str, change: str, close: str
) -> None:
    """What is loaded later is told all the same. Code that is mapped has changed, as with any library in use: it must not run."""
    most = member(par.path, ".par/boot")[0]
    before = _CHANGES[change].format(other=str(copy("probe").path), path=str(par.path), most=most) + close
    words = "" if change == "rewritten in part" else "was rewritten in place"
    code = f"import os, sys\n{before}\nWORDS = {words!r}\n{_CAUGHT}\nsys.stdout.flush()\nos._exit(0)"
    assert dataclasses.replace(par, tier=tier).output(code) == "goes on\n"


def test_descriptor_number_taken_by_another_par(par: Par, copy: Copy) -> None:
    """What reads through a stale number would read the other par."""
    take = f"import os\nfor _ in range(8): os.open({str(copy('probe').path)!r}, os.O_RDONLY)\n"
    assert par.output(_CLOSE + take + _LATE) == "42 42 faulty\n"


def test_data_after_removal(par: Par) -> None:
    code = "import importlib.resources as r\nfiles = r.files('faulty')\n"
    read = "print(len(files.joinpath('__init__.py').read_text()) > 9)"
    assert par.output(code + _remove(par) + read) == "True\n"


def test_data_after_removal_and_closing(par: Par) -> None:
    code = "import importlib.resources as r\nfiles = r.files('faulty')\n" + _remove(par) + _CLOSE
    stderr = par.fails(code + "files.joinpath('__init__.py').read_text()")
    says(stderr, "ParReadError: ", str(par.path), "can no longer be read", "Put it back")


#: Code objects of the runtime that have been executed are not kept.
_OWN = """
import memfd_par, memfd_par.format, memfd_par.loader
for module in (memfd_par, memfd_par.format, memfd_par.loader):
    namespace = {"__name__": module.__name__}
    exec(module.__loader__.get_code(module.__name__), namespace)
    assert namespace.keys() - {"__builtins__"} <= vars(module).keys(), module
print("read")
"""


def test_code_of_the_runtime(par: Par) -> None:
    assert par.output(_OWN) == "read\n"


def test_code_of_the_runtime_after_removal_and_closing(par: Par) -> None:
    caught = """
import memfd_par
try: memfd_par.__loader__.get_code("memfd_par")
except ImportError as error: print(error.name, error)
"""
    says(
        par.output(_remove(par) + _CLOSE + caught),
        "memfd_par ",
        str(par.path),
        "can no longer be read",
        "Put it back",
    )


def test_traceback_without_the_file(par: Par) -> None:
    """Source lines are missing, as they are without the source; the traceback itself is there."""
    stderr = par.fails(f"import faulty\n{_remove(par)}{_CLOSE}faulty.fail('late')")
    says(stderr, "Traceback", f'"{par.path}/faulty/__init__.py", line 6, in fail', "LookupError: late\n")


def test_unreadable(par: Par) -> None:
    """Permission to execute alone is not enough for the shell, as for any script."""
    par.path.chmod(0o111)
    completed = par.run("print(1)", prefix=as_nobody())
    assert completed.returncode in (2, 126)
    assert completed.stdout == ""
    says(completed.stderr, str(par.path), "Permission denied")


def test_not_executable(par: Par) -> None:
    par.path.chmod(0o644)
    assert par.output("print(1)", prefix=[*as_nobody(), "/bin/sh"]) == "1\n"


def test_unreadable_after_closing(par: Par) -> None:
    """The user may not read it any more (a file of root, whose mode changes)."""
    code = f"import sys\nprint(flush=True)\nsys.stdin.readline()\n{_CLOSE}import faulty"
    with par.start(code, user=NOBODY, group=NOBODY, extra_groups=[]) as process:
        assert process.stdout is not None
        process.stdout.readline()
        par.path.chmod(0o700)
        _, stderr = process.communicate("\n", timeout=20)
    assert process.returncode == 1
    says(stderr, "ParImportError: ", "can no longer be read (Permission denied)", "Put it back")
