"""Linking an executable of a static libpython."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from elf_fixtures import Forge, tool

from packer import linking
from packer.main import main


@pytest.fixture
def forge(tmp_path: Path) -> Forge:
    return Forge(tmp_path)


def archive(forge: Forge, source: str) -> str:
    code = forge.root / "code.c"
    code.write_text(source)
    objects = forge.root / "code.o"
    subprocess.run([tool("cc"), "-fPIC", "-c", str(code), "-o", str(objects)], check=True)
    subprocess.run([tool("ar"), "rcs", str(forge.root / "libpython3.14.a"), str(objects)], check=True)
    return str(forge.root / "libpython3.14.a")


def linked(forge: Forge, source: str, recorded: str = "") -> Path:
    """Links a program that returns `answer()` of an archive."""
    main_function = forge.root / "main.c"
    main_function.write_text("int answer(void); int main(void) { return answer(); }\n")
    subprocess.run([tool("cc"), "-c", str(main_function), "-o", str(forge.root / "main.o")], check=True)
    (forge.root / "_sysconfigdata_x.py").write_text(
        f"# made\nbuild_time_vars = {{'MODLIBS': {recorded!r}}}\n"
    )
    output = forge.root / "python"
    options = [f"--output={output}", f"--archive={archive(forge, source)}", f"--object={forge.root}/main.o"]
    options += [f"--sysconfig={forge.root}/_sysconfigdata_x.py"]
    assert main(["link", *options, "--", tool("cc")]) == 0
    return output


def test_a_complete_archive(forge: Forge) -> None:
    output = linked(
        forge, "int answer(void) { return 42; } int unused(void) { return 1; }", "-lm -lno_such_library"
    )
    assert subprocess.run([output], check=False).returncode == 42
    symbols = subprocess.run(
        [tool("nm"), "-D", "--defined-only", output], capture_output=True, text=True, check=True
    ).stdout
    assert "answer" in symbols and "unused" in symbols  # for extension modules


def test_an_archive_that_lacks_something(forge: Forge) -> None:
    output = linked(forge, "int hacl(void); int answer(void) { return hacl(); }")
    words = output.read_bytes()
    assert words.startswith(linking.FAILED) and b"undefined reference to `hacl'" in words


def test_what_a_build_has_recorded() -> None:
    assert linking.needed(
        {"LIBS": "-ldl -L/a -Wl,-rpath,/a", "MODLIBS": "-lz -lm \\ -lz", "CC": "gcc -lx"}
    ) == [
        *("dl", "z", "m"),
    ]
