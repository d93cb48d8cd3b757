"""Links an executable of a static libpython, for runtimes that have nothing else.

Whether a par starts it is found out when one is packed (packer/program.py): the runtime's own executable may do, and then it does
not matter that this cannot be made. So the linker's words are the output then, and the error of who needs it.
"""

from __future__ import annotations

import argparse
import ast
import os
import posixpath
import re
import subprocess
from collections.abc import Iterable, Mapping, Sequence

#: What the output begins with where there is no executable.
FAILED = b"memfd_par: not linked\n"

_MOST_LINES = 12
_VARIABLES = ("LIBS", "MODLIBS", "SYSLIBS")
_LIBRARY = re.compile(r"(?<!\S)-l(\S+)")


def main(arguments: Sequence[str]) -> int:
    """Links, as the rule asks for it: `--output=… --archive=… … -- compiler and its options`."""
    parser = argparse.ArgumentParser(
        prog="memfd_par packer link", fromfile_prefix_chars="@", allow_abbrev=False
    )
    parser.add_argument("--output", required=True)
    parser.add_argument("--archive", required=True, help="the static libpython")
    parser.add_argument("--object", required=True, help="with the main function")
    parser.add_argument(
        "--sysconfig", action="append", default=[], help="a _sysconfigdata*.py of the runtime"
    )
    parser.add_argument("--library", action="append", default=[], help="a shared library of the runtime")
    parser.add_argument("command", nargs="+", help="the compiler, as it links executables")
    options = parser.parse_args(arguments)
    names = needed(_variables(options.sysconfig))
    problem = _link(options, names)
    if problem:
        with open(options.output, "wb") as output:
            output.write(FAILED + problem.encode())
    return 0


def needed(variables: Mapping[str, str]) -> list[str]:
    """Names of the libraries that a static libpython needs, each once, as `-l` takes them."""
    found = [name for variable in _VARIABLES for name in _LIBRARY.findall(variables.get(variable, ""))]
    return list(dict.fromkeys(found))


def _variables(paths: Iterable[str]) -> dict[str, str]:
    """What the build of Python has recorded (sysconfig); all of them together, where there are several."""
    merged: dict[str, str] = {}
    for path in paths:
        with open(path, encoding="utf-8") as file:
            tree = ast.parse(file.read())
        for node in tree.body:
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
                for name, value in ast.literal_eval(node.value).items():
                    merged[name] = f"{merged.get(name, '')} {value}"
    return merged


def _link(options: argparse.Namespace, names: Sequence[str]) -> str:
    """Links, so that it may lie anywhere if the archive was compiled for that. Returns the linker's last words if it fails."""
    compiler = options.command[0]
    carried = {re.split(r"\.so\b", posixpath.basename(path))[0]: path for path in options.library}
    libraries = [carried.get("lib" + name) or _found(compiler, name) for name in names]
    words = ""
    for position in ("-pie", "-no-pie"):
        command = [
            *options.command,
            *(position, options.object, "-rdynamic"),
            *("-Wl,--whole-archive", options.archive, "-Wl,--no-whole-archive", "-Wl,--as-needed"),
            "-Wl,--strip-debug",
            *(library for library in libraries if library),
            *("-lm", "-ldl", "-lpthread", "-lutil", "-o", options.output),
        ]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if not done.returncode:
            return ""
        words = done.stdout.decode("utf-8", "replace")
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    return "\n".join(["  " + line for line in lines[:_MOST_LINES]] + ["  …"] * (len(lines) > _MOST_LINES))


def _found(compiler: str, name: str) -> str:
    """A library of the C toolchain; nothing where there is none, as what needs it may be a module of its own."""
    for file in (f"lib{name}.so", f"lib{name}.a"):
        printed = subprocess.run(
            [compiler, "-print-file-name=" + file],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        if os.path.isabs(printed.stdout.decode().strip()):
            return "-l" + name
    return ""
