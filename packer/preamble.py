"""The text that a par begins with: a shell script that finds the interpreter and hands it the boot block.

The templates are the toolchain's launcher: preamble.sh holds start.py between single quotes, so that start.py
has none; main.py is the zip's `__main__.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from shlex import quote

from memfd_par import format
from packer.errors import PackError

UNKNOWN = "{file} of the launcher uses %{{{name}}}, which does not exist. There are: {choices}."

#: Bytes before the boot block, where the index is, that are fetched together with it.
_NEAR = 256 << 10

#: Digits of a number in the preamble: its length must not depend on what is known only at the end.
_WIDTH = 12


@dataclass(frozen=True)
class Launcher:
    """The start of a par, as far as it is known before the par is written."""

    templates: Mapping[str, str]  #: preamble.sh, start.py and main.py
    target: str
    version: str  #: "3.14"
    magic: int  #: importlib.util.MAGIC_NUMBER, little-endian
    interpreter_path: str | None  #: absolute, tried first
    flags: tuple[str, ...]  #: interpreter options


@dataclass(frozen=True)
class Place:
    """Where the preamble's code finds what it reads; all zero while that is not known."""

    offset: int = 0
    size: int = 0
    checksum: bytes = bytes(8)
    explain_offset: int = 0
    explain_size: int = 0
    par_size: int = 0


def text(launcher: Launcher, place: Place) -> bytes:
    """The preamble; its length does not depend on `place`."""
    target = "".join(char for char in launcher.target if char.isalnum() or char in "/:@._+-~=,! ")
    near = max(place.offset - _NEAR, 0)
    names = ["python" + launcher.version, "python3"]
    candidates = [launcher.interpreter_path, *names] if launcher.interpreter_path else names
    code = _fill(
        launcher.templates,
        "start.py",
        target=target,
        version=launcher.version,
        magic=str(launcher.magic),
        seed=str(format.SEED),
        checksum=place.checksum.hex(),
        offset=str(place.offset).rjust(_WIDTH),
        size=str(place.size).rjust(_WIDTH),
        near=str(near).rjust(_WIDTH),
        near_size=str(place.offset + place.size - near).rjust(_WIDTH),
        explain_offset=str(place.explain_offset).rjust(_WIDTH),
        explain_size=str(place.explain_size).rjust(_WIDTH),
        par_size=str(place.par_size).rjust(_WIDTH),
    )
    return _fill(
        launcher.templates,
        "preamble.sh",
        target=target,
        version=launcher.version,
        code=code,
        candidates=" ".join(quote(candidate) for candidate in candidates),
        flags="".join(quote(flag) + " " for flag in launcher.flags),
        names=" or ".join(names),
    ).encode()


def main_module(launcher: Launcher, length: int, *, carried: bool = False) -> bytes:
    """The zip's `__main__.py`, for a preamble of `length` bytes, or for a par that carries its interpreter."""
    if carried:
        return _fill(launcher.templates, "carried_main.py").encode()
    return _fill(launcher.templates, "main.py", length=str(length), flags=repr(list(launcher.flags))).encode()


def flags(isolated: bool, more: Sequence[str]) -> tuple[str, ...]:
    """Interpreter options: isolated from the user's packages and PYTHON* (-I), and without `site` (-S)."""
    return (*(("-I", "-S") if isolated else ()), *more)


def _fill(templates: Mapping[str, str], file: str, **values: str) -> str:
    def value(match: re.Match[str]) -> str:
        if match[1] not in values:
            raise PackError(UNKNOWN.format(file=file, name=match[1], choices=", ".join(sorted(values))))
        return values[match[1]]

    return re.sub(r"%\{(\w+)\}", value, templates[file])
