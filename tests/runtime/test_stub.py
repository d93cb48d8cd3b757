"""The library without code: what a reader of ELF files and the dynamic linker see in it."""

from __future__ import annotations

import ctypes
import io
import itertools
import os
import posix
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from elftools.elf.dynamic import DynamicSegment
from elftools.elf.elffile import ELFFile
from hypothesis import given, settings
from hypothesis import strategies as st

import memfd_par
from memfd_par import stub

_COUNT = itertools.count()
_PATHS = st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), max_size=20)


def needed(data: bytes) -> list[str]:
    (dynamic,) = [s for s in ELFFile(io.BytesIO(data)).iter_segments() if isinstance(s, DynamicSegment)]
    return [tag.needed for tag in dynamic.iter_tags("DT_NEEDED")]


@settings(deadline=None, database=None)
@given(_PATHS)
def test_it_needs_the_libraries_in_their_order(paths: list[str]) -> None:
    assert needed(stub.make(paths)) == paths


def test_its_segments() -> None:
    data = stub.make(["/proc/self/fd/3", "/proc/self/fd/./4"])
    file = ELFFile(io.BytesIO(data))
    assert (file.elfclass, file.little_endian, file["e_type"]) == (64, True, "ET_DYN")
    assert file.num_sections() == 0
    segments = {segment["p_type"]: segment for segment in file.iter_segments()}
    assert sorted(segments) == ["PT_DYNAMIC", "PT_GNU_STACK", "PT_LOAD"]
    # PF_X is 1: neither the stack nor any page of it is executable.
    assert [segment["p_flags"] & 1 for segment in segments.values()] == [0, 0, 0]
    load, dynamic = segments["PT_LOAD"], segments["PT_DYNAMIC"]
    assert (load["p_offset"], load["p_vaddr"], load["p_filesz"]) == (0, 0, len(data))
    assert load["p_align"] % os.sysconf("SC_PAGE_SIZE") == 0
    assert dynamic["p_offset"] + dynamic["p_filesz"] <= len(data)
    assert dynamic["p_vaddr"] % dynamic["p_align"] == 0


@pytest.mark.parametrize(("machine", "shown"), [("x86_64", "EM_X86_64"), ("aarch64", "EM_AARCH64")])
def test_its_machine(machine: str, shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posix, "uname", lambda: SimpleNamespace(machine=machine))
    assert ELFFile(io.BytesIO(stub.make([])))["e_machine"] == shown


def test_an_unknown_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posix, "uname", lambda: SimpleNamespace(machine="vax"))
    with pytest.raises(KeyError, match="vax"):
        stub.make([])


def load(paths: list[str]) -> ctypes.CDLL:
    fd = os.memfd_create("stub")
    try:
        os.write(fd, stub.make(paths))
        # A path of its own each time: ld.so takes the same path for the same library.
        return ctypes.CDLL(f"/proc/self/{'./' * next(_COUNT)}fd/{fd}")
    finally:
        os.close(fd)


def test_it_can_be_loaded() -> None:
    load([])
    load(["libc.so.6", "libm.so.6"])
    with pytest.raises(AttributeError):
        load([]).no_symbol_at_all()


def test_what_it_needs_has_to_be_there() -> None:
    with pytest.raises(OSError, match=r"/nonexistent/libx\.so: cannot open shared object file"):
        load(["libc.so.6", "/nonexistent/libx.so"])


_STACK = """
import ctypes, os, sys
sys.path.insert(0, sys.argv[1])
from memfd_par import stub
fd = os.memfd_create("stub")
os.write(fd, stub.make(["libm.so.6"]))
ctypes.CDLL("/proc/self/fd/%d" % fd)
with open("/proc/self/maps") as maps:
    print(*(line.split()[1] for line in maps if "[stack]" in line or "stub" in line))
"""


def test_the_process_keeps_a_stack_that_is_not_executable() -> None:
    runtime = str(Path(memfd_par.__file__).parents[1])
    result = subprocess.run([sys.executable, "-I", "-c", _STACK, runtime], stdout=subprocess.PIPE, check=True)
    assert result.stdout.split()
    assert b"x" not in result.stdout
