"""What a par is made of: `./bazelw run //tools:info -- app.par`.

Reads the zip directory alone, so that any par of any machine can be looked at.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import zipfile
from collections import defaultdict
from collections.abc import Mapping, Sequence

_FOREIGN = "{path} is no par: {cause}. Name a file that memfd_par_binary built."

_STDLIB = re.compile(r"lib/python3\.\d+t?/")
_EXECUTABLE = re.compile(r"\.par/python.*")
_LIBRARY = re.compile(r"lib/(glibc/)?[^/]+\.so(\.[\w.]+)?")
_NATIVE = re.compile(r".*\.so(\.[\w.]+)?")


def kind(path: str) -> str:
    """What a member is, by its stored path."""
    if _EXECUTABLE.fullmatch(path):
        return "the interpreter's executable"
    if path.startswith(".par/"):
        return {".par/code": "byte-code", ".par/loader.so": "the loader in C"}.get(
            path, "index and start-up code"
        )
    if path.startswith("memfd_par/") or path == "__main__.py":
        return "the runtime's sources"
    if _STDLIB.match(path):
        return (
            "the standard library's extension modules"
            if _NATIVE.fullmatch(path)
            else "the standard library's sources and data"
        )
    if _LIBRARY.fullmatch(path):
        return "the interpreter's libraries"
    return "the program's native code" if _NATIVE.fullmatch(path) else "the program's sources and data"


def sizes(path: str) -> Mapping[str, int]:
    """Bytes in the file by kind; what is before the first member and between members counts, too.

    Raises:
        OSError, zipfile.BadZipFile: it cannot be read, or is no par.
    """
    found: dict[str, int] = defaultdict(int)
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        if ".par/boot" not in archive.namelist():
            raise zipfile.BadZipFile("it has no member .par/boot")
        found["the launcher"] = min(member.header_offset for member in members)
        for member in members:
            found[kind(member.filename)] += member.compress_size
    found["zip headers and padding"] = os.path.getsize(path) - sum(found.values())
    return found


def main(arguments: Sequence[str]) -> int:
    """Prints a table for each par; returns the exit status."""
    parser = argparse.ArgumentParser(prog="info", description="What a par is made of, in bytes.")
    parser.add_argument("par", nargs="+")
    # `bazel run` starts elsewhere.
    folder = os.environ.get("BUILD_WORKING_DIRECTORY", "")
    for path in parser.parse_args(arguments).par:
        try:
            found = sizes(os.path.join(folder, path))
        except (OSError, zipfile.BadZipFile) as error:
            sys.stderr.write(
                _FOREIGN.format(path=path, cause=getattr(error, "strerror", None) or error) + "\n"
            )
            return 1
        print(path)
        for name, size in sorted(found.items(), key=lambda item: -item[1]):
            print("%12d  %s" % (size, name))
        print("%12d  in all" % sum(found.values()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
