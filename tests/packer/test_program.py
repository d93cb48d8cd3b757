"""Which program a par with its own interpreter starts: the executable, or the launcher with libpython."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from elf_fixtures import MACHINE, Forge

from packer import bootstrap, elf, launcher
from packer.bootstrap import Part
from packer.digest import FileFacts, Native
from packer.errors import PackError
from packer.interpreter import Interpreter, Placed
from packer.plan import plan
from packer.policy import policy
from packer.program import Program, settle
from packer.request import InputFile

_EXPORTED = "int PyConfig_InitPythonConfig, PyImport_FrozenModules, Py_RunMain; int main(void) { return 0; }"
_EXECUTABLE = "bin/python3.14"
_LIBPYTHON = "lib/libpython3.14.so.1.0"
_MARK = b"memfd_par bootstrap 002\0"


@pytest.fixture
def forge(tmp_path: Path) -> Forge:
    return Forge(tmp_path)


def facts(path: Path) -> FileFacts:
    data = path.read_bytes()
    native = Native(elf.read(str(path))) if data[:4] == b"\x7fELF" else None
    return FileFacts(str(path), len(data), 0, b"", data[:4], native)


def settled(forge: Forge, *paths: str, members: tuple[str, ...] = ()) -> tuple[list[str], Program | None]:
    """The stored paths that remain of an interpreter, and the executable that is started."""
    placed = tuple(Placed(path, None, InputFile(path, str(forge.root / path))) for path in paths)
    executables = tuple(path for path in paths if path.startswith("bin/"))
    libpython = _LIBPYTHON if _LIBPYTHON in paths else ""
    interpreter = Interpreter("3.14", "lib/python3.14", libpython, placed, executables)
    known = {str(forge.root / path): facts(forge.root / path) for path in (*paths, *members)}
    found, program = settle(interpreter, known, [known[str(forge.root / path)] for path in members], "//a:b")
    return [each.stored_path for each in found.files], program


def libpython(forge: Forge) -> None:
    forge.library(_LIBPYTHON, "int Py_RunMain(void) { return 1; }")


@pytest.mark.parametrize("flags", [("-pie",), ("-no-pie", "-fno-pie")])
def test_the_executable_is_preferred(forge: Forge, flags: tuple[str, ...]) -> None:
    libpython(forge)
    forge.compile(_EXECUTABLE, _EXPORTED, "-rdynamic", *flags)
    paths, program = settled(forge, _LIBPYTHON, _EXECUTABLE)
    assert paths == [_EXECUTABLE]
    assert program and program.image and program.facts.local_path == str(forge.root / _EXECUTABLE)


def test_one_that_needs_libpython_is_not_what_is_started(forge: Forge) -> None:
    libpython(forge)
    forge.compile(_EXECUTABLE, _EXPORTED, "-rdynamic", str(forge.root / _LIBPYTHON))
    assert settled(forge, _LIBPYTHON, _EXECUTABLE) == ([_LIBPYTHON], None)
    with pytest.raises(PackError, match=r"no shared libpython .*it needs libpython3\.14\.so\.1\.0, which"):
        settled(forge, _EXECUTABLE)


def test_a_member_that_needs_libpython(forge: Forge) -> None:
    libpython(forge)
    forge.compile(_EXECUTABLE, _EXPORTED, "-rdynamic")
    forge.library("embeds.so", "int a;", str(forge.root / _LIBPYTHON))
    assert settled(forge, _LIBPYTHON, _EXECUTABLE, members=("embeds.so",)) == ([_LIBPYTHON], None)
    with pytest.raises(PackError) as error:
        settled(forge, _EXECUTABLE, members=("embeds.so",))
    assert str(error.value).startswith(
        f"//a:b: {forge.root}/embeds.so need libpython3.14.so.1.0 as a library"
    )
    assert "Mend: use a Python that is built with --enable-shared" in str(error.value)


def test_one_that_exports_nothing(forge: Forge) -> None:
    forge.compile(_EXECUTABLE, _EXPORTED)
    with pytest.raises(PackError) as error:
        settled(forge, _EXECUTABLE)
    assert f"{forge.root}/{_EXECUTABLE} is no executable that a par can start: it does not export" in str(
        error.value
    )
    assert "without -rdynamic" in str(error.value) and "Mend: use a Python whose executable" in str(
        error.value
    )
    libpython(forge)
    assert settled(forge, _LIBPYTHON, _EXECUTABLE) == ([_LIBPYTHON], None)


def test_one_that_is_linked_statically(forge: Forge) -> None:
    forge.compile(_EXECUTABLE, _EXPORTED, "-static")
    with pytest.raises(PackError, match="it is linked statically, so that no extension module"):
        settled(forge, _EXECUTABLE)


def test_a_script_in_its_place(forge: Forge) -> None:
    (forge.root / "bin").mkdir()
    (forge.root / _EXECUTABLE).write_text("#!/bin/sh\n")
    with pytest.raises(PackError, match="it is no ELF program"):
        settled(forge, _EXECUTABLE)


def test_nothing_at_all(forge: Forge) -> None:
    with pytest.raises(
        PackError, match=r"//a:b: .* no shared libpython .*, and no executable bin/python3\.14\. Mend: "
    ):
        settled(forge)


def test_a_static_libpython_that_could_not_be_linked(forge: Forge) -> None:
    (forge.root / "bin").mkdir()
    (forge.root / "bin/python").write_text("memfd_par: not linked\n  undefined reference to `Hacl_x'")
    with pytest.raises(PackError) as error:
        settled(forge, "bin/python")
    assert "its static libpython could not be linked to one, as it is not complete" in str(error.value)
    assert "undefined reference to `Hacl_x'" in str(error.value) and "Mend: " in str(error.value)
    forge.compile(_EXECUTABLE, _EXPORTED, "-rdynamic")
    assert settled(forge, _EXECUTABLE, "bin/python")[0] == [_EXECUTABLE]


def test_its_libraries_get_names_of_their_own(forge: Forge) -> None:
    """They are loaded before the machine's are, whose soname they have: nothing of the machine may find them."""
    forge.library("lib/libz.so.1", "int z;")
    forge.library("lib/libown.so.1", "int own;", str(forge.root / "lib/libz.so.1"))
    forge.compile(_EXECUTABLE, _EXPORTED, "-rdynamic", str(forge.root / "lib/libown.so.1"))
    plans = plan(
        forge.members(),
        target="//a:b",
        machine=MACHINE,
        policy=policy("manylinux_2_28"),
        system_libs=frozenset(),
        with_interpreter=True,
        program=_EXECUTABLE,
    )
    assert plans.early() == ("lib/libz.so.1", "lib/libown.so.1")
    assert plans.plans["lib/libz.so.1"].patches and plans.plans["lib/libown.so.1"].patches
    assert set(plans.early_patches()) == {_EXECUTABLE, "lib/libz.so.1", "lib/libown.so.1"}


