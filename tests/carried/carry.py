"""Pars that carry any Python of the machine: what the repository rule and the build rule do, by hand."""

from __future__ import annotations

import ast
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.e2e.packing import pack_manifest
from tests.e2e.par import Par, built
from tests.e2e.sandbox import tool

#: What carried_interpreter compiles.
_LAUNCHER = "runtime/launcher"
_IMAGE = ("files.c", "hooks.c", "image.c")


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


def carried(python: str, folder: Path, *options: str) -> Par:
    """A par of tests/e2e/programs/probe.py with this Python inside; `options` are the packer's."""
    known = {line[0]: line[1] for line in facts(python)}
    lines = ["F\ttests/e2e/programs/probe.py\t" + str(built("tests/e2e/programs/probe.py"))]
    lines += [f"P\t../python/{place}\t{path}" for place, path in _files(python, known)]
    # Those that need what this machine lacks would be a warning.
    absent = [name for name in ("_tkinter", "nis") if any(f"/lib-dynload/{name}." in line for line in lines)]
    launcher = _compile(known["include"], folder / "launcher")
    par = pack_manifest(
        folder,
        lines,
        *("--target=//a:b", "--main=memfd_par/tests/e2e/programs/probe.py"),
        *(f"--carried_launcher={launcher}", "--interpreter_prefix=../python"),
        *(f"--exclude_stdlib={name}" for name in absent),
        *options,
        python=python,
    )
    return Par(par, python)


def _files(python: str, known: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Places below the interpreter's prefix, and the files there."""
    folder = "lib/python" + known["version"]
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


def _compile(include: str, output: Path) -> Path:
    sources = [str(path) for path in sorted(built(_LAUNCHER + "/main.c").parent.glob("*.c"))]
    sources += [str(built("runtime/native/" + name)) for name in _IMAGE]
    flags = [
        "-std=c11",
        "-O2",
        "-Wall",
        "-Wextra",
        "-Werror",
        f"-isystem{include}",
        "-Wl,-z,now",
        "-Wl,--as-needed",
    ]
    subprocess.run([tool("cc", "gcc"), *flags, *sources, "-o", str(output), "-ldl", "-lpthread"], check=True)
    return output
