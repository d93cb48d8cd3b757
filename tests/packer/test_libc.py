"""A libc of the par's own: which files it is, and what forbids it."""

from __future__ import annotations

from pathlib import Path

import pytest
from elf_fixtures import MACHINE, Forge, made_up, planned

from packer import elf
from packer.digest import FileFacts, Native
from packer.errors import PackError
from packer.interpreter import Interpreter, Placed
from packer.libc import Libc, find_libc
from packer.plan import Plans
from packer.request import InputFile
from packer.target import Target

_LINKER = {"x86_64": "ld-linux-x86-64.so.2", "aarch64": "ld-linux-aarch64.so.1"}[MACHINE]
_VERSION = (
    '__asm__(".section .rodata\\n.asciz \\"\\\\0GLIBC_2.{minor}\\"\\n.text"); int libc(void) {{ return 1; }}'
)
_TARGET = Target(
    label="//:app",
    main=("script", "app.py"),
    env={},
    args=(),
    policy="manylinux_2_28",
    system_libs=frozenset(),
    machine=MACHINE,
    interpreter_path=None,
    python_version=None,
    flags=(),
    deflate=False,
    optimize=0,
    duplicates_are_errors=False,
    missing_is_an_error=False,
    real_files=(),
    libc_is_carried=True,
)


def facts(path: Path) -> FileFacts:
    data = path.read_bytes()
    native = Native(elf.read(str(path))) if data[:4] == b"\x7fELF" else None
    return FileFacts(str(path), len(data), 0, b"", data[:4], native)


def found(*files: Path) -> Libc:
    """The libc among an interpreter's files."""
    placed = tuple(Placed(f"lib/glibc/{file.name}", None, InputFile(file.name, str(file))) for file in files)
    known = {str(file): facts(file) for file in files}
    return find_libc(
        Interpreter("3.14", "lib/python3.14", "lib/libpython3.14.so.1.0", placed),
        _TARGET,
        known,
    )


@pytest.fixture
def forge(tmp_path: Path) -> Forge:
    return Forge(tmp_path)


@pytest.fixture
def files(forge: Forge) -> list[Path]:
    """A dynamic linker, and a libc that is glibc 2.36."""
    return [
        forge.library(_LINKER, "int linker(void) { return 0; }"),
        forge.library("libc.so.6", _VERSION.format(minor=36), "-nostdlib"),
    ]


def program(forge: Forge, *flags: str) -> FileFacts:
    return facts(forge.compile("launcher", "int main(void) { return 0; }", *flags))


def test_what_it_is(files: list[Path]) -> None:
    libc = found(*files)
    assert libc.version == (2, 36)
    assert libc.has("lib/glibc/libc.so.6") and libc.has("lib/glibc/" + _LINKER)
    assert not libc.has("lib/glibc/libm.so.6")


def test_no_linker_or_no_libc(files: list[Path]) -> None:
    for given, missing in ((files[1:], "dynamic linker"), (files[:1], "libc.so.6")):
        with pytest.raises(PackError, match=f"//:app: .* brings no {missing} for {MACHINE} along"):
            found(*given)


def test_a_libc_that_is_too_old(forge: Forge, files: list[Path]) -> None:
    old = forge.library("libc.so.6", _VERSION.format(minor=31), "-nostdlib")
    with pytest.raises(PackError, match=r"libc.so.6 is glibc 2\.31\. Needed is 2\.34 or newer"):
        found(files[0], old)


def test_a_member_for_a_newer_one(forge: Forge, files: list[Path]) -> None:
    libc = found(*files)
    libc.check(Plans({}, {}, (2, 36), MACHINE), program(forge), "//:app")
    with pytest.raises(
        PackError, match=r"//:app: .* needs glibc 2\.38, and the par carries .*, which is glibc 2\.36"
    ):
        libc.check(Plans({}, {}, (2, 38), MACHINE), program(forge), "//:app")


def test_a_launcher_that_needs_more(forge: Forge, files: list[Path]) -> None:
    launcher_facts = program(forge, "-lm")
    with pytest.raises(
        PackError, match=r"cannot be started .*: it needs libm\.so\.6, libc\.so\.6, and should need"
    ):
        found(*files).check(Plans({}, {}, (0, 0), None), launcher_facts, "//:app")


def test_nothing_of_the_machine_stands_in() -> None:
    """Every manylinux machine has libm.so.6, but for those without glibc."""
    members = [made_up("ext.so", "libm.so.6", "libc.so.6")]
    assert planned(*members).plans["ext.so"].loads == ()
    with pytest.raises(PackError, match=r'library "libm\.so\.6" is needed by bazel-out/ext\.so'):
        planned(*members, with_libc=True)
    carried = made_up("lib/glibc/libm.so.6", "libc.so.6")
    plans = planned(*members, carried, with_libc=True)
    assert plans.plans["ext.so"].loads == ("lib/glibc/libm.so.6",)
    assert not plans.plans["lib/glibc/libm.so.6"].patches  # it keeps its soname
