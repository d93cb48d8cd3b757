"""What is measured of a program, on programs of which the numbers are known."""

from __future__ import annotations

import ctypes
import mmap
import os
import sys
from pathlib import Path

import pytest

from benchmarks import command, memory, writes
from benchmarks.command import Unavailable
from benchmarks.contenders.bazel import MemfdPar
from benchmarks.program import Program

_READY = "print('ready', flush=True); sys.stdin.read()"
_MEBIBYTE = 1 << 20


def _program(folder: Path, code: str) -> Program:
    product = folder / "product"
    product.mkdir()
    (product / "application.py").write_text(f"import os, sys, time\n{code}\n", "utf-8")
    program = Program(
        command=(sys.executable, "-I", "-S", str(product / "application.py")),
        product=product,
        state=folder / "state",
        environment={"VARIABLE": "value"},
        search_path="/usr/bin:/bin",
        timeout=60,
    )
    program.forget()
    return program


def test_wall_time_and_cpu_time(tmp_path: Path) -> None:
    wall, cpu = _program(tmp_path, f"time.sleep(0.5)\n{_READY}").start()
    assert wall > 0.5 > cpu > 0


def test_cpu_time_of_children_counts(tmp_path: Path) -> None:
    busy = "end = time.process_time() + 0.3\nwhile time.process_time() < end: pass\nos._exit(0)"
    code = f"if not os.fork():\n exec({busy!r})\nos.wait()\n{_READY}"
    assert _program(tmp_path, code).start()[1] > 0.3


def test_environment_is_its_own(tmp_path: Path) -> None:
    allowed = "{'PATH', 'LANG', 'HOME', 'TMPDIR', 'XDG_CACHE_HOME', 'PEX_ROOT', 'SHIV_ROOT', 'VARIABLE', 'LC_CTYPE'}"
    _program(tmp_path, f"assert os.environ.keys() <= {allowed}, os.environ\n{_READY}").start()


@pytest.mark.parametrize("start", ["start", "hold"])
def test_failure_is_told(start: str, tmp_path: Path) -> None:
    program = _program(tmp_path, "sys.exit('no such thing')")
    with pytest.raises(Unavailable, match="the application ended with 1"):
        getattr(program, start)()


def test_failure_has_the_reason(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="no such thing"):
        _program(tmp_path, "sys.exit('no such thing')").start()


def test_one_that_never_is_ready_is_a_failure(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="the application ended with 0"):
        _program(tmp_path, "").start()


def test_bytes_written_and_files_left(tmp_path: Path) -> None:
    code = """
home, temporary = os.environ['HOME'], os.environ['TMPDIR']
open(home + '/left', 'wb').write(b'x' * 1000)
open(temporary + '/removed', 'wb').write(b'x' * 500)
os.unlink(temporary + '/removed')
os.symlink('left', home + '/link')
os.write(os.memfd_create('memory'), b'x' * 9999)
os.write(os.pipe()[1], b'x' * 99)
"""
    found = writes.first_start(_program(tmp_path, code + _READY), tmp_path / "trace")
    assert found == {"bytes_written": 1500, "files_left": 2}


def test_bytes_of_threads_and_children_count(tmp_path: Path) -> None:
    code = """
import threading
def write(name): open(os.environ['HOME'] + '/' + name, 'wb').write(b'x' * 100)
threads = [threading.Thread(target=write, args=(str(each),)) for each in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
if not os.fork():
    write('child')
    os._exit(0)
os.wait()
"""
    found = writes.first_start(_program(tmp_path, code + _READY), tmp_path / "trace")
    assert found == {"bytes_written": 500, "files_left": 5}


def test_calls_as_strace_shows_them() -> None:
    lines = [
        'write(3</disk/one>, ""..., 10) = 10',
        'pwrite64(3</disk/one>(deleted), ""..., 10, 20) = 7',
        "copy_file_range(4</disk/two>, NULL, 5</disk/three>, NULL, 9, 0) = 9",
        "sendfile(6</memfd:x>(deleted), 3</disk/one>, [0], 9) = 9",
        "sendfile(5</disk/three>, 6<pipe:[1]>, NULL, 9) = 2",
        'write(1<pipe:[2]>, ""..., 5) = 5',
        'write(2</disk/state/stderr>, ""..., 5) = 5',
        'write(3</disk/one>, ""..., 10) = -1 ENOSPC (No space left on device)',
        "+++ exited with 0 +++",
    ]
    assert writes.count(lines) == (10 + 7 + 9 + 2, {"/disk/one", "/disk/three"})


