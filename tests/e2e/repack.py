"""The programs of tests/e2e/programs for other Pythons: packed by each, from the files that Bazel's par was made of."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.e2e.packing import pack_manifest
from tests.e2e.par import Par, built
from tests.e2e.sandbox import tool

_PLACE = "tests/e2e/programs"
_SCRIPT = f"--main=memfd_par/{_PLACE}/probe.py"

#: By name: whose manifest, and the packer's options.
_PROGRAMS = {
    "probe": ("probe", [_SCRIPT]),
    "deflated": ("probe", [_SCRIPT, "--compression=deflate"]),
    "natives": ("natives", [_SCRIPT, "--system_lib=libabsent.so"]),
    "preloads_absent": ("preloads_absent", [_SCRIPT, "--system_lib=libabsent.so"]),
    "by_package": ("probe", ["--main_module=shapes"]),
    "by_module": ("probe", ["--main_module=shapes.circle"]),
    "by_entry_point": ("probe", ["--entry_point=shapes.circle:main"]),
}

#: Extension modules: the function that each calls, and the library that has it.
_MODULES = {
    "_answer": ("outer_answer", "libouter.so"),
    "_other": ("outer_answer", "libouter.so"),
    "_lonely": ("absent_answer", "libabsent.so"),
    "_undefined": ("answered_by_nobody", None),
}


def pythons() -> list[str]:
    """The interpreters that the tests have to serve; MEMFD_PAR_PYTHONS lists them."""
    found = [path for path in os.environ.get("MEMFD_PAR_PYTHONS", "").split(":") if path]
    assert found, "MEMFD_PAR_PYTHONS names no Python: bazelw sets it (--test_env)"
    return found


def repack(name: str, python: str, folder: Path) -> Par:
    """Packs a program with and for this Python, in a folder that has nothing yet."""
    source, options = _PROGRAMS[name]
    modules = _compile(python, folder / "modules") if source == "natives" else {}
    lines = []
    for line in built(f"{_PLACE}/{source}.par-manifest").read_text().splitlines():
        *fields, last = line.split("\t")
        if "_solib_" in last:  # Bazel's second place for a library: here there is the first only
            continue
        module = Path(last).name
        if fields[0] in "DFNE":
            last = str(modules.get(module) or built(fields[-1]))
        lines.append("\t".join([*fields, last]))
    par = pack_manifest(
        folder, lines, f"--target=//{_PLACE}:{name}", *options, output=f"{name}.par", python=python
    )
    shutil.rmtree(folder / "modules", ignore_errors=True)
    return Par(par, python)


def _compile(python: str, folder: Path) -> dict[str, Path]:
    folder.mkdir(exist_ok=True)
    code = "import sysconfig; print(sysconfig.get_path('include'))"
    headers = subprocess.run(
        [python, "-I", "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()
    assert Path(headers, "Python.h").exists(), f"{headers} has no Python.h (Debian's package: python3.x-dev)"
    (folder / "python_headers.h").write_text("#include <Python.h>\n")
    libraries = built(f"{_PLACE}/native/libouter.so").parent
    for name, (function, library) in _MODULES.items():
        command = [tool("cc", "gcc"), "-shared", "-fPIC", f"-I{folder}", f"-I{headers}", f"-DNAME={name}"]
        command += [
            f"-DCALL={function}",
            str(built(f"{_PLACE}/native/module.c")),
            "-o",
            f"{folder}/{name}.so",
        ]
        command += ["-DSEVERAL_INTERPRETERS"] if name == "_other" else []
        command += [f"{libraries}/{library}"] if library else []
        subprocess.run(command, check=True)
    return {f"{name}.so": folder / f"{name}.so" for name in _MODULES}


def version(python: str) -> tuple[int, int]:
    """Of an interpreter whose name has it, or of this one."""
    found = re.search(r"python(\d+)\.(\d+)$", python)
    return (int(found[1]), int(found[2])) if found and python != sys.executable else sys.version_info[:2]
