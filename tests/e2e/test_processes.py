"""Imports in threads, after a fork, and after a program has closed descriptors that it did not open."""

from __future__ import annotations

import subprocess

from tests.e2e.par import Copy, Par


def _check(par: Par, code: str) -> None:
    par.output(f"PAR = {str(par.path)!r}\n" + code)


def test_threads_import_concurrently(natives: Par) -> None:
    code = """
import collections.abc  # CPython looks for it in a collections that another thread is half through importing
import importlib, sys, threading
names = ["_answer", "other._other", "faulty", "shapes.deep.er", "shapes", "memfd_par", "decimal", "sqlite3"]
start, failed = threading.Barrier(4 * len(names)), []
def load(name):
    start.wait()
    try: importlib.import_module(name)
    except BaseException as error: failed.append((name, error))
threads = [threading.Thread(target=load, args=(name,)) for name in names * 4]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert not failed, failed
import _answer, other._other, memfd_par
assert _answer.answer() == other._other.answer() == 42
assert len(memfd_par.loaded()) == len(set(memfd_par.loaded())) == 4, memfd_par.loaded()
"""
    for _ in range(3):
        natives.output(code)


def test_import_after_fork(natives: Par) -> None:
    code = """
import os, threading, memfd_par
for _ in range(3):
    if os.fork() == 0:
        import _answer, other._other, faulty
        os._exit(_answer.answer())
    assert os.wait()[1] == 42 << 8
import _answer
if os.fork() == 0:
    import other._other
    os._exit(other._other.answer() + _answer.answer())
assert os.wait()[1] == 84 << 8
import other._other
assert [row.module for row in memfd_par.loaded()][-2:] == ["_answer", "other._other"]
"""
    natives.output(code)


def test_import_after_all_descriptors_are_closed(natives: Par) -> None:
    code = """
import os
os.closerange(3, 1024)
taken = [os.open("/dev/null", os.O_RDONLY) for _ in range(8)]
import _answer, other._other, faulty, importlib.resources
assert _answer.answer() == 42 and faulty.__file__
for fd in taken: os.fstat(fd)  # nobody closed what is not his
assert all(os.readlink(f"/proc/self/fd/{fd}") == "/dev/null" for fd in taken)
"""
    natives.output(code)


def test_no_descriptor_is_left_open_or_inherited(natives: Par) -> None:
    code = """
import os, subprocess, _answer, other._other
mine = [os.readlink(f"/proc/self/fd/{fd}") for fd in range(1024) if os.path.exists(f"/proc/self/fd/{fd}")]
assert mine.count(PAR) == 1 and not [name for name in mine if "memfd" in name], mine
names = subprocess.run(["/bin/ls", "-l", "/proc/self/fd"], close_fds=False, capture_output=True, text=True).stdout
assert ".par" not in names and "memfd" not in names, names
"""
    _check(natives, code)


def test_late_import_in_a_changed_working_directory(copy: Copy) -> None:
    par = copy("natives")
    relative = Par(par.path.relative_to(par.path.parent))
    completed = subprocess.run(
        [
            "./" + relative.path.name,
            "import os; os.chdir('/'); os.closerange(3, 1024); import _answer; print(_answer.__file__)",
        ],
        **par.surroundings(capture_output=True),
    )
    assert (completed.stdout, completed.stderr) == (f"{par.path}/_answer.so\n", "")
