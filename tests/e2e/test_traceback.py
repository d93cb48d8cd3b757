"""Tracebacks show the program's own lines, and none of the runtime."""

from __future__ import annotations

import subprocess

import pytest

from tests.e2e.par import Copy, Par, clean, frames, says
from tests.e2e.repack import version


def _short(stderr: str) -> list[tuple[str, int, str]]:
    return [(file.rpartition("/")[2], line, function) for file, line, function in frames(stderr)]


_FAIL = ("__init__.py", 6, "fail")
_PROBE = [("probe.py", 5, "<module>"), ("<probe>", 1, "<module>")]


@pytest.mark.parametrize("name", ["probe", "deflated"])
def test_uncaught(shared: Copy, name: str) -> None:
    stderr = shared(name).fails("import faulty; faulty.fail('x')")
    assert stderr.startswith("Traceback (most recent call last):\n")
    assert _short(stderr) == [*_PROBE, _FAIL]
    says(
        stderr, f"{shared(name).path}/tests/e2e/programs/probe.py", 'exec(compile(sys.argv.pop(1), "<probe>"'
    )
    says(stderr, f"{shared(name).path}/faulty/__init__.py", "raise LookupError(text)  # this very line")
    assert stderr.endswith("\nLookupError: x\n")


def test_in_an_import(probe: Par) -> None:
    stderr = probe.fails("import faulty.at_import")
    assert _short(stderr) == [*_PROBE, ("at_import.py", 5, "<module>"), _FAIL]
    says(stderr, 'fail("at import")', "this very line", "LookupError: at import\n")


def test_failed_import_leaves_nothing_half_loaded(probe: Par) -> None:
    code = """
import sys
for name in ("faulty.at_import", "faulty.syntax", "faulty.missing"):
    for attempt in range(2):
        try: __import__(name)
        except (LookupError, SyntaxError, ImportError): pass
        else: raise AssertionError(name)
        assert name not in sys.modules and not hasattr(sys.modules["faulty"], name.partition(".")[2])
"""
    probe.output(code)


def test_syntax_error(probe: Par) -> None:
    stderr = probe.fails("import faulty.syntax")
    says(
        stderr,
        f'File "{probe.path}/faulty/syntax.py", line 2',
        "y = = 2",
        "^",
        "SyntaxError: invalid syntax\n",
    )
    assert _short(stderr) == _PROBE


def test_missing_module(probe: Par) -> None:
    stderr = probe.fails("import nothing_at_all")
    assert _short(stderr) == _PROBE
    assert stderr.endswith("\nModuleNotFoundError: No module named 'nothing_at_all'\n")


def test_missing_name(probe: Par) -> None:
    stderr = probe.fails("from shapes import Square")
    says(
        stderr, "ImportError: cannot import name 'Square' from 'shapes'", f"({probe.path}/shapes/__init__.py)"
    )


def test_missing_attribute_is_suggested(probe: Par) -> None:
    if version(probe.python) >= (3, 12):  # before, the interpreter's own display has suggestions alone
        assert "Did you mean: 'Circle'?" in probe.fails("import shapes; shapes.Circl")


def test_cause(probe: Par) -> None:
    stderr = probe.fails("import faulty.chained; faulty.chained.run()")
    says(stderr, "LookupError: first", "direct cause of the following", "ValueError: second")
    assert _short(stderr) == [
        ("chained.py", 9, "run"),
        _FAIL,
        *_PROBE,
        ("chained.py", 11, "run"),
    ]


def test_context(probe: Par) -> None:
    stderr = probe.fails("import faulty\ntry: faulty.fail('x')\nexcept LookupError: 1 / 0")
    says(stderr, "LookupError: x", "During handling of the above", "ZeroDivisionError")


def test_group(probe: Par) -> None:
    code = """
import faulty
def failed(text):
    try: faulty.fail(text)
    except LookupError as error: return error
raise ExceptionGroup("two", [failed("a"), failed("b")])
"""
    stderr = probe.fails(code)
    if version(probe.python) < (3, 11):
        assert "NameError: name 'ExceptionGroup' is not defined" in stderr
        return
    says(stderr, "ExceptionGroup: two (2 sub-exceptions)", "LookupError: a", "LookupError: b")
    assert stderr.count("this very line") == 2


def test_thread(probe: Par) -> None:
    code = """
import faulty, threading
thread = threading.Thread(target=faulty.fail, args=("in a thread",), name="worker")
thread.start(); thread.join()
"""
    completed = probe.run(code)
    assert completed.returncode == 0
    stderr = clean(completed.stderr)
    says(stderr, "Exception in thread worker", f'{probe.path}/faulty/__init__.py", line 6, in fail')
    assert stderr.endswith("LookupError: in a thread\n")
    if version(probe.python) >= (3, 13):  # before, the interpreter's own display opens source files by name
        says(stderr, "this very line")


def test_formatted_by_the_program(probe: Par) -> None:
    code = """
import faulty, traceback, logging, io
try: faulty.fail("x")
except LookupError:
    text = traceback.format_exc()
    stream = io.StringIO(); logging.basicConfig(stream=stream); logging.exception("caught")
assert "raise LookupError(text)  # this very line" in text and text.count("File ") == 2, text
assert text in stream.getvalue()
"""
    probe.output(code)


def test_in_an_import_that_the_program_formats(probe: Par) -> None:
    code = """
import traceback
try: import faulty.at_import
except LookupError as error: text = traceback.format_exc()
assert text.count("File ") == 3 and "bootstrap" not in text and "memfd_par" not in text, text
try: import importlib; importlib.import_module("faulty.missing")
except ImportError as error: names = [f.filename for f in traceback.extract_tb(error.__traceback__)]
assert not [name for name in names if "/memfd_par/" in name], names
"""
    probe.output(code)


def test_excepthook_of_the_program(probe: Par) -> None:
    code = "import sys; sys.excepthook = lambda *a: print('mine', a[0].__name__, sys.__excepthook__ is not None)\n1 / 0"
    completed = probe.run(code)
    assert (completed.returncode, completed.stdout, completed.stderr) == (
        1,
        "mine ZeroDivisionError True\n",
        "",
    )


def test_unraisable(probe: Par) -> None:
    stderr = probe.run("import faulty\nclass A:\n  def __del__(self): faulty.fail('x')\nA()").stderr
    says(clean(stderr), "Exception ignored", "LookupError: x")


def test_developer_mode_changes_nothing(probe: Par) -> None:
    command = [probe.python, "-X", "dev", str(probe.path), "import faulty; faulty.fail('x')"]
    completed = subprocess.run(command, **probe.surroundings(capture_output=True))
    assert completed.returncode == 1
    assert _short(clean(completed.stderr)) == [*_PROBE, _FAIL]


def test_code_without_a_file(probe: Par) -> None:
    """Its lines are not known, and it is not shown with the launcher's."""
    completed = probe.run("def f():\n  exec('1 / 0')\nf()")
    says(completed.stderr, 'File "<string>", line 1, in <module>\nZeroDivisionError: division by zero')


def test_code_of_the_command_line(probe: Par) -> None:
    """From Python 3.13 on, its lines are shown."""
    completed = probe.run("-c", "x = 1\nx / 0", env={"MEMFD_PAR_INTERPRETER": "1"})
    shown = [
        line.strip() for line in completed.stderr.splitlines() if "File " not in line and "~" not in line
    ]
    lines = ["x / 0"] if version(probe.python) >= (3, 13) else []
    assert shown == ["Traceback (most recent call last):", *lines, "ZeroDivisionError: division by zero"]