def test_memory_of_processes(tmp_path: Path) -> None:
    program = _program(tmp_path, f"block = b'x' * (40 << 20)\n{_READY}")
    one, three = memory.of_processes(program, 1), memory.of_processes(program, 3)
    assert one > 40 * _MEBIBYTE
    assert three > 120 * _MEBIBYTE
    assert three < 3 * one  # the interpreter's pages are shared


def test_memory_of_children_counts(tmp_path: Path) -> None:
    code = f"if not os.fork():\n block = b'x' * (40 << 20)\n sys.stdin.read()\n os._exit(0)\ntime.sleep(1)\n{_READY}"
    assert memory.of_processes(_program(tmp_path, code), 1) > 40 * _MEBIBYTE


def test_memory_that_is_not_mapped_counts(tmp_path: Path) -> None:
    program = _program(tmp_path, f"os.write(os.memfd_create('x'), b'x' * (64 << 20))\n{_READY}")
    # Other programs may give shared memory back at the same time.
    assert memory.of_processes(program, 1) > 50 * _MEBIBYTE


def _resident(path: Path) -> int:
    """Pages of a file that are in the page cache (mincore(2))."""
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 0) as mapped:
        buffer = (ctypes.c_char * len(mapped)).from_buffer(mapped)
        pages = -(-len(mapped) // mmap.PAGESIZE)
        vector = (ctypes.c_ubyte * pages)()
        failed = ctypes.CDLL(None, use_errno=True).mincore(
            ctypes.byref(buffer), ctypes.c_size_t(len(mapped)), vector
        )
        del buffer
        assert not failed, os.strerror(ctypes.get_errno())
        return sum(each & 1 for each in vector)


def test_evicted_files_are_not_in_the_page_cache(tmp_path: Path) -> None:
    program = _program(tmp_path, _READY)
    big = program.product / "big"
    big.write_bytes(b"x" * _MEBIBYTE)
    if os.statvfs(big).f_bsize and _file_system(big) == "tmpfs":
        pytest.skip("a tmpfs has no pages but those in memory")
    assert _resident(big) > 0
    program.evict()
    assert _resident(big) == 0
    program.fill()
    assert _resident(big) == _MEBIBYTE // mmap.PAGESIZE


def _file_system(path: Path) -> str:
    """The kind of file system that a path is on (proc_pid_mountinfo(5))."""
    device = os.stat(path).st_dev
    wanted = f"{os.major(device)}:{os.minor(device)}"
    for line in Path("/proc/self/mountinfo").read_text("utf-8").splitlines():
        left, right = line.split(" - ")
        if left.split()[2] == wanted:
            return right.split()[0]
    return ""


@pytest.mark.parametrize("loaded", ["full", "full plain", ""])
def test_a_tier_that_was_asked_for_is_used(loaded: str, tmp_path: Path) -> None:
    MemfdPar("memfd_par_full", MEMFD_PAR_TIER="full").verify(_program(tmp_path, f"print({loaded!r})"))


@pytest.mark.parametrize(
    ("wanted", "loaded"), [("full", "plain"), ("full", "full sparse"), ("plain", "plain sparse")]
)
def test_another_tier_than_was_asked_for_is_told(wanted: str, loaded: str, tmp_path: Path) -> None:
    contender = MemfdPar("other", MEMFD_PAR_TIER=wanted)
    with pytest.raises(
        Unavailable, match=f"={wanted} was asked for, and libraries were loaded by: {loaded}$"
    ):
        contender.verify(_program(tmp_path, f"print({loaded!r})"))


def test_a_builder_that_fails_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="failed with 3: because"):
        command.run(["sh", "-c", "echo because >&2; exit 3"], os.environ, tmp_path, 60)


def test_a_builder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="no-such-builder cannot be run"):
        command.run(["no-such-builder"], os.environ, tmp_path, 60)


def test_a_builder_that_takes_too_long_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"took longer than 1 s \(--build_timeout\)"):
        command.run(["sleep", "60"], os.environ, tmp_path, 1)
