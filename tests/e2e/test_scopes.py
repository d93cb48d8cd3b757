"""Libraries that use symbols of others and do not name these, as torch's: what needs all lets them see each other."""

from __future__ import annotations

import dataclasses
import subprocess
from pathlib import Path

import pytest

from tests.e2e.packing import pack
from tests.e2e.par import Par
from tests.e2e.sandbox import tool

#: Constructors of three use others: `user`'s `giver`, which has to come first, and `left`'s and `right`'s each other.
_SOURCES = {
    "giver": "static int value; __attribute__((constructor)) static void set(void) { value = 4; }"
    "int give(void) { return value; }",
    "user": "int give(void); static int kept; __attribute__((constructor)) static void keep(void) { kept = give(); }"
    "int use(void) { return kept; }",
    "left": "int of_right(void); static int kept; __attribute__((constructor)) static void keep(void) { kept = of_right(); }"
    "int of_left(void) { return 5; } int left(void) { return kept; }",
    "right": "int of_left(void); static int kept; __attribute__((constructor)) static void keep(void) { kept = of_left(); }"
    "int of_right(void) { return 7; } int right(void) { return kept; }",
    "root": "int use(void), left(void), right(void); int root(void) { return 100 * use() + 10 * left() + right(); }",
}

_MAIN = """
import ctypes, memfd_par
print(ctypes.CDLL("libroot.so").root())
for image in memfd_par.loaded():
    print(image.soname, image.tier, image.why)
for line in open("/proc/self/maps"):
    assert "/proc/self/fd" not in line, line
"""


def _packed(folder: Path, options: str = "") -> Par:
    """A par of these libraries, of which only `root` names any, which is all others.

    Args:
        folder: is worked in.
        options: of the linker, for `left`.
    """
    for name, text in _SOURCES.items():
        (folder / f"{name}.c").write_text(text)
        needed = [f"lib{other}.so" for other in _SOURCES if other != name] if name == "root" else []
        command = [tool("cc", "gcc"), "-shared", "-fPIC", "-Wl,--no-as-needed", f"-Wl,-soname,lib{name}.so"]
        command += options.split() if name == "left" else []
        subprocess.run([*command, f"{name}.c", *needed, "-o", f"lib{name}.so"], cwd=folder, check=True)
    (folder / "main.py").write_text(_MAIN)
    libraries = [f"lib{name}.so" for name in _SOURCES]
    return pack(folder, ["main.py", *libraries[:-1]], natives=libraries[-1:])


@pytest.fixture(scope="module")
def scopes(tmp_path_factory: pytest.TempPathFactory) -> Par:
    return _packed(tmp_path_factory.mktemp("scopes"))


def test_they_are_sparse(scopes: Par) -> None:
    answer, *lines = scopes.output().splitlines()
    assert answer == "475"
    assert sorted(lines) == [f"lib{name}.so sparse " for name in sorted(_SOURCES)]


@pytest.mark.parametrize("tier", ["full", "plain"])
def test_forced(scopes: Par, tier: str) -> None:
    answer, *lines = dataclasses.replace(scopes, tier=tier).output().splitlines()
    assert answer == "475" and {line.split()[1] for line in lines} == {tier}


def test_one_that_cannot_be_sparse(tmp_path: Path) -> None:
    """ld.so calls its constructors, when text of another must be there as well."""
    answer, *lines = _packed(tmp_path, "-Wl,-z,initfirst").output().splitlines()
    assert answer == "475"
    why = "it is loaded together with one that allows no better"
    assert sorted(lines) == [
        "libgiver.so sparse ",
        "libleft.so full its constructors come before all others (DF_1_INITFIRST)",
        f"libright.so full {why}",
        "libroot.so sparse ",
        f"libuser.so full {why}",
    ]
