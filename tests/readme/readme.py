"""README.adoc, taken apart, and the commands of docs/build.md."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(r"^\[source,(\w+)\]\n(?:\.([^\n]+)\n)?----\n(.*?)^----$", re.MULTILINE | re.DOTALL)
_FENCED = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ROW = re.compile(r"^\|(`.*`) \|(.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A block of code."""

    language: str  #: "sh" or "starlark"
    title: str  #: the file it belongs to; "" where it has no title
    text: str


def text() -> str:
    """All of it."""
    return Path("README.adoc").read_text("utf-8")


def blocks() -> list[Block]:
    """Its blocks of code, in order."""
    return [Block(*match.groups("")) for match in _BLOCK.finditer(text())]


def build_commands() -> list[str]:
    """The blocks of commands of docs/build.md, in order."""
    return _FENCED.findall(Path("docs/build.md").read_text("utf-8"))


def titled(title: str) -> str:
    """The text of the block with this title."""
    (found,) = [block.text for block in blocks() if block.title == title]
    return found


def messages() -> list[str]:
    """The pieces of error messages that its table of troubles is indexed by."""
    return [piece for cell, _ in _ROW.findall(text()) for piece in re.findall(r"`([^`]+)`", cell)]
