"""The loader's C sources: against Python's own headers, for each machine, and under the compiler's analyzer."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from driver import FOR_PYTHON, NATIVE, WARNINGS, Packed, build_driver, loader_sources, printed
from elf_fixtures import Forge, tool
from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerNeedSection

from packer import image

#: The oldest glibc that any manylinux policy of the packer's allows on every machine.
_OLDEST_GLIBC = (2, 17)

_CROSS = "aarch64-linux-gnu-gcc"
_CROSS_ROOT = "/usr/aarch64-linux-gnu"


def compiled(output: Path, *flags: str, compiler: str = "gcc") -> str:
    """Compiles every source; returns what the compiler says, which is nothing."""
    said = ""
    for source in loader_sources(module=True):
        command = [tool(compiler), *WARNINGS, *flags, "-fPIC", "-c", str(source), "-o", str(output / "x.o")]
        completed = subprocess.run(command, capture_output=True, text=True, check=False)
        assert completed.returncode == 0, completed.stderr
        said += completed.stderr
    return said


def python_headers() -> list[Path]:
    found = sorted(Path("/usr/include").glob("python3.*"))
    assert found, "there is no Python.h: install Debian's python3-dev"
    return found


@pytest.mark.parametrize("limited", ["-DPy_LIMITED_API=0x03090000", "-UPy_LIMITED_API"])
def test_agrees_with_pythons_headers(tmp_path: Path, limited: str) -> None:
    """What python_abi.h declares is declared a second time by Python.h, and has to be the same."""
    for folder in python_headers():
        both = tmp_path / "both.c"
        both.write_text(f'#include <{folder}/Python.h>\n#include "python_abi.h"\n')
        flags = [f"-I{NATIVE}", f"-isystem{folder}", limited, "-Wno-deprecated-declarations"]
        completed = subprocess.run(
            [tool("gcc"), *WARNINGS, *flags, "-fsyntax-only", str(both)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (completed.returncode, completed.stderr) == (0, "")


@pytest.mark.parametrize("optimized", ["-O0", "-O2", "-O3"])
def test_compiles_without_warnings(tmp_path: Path, optimized: str) -> None:
    assert compiled(tmp_path, optimized, "-Wshadow", "-Wvla") == ""


def test_analyzer(tmp_path: Path) -> None:
    """Without its checks of leaks: what is handed to ld.so, or to a caller, it takes for lost."""
    assert compiled(tmp_path, "-O1", "-fanalyzer", "-Wno-analyzer-malloc-leak", "-Wno-analyzer-fd-leak") == ""


@pytest.mark.parametrize("source", FOR_PYTHON)
def test_module_by_pythons_headers(source: str) -> None:
    for folder in python_headers():
        flags = ["-DWITH_PYTHON_H", f"-isystem{folder}", "-Wno-deprecated-declarations"]
        completed = subprocess.run(
            [tool("gcc"), *WARNINGS, *flags, "-fsyntax-only", str(NATIVE / source)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (completed.returncode, completed.stderr) == (0, "")


def test_compiles_for_aarch64(tmp_path: Path) -> None:
    assert compiled(tmp_path, "-O2", compiler=_CROSS) == ""


@pytest.mark.parametrize("tier", [image.SPARSE, image.FULL])
def test_loads_on_aarch64(tmp_path: Path, tier: int) -> None:
    """In an emulator, a library for that machine, by the plan that the packer makes of it on this one."""
    source = """
    static int constructed;
    __attribute__((constructor)) static void begin(void) { constructed = 20; }
    __thread int counter = 1;
    const char constants[200000] = "constants";
    const char *volatile pointer = constants;
    int answer(void) { return constructed * 2 + counter + (*pointer == 'c'); }
    __asm__(".text\\n.skip 200000\\n");
    """
    code = tmp_path / "answer.c"
    code.write_text(source)
    library = tmp_path / "libanswer.so"
    subprocess.run([tool(_CROSS), "-shared", "-fPIC", "-O1", str(code), "-o", str(library)], check=True)
    packed = Packed.of(library, "aarch64", offset=1 << 16)
    assert packed.best == image.SPARSE
    driver = build_driver(tmp_path / "driver", "-O2", compiler=_CROSS)
    completed = subprocess.run(
        [tool("qemu-aarch64"), "-L", _CROSS_ROOT, str(driver), *packed.command(tier, "answer")],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    lines = printed(completed)
    assert (lines["tier"], lines["result"], lines["descriptors"]) == ([str(tier), "0"], ["42"], ["0"])


def loader() -> Path:
    """The loader as Bazel has built it."""
    (found,) = NATIVE.glob("*.so")
    return found


def test_needs_no_new_glibc() -> None:
    """A par that is built on a new machine runs on an old one."""
    with loader().open("rb") as stream:
        section = next(s for s in ELFFile(stream).iter_sections() if isinstance(s, GNUVerNeedSection))
        versions = {version.name for _, needed in section.iter_versions() for version in needed}
    numbers = {re.fullmatch(r"GLIBC_(\d+)\.(\d+)(\.\d+)?", version) for version in versions}
    assert versions and None not in numbers
    newest = max((int(number[1]), int(number[2])) for number in numbers if number)
    assert newest <= _OLDEST_GLIBC, sorted(versions)


def test_exports_its_module_alone() -> None:
    """So nothing of it can take the place of a member's function."""
    with loader().open("rb") as stream:
        symbols = ELFFile(stream).get_section_by_name(".dynsym").iter_symbols()
        defined = {s.name for s in symbols if s["st_shndx"] != "SHN_UNDEF"}
    assert defined == {"PyInit__native"}


def test_larger_pages_than_the_machines(tmp_path: Path) -> None:
    """A library for pages of 64 KiB loads on a machine with smaller ones."""
    source = "int answer(void) { return 42; }"
    packed = Packed.of(
        Forge(tmp_path).library("libanswer.so", source, "-Wl,-z,max-page-size=65536"), offset=1 << 16
    )
    driver = build_driver(tmp_path / "driver", "-O2")
    completed = subprocess.run(
        [str(driver), *packed.command(image.SPARSE, "answer")], capture_output=True, text=True, check=False
    )
    assert printed(completed)["result"] == ["42"]