def test_a_library_without_a_soname() -> None:
    program = Program(_EXECUTABLE, FileFacts("python", 0, 0, b"", b""), b"")
    program.check_names({"lib/libz.so.1": None}, "//a:b")
    with pytest.raises(
        PackError, match=r"//a:b: .* python needs lib/libx\.so, which has no such soname.* Mend: "
    ):
        program.check_names({"lib/libx.so": "libx.so"}, "//a:b")


def filled(bootstrap_bytes: bytes, count: int = 1) -> bytes:
    return bootstrap.fill(
        bootstrap_bytes,
        FileFacts("out/bootstrap", 0, 0, b"", b""),
        target="//a:b",
        program=Part(4096, b"program"),
        linker=None,
        libraries=[("libz.so.1", Part(8192, b"x" * 5000))] * count,
        par_size=99,
    )


def test_the_bootstrap_s_record() -> None:
    data = filled(b"before" + _MARK + bytes(2112) + b"behind")
    numbers = struct.unpack_from("<10Q", data, 6 + len(_MARK))
    assert numbers[:7] == (4096, 7, launcher.checksum(b"program"), 0, 0, 0, 1)
    assert numbers[7:] == (8192, 5000, launcher.checksum(b"x" * 4096))
    assert data[30 + 80 : 30 + 120].rstrip(b"\0") == b"libz.so.1"
    assert struct.unpack_from("<Q", data, len(data) - 14) == (99,) and data.endswith(b"behind")
    assert len(data) == 6 + len(_MARK) + 2112 + 6


@pytest.mark.parametrize("count", [0, 2])
def test_another_bootstrap(count: int) -> None:
    with pytest.raises(
        PackError, match=f"out/bootstrap is no bootstrap .* mark {count} times, .* of this version"
    ):
        filled(_MARK * count)


def test_more_libraries_than_the_bootstrap_loads() -> None:
    with pytest.raises(PackError, match=r"//a:b: .* needs 33 libraries that are carried, and at most 32"):
        filled(_MARK + bytes(4000), 33)
