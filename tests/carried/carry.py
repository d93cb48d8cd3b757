"""Pars that carry any Python of the machine: what the repository rule and the build rule do, by hand."""

from __future__ import annotations

import ast
import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from packer import linking
from tests.e2e.packing import pack_manifest
from tests.e2e.par import Par, built
from tests.e2e.sandbox import tool

#: What carried_interpreter compiles, and how.
_LAUNCHER = "runtime/launcher"
_ALONE = ("static_main.c", "takeover.c")
_IMAGE = ("descriptor.c", "files.c", "hooks.c", "image.c", "inflate.c")
_FLAGS = (
    "-std=c11",
    "-O2",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-fvisibility=hidden",
    "-Wl,-z,now",
    "-Wl,--as-needed",
)
_BOOTSTRAP_FLAGS = (
    *("-std=c11", "-Os", "-Wall", "-Wextra", "-Werror", "-fPIE", "-ffreestanding", "-fno-stack-protector"),
    *("-fvisibility=hidden", "-U_FORTIFY_SOURCE", "-nostdlib", "-nostartfiles", "-static-pie"),
    *("-Wl,--no-dynamic-linker", "-Wl,-z,noexecstack", "-Wl,--build-id=none", "-Wl,--strip-all"),
)


def facts(python: str) -> list[list[str]]:
    """What the script of local_interpreter says of a Python, line by line, field by field."""
    tree = ast.parse(built("private/local_interpreter.bzl").read_text("utf-8"))
    (script,) = [
        node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and ast.unparse(node.targets[0]) == "_FACTS"
    ]
    assert isinstance(script, str)
    command = [python, "-I", "-S", "-c", script]
    printed = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout
    return [line.split("\t") for line in printed.splitlines()]


def carried(python: str, folder: Path, *options: str, way: str = "whole", data: Iterable[str] = ()) -> Par:
    """A par of tests/e2e/programs/probe.py with this Python inside.

    Args:
        python: the interpreter.
        folder: gets the par.
        options: of the packer.
        way: what there is of that Python: all that it has ("whole"), an executable that has the interpreter in it and no
            libpython ("executable"), a shared libpython ("library"), or a static one ("static").
        data: files of the folder that go in, too.
    """
    known = {line[0]: line[1] for line in facts(python)}
    linked = link(known, folder / "linked") if way in ("executable", "static") else None
    absent_parts = {"whole": (), "library": ("bin/",)}.get(way, ("lib/libpython", "bin/"))
    lines = ["F\ttests/e2e/programs/probe.py\t" + str(built("tests/e2e/programs/probe.py"))]
    lines += [f"F\t{name}\t{folder / name}" for name in data]
    lines += [
        f"P\t../python/{place}\t{path}"
        for place, path in _files(python, known)
        if not place.startswith(absent_parts)
    ]
    if way == "executable":
        lines += [f"P\t../python/bin/python{known['version']}\t{linked}"]
    # Those that need what this machine lacks would be a warning.
    absent = [name for name in ("_tkinter", "nis") if any(f"/lib-dynload/{name}." in line for line in lines)]
    launchers = compile_launchers(known["include"], folder)
    par = pack_manifest(
        folder,
        lines,
        *("--target=//a:b", "--main=memfd_par/tests/e2e/programs/probe.py"),
        *(*launchers, "--interpreter_prefix=../python"),
        *([f"--linked_python={linked}"] if way == "static" else []),
        *(f"--exclude_stdlib={name}" for name in absent),
        *options,
        python=python,
    )
    return Par(par, python)


def _files(python: str, known: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Places below the interpreter's prefix, and the files there."""
    folder = "lib/python" + known["version"]
    yield "bin/python" + known["version"], known["interpreter"]
    if "libpython" in known:
        yield "lib/" + os.path.basename(known["libpython"]), known["libpython"]
    for line in facts(python):
        if line[0] == "needed":
            yield "lib/" + line[1], line[2]
    stdlib = Path(known["stdlib"])
    for path in sorted(stdlib.rglob("*")):
        if path.is_file() and not {"site-packages", "dist-packages", "lib-dynload"} & set(path.parts):
            yield f"{folder}/{path.relative_to(stdlib)}", str(path)
    for path in sorted(Path(known["dynload"]).glob("*.so")):
        yield f"{folder}/lib-dynload/{path.name}", str(path)


def compile_launchers(include: str, folder: Path) -> list[str]:
    """Compiles what a par begins with. Returns the packer's options that name these files."""
    own = built(_LAUNCHER + "/main.c").parent
    sources = [str(path) for path in sorted(own.glob("*.c")) if path.name not in _ALONE]
    sources += [str(built("runtime/native/" + name)) for name in _IMAGE]
    flags = [*_FLAGS, "-isystem" + include]
    commands = {
        "launcher": [*flags, *sources, "-ldl", "-lpthread"],
        "library": [*flags, "-shared", "-fPIC", *sources, str(own / "takeover.c"), "-ldl", "-lpthread"],
        "bootstrap": [str(built("runtime/bootstrap/bootstrap.c")), *_BOOTSTRAP_FLAGS],
    }
    for name, arguments in commands.items():
        command = [tool("cc", "gcc"), *arguments, "-o", str(folder / f"carried_{name}")]
        subprocess.run(command, check=True)
    return [f"--carried_{name}={folder}/carried_{name}" for name in commands]


def link(known: Mapping[str, str], output: Path) -> Path:
    """Links an executable of the static libpython, as the rule does."""
    program = output.with_suffix(".o")
    source = str(built(_LAUNCHER + "/static_main.c"))
    command = [tool("cc", "gcc"), "-isystem" + known["include"], "-c", source, "-o", str(program)]
    subprocess.run(command, check=True)
    recorded = [f"--sysconfig={path}" for path in sorted(Path(known["stdlib"]).glob("_sysconfigdata*.py"))]
    options = [f"--output={output}", f"--archive={known['archive']}", f"--object={program}", *recorded]
    assert linking.main([*options, "--", tool("cc", "gcc")]) == 0
    return output
