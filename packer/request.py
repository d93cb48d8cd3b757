"""What a target asks the packer for, as the rule wrote it down."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from packer.errors import PackError

#: The manifest has one entry a line: a letter, then fields, separated by tabs.
SEPARATOR = "\t"

BAD_LINE = "{manifest}:{number}: {line!r} is no manifest line. Each starts with one of: {choices}."


@dataclass(frozen=True)
class InputFile:
    """A file that the target depends on."""

    runfiles_path: str  #: below the runfiles root: `<repository>/<path>`
    local_path: str  #: where it is now


@dataclass
class Manifest:
    """The files and import roots of a target, in the order in which the rule lists them."""

    files: list[InputFile] = field(default_factory=list)
    imports: list[str] = field(default_factory=list)  #: runfiles paths that go on the import path
    native_libs: list[InputFile] = field(default_factory=list)
    extension_modules: list[tuple[str, InputFile]] = field(default_factory=list)  #: (dotted name, file)
    interpreter: list[InputFile] = field(default_factory=list)  #: all that the Python toolchain's runtime has

    def all_files(self) -> list[InputFile]:
        """The files, wherever they are listed."""
        return [*self.files, *self.native_libs, *(file for _, file in self.extension_modules)]


def decode(line: bytes) -> str:
    """A line of the manifest: UTF-8, but for Bazels whose Java takes file names apart and writes them as Latin-1."""
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("latin-1")


def parse_manifest(lines: Iterable[str], name: str, workspace: str) -> Manifest:
    """Reads a manifest.

    Lines: `F short_path path` a file, `S path path` and `R path path` a file
    at a given place below the main repository's folder or the runfiles root (SymlinkEntry), `I runfiles_path` an import root, `N short_path path` a native library, `E module short_path path` an
    extension module, `P short_path path` a file of the interpreter that is carried, `D short_path path` a file of a
    dependency, which is left out if a line `T short_path` before it names it as the Python toolchain's: a py_binary has those
    among its own. A short path of another repository starts with `../` (File.short_path).

    Args:
        lines: without or with their ends.
        name: of the manifest, for errors.
        workspace: the main repository's folder in the runfiles.

    Raises:
        PackError: a line is none of these.
    """
    manifest = Manifest()
    of_toolchain: set[str] = set()
    for number, line in enumerate(lines, 1):
        kind, *fields = line.rstrip("\n").split(SEPARATOR)
        if kind == "F" and len(fields) == 2:
            manifest.files.append(_input(fields, workspace))
        elif kind == "T" and len(fields) == 1:
            of_toolchain.add(fields[0])
        elif kind == "D" and len(fields) == 2:
            if fields[0] not in of_toolchain:
                manifest.files.append(_input(fields, workspace))
        elif kind == "S" and len(fields) == 2:
            manifest.files.append(InputFile(workspace + "/" + fields[0], fields[1]))
        elif kind == "R" and len(fields) == 2:
            manifest.files.append(InputFile(*fields))
        elif kind == "I" and len(fields) == 1:
            manifest.imports.append(fields[0].rstrip("/"))
        elif kind == "N" and len(fields) == 2:
            manifest.native_libs.append(_input(fields, workspace))
        elif kind == "E" and len(fields) == 3:
            manifest.extension_modules.append((fields[0], _input(fields[1:], workspace)))
        elif kind == "P" and len(fields) == 2:
            manifest.interpreter.append(_input(fields, workspace))
        else:
            raise PackError(
                BAD_LINE.format(manifest=name, number=number, line=line, choices="F, T, D, S, R, I, N, E, P")
            )
    return manifest


def runfiles_path(short_path: str, workspace: str) -> str:
    """Where a file lies in the runfiles: `../repository/path` is another repository's."""
    return short_path[3:] if short_path.startswith("../") else workspace + "/" + short_path


def _input(fields: list[str], workspace: str) -> InputFile:
    return InputFile(runfiles_path(fields[0], workspace), fields[1])
