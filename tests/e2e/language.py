"""A language that libc can speak: a locale, and a catalogue of its messages as msgfmt(1) makes it."""

from __future__ import annotations

import shutil
import struct
from pathlib import Path

_NAME = "xx.UTF-8"
_PLACES = ("/usr/lib/locale/C.utf8", "/usr/lib/locale/C.UTF-8")
_MAGIC = 0x950412DE
_HEADER = "<7I"

#: What a program does first that speaks its user's language; the folder is argv[1].
SETUP = """
import locale, sys
locale.setlocale(locale.LC_ALL, "")
locale.bindtextdomain("libc", sys.argv[1])
"""


def make(folder: Path, messages: dict[str, str]) -> dict[str, str]:
    """The environment of a program that speaks it; `folder`, for `SETUP`, gets all that it takes.

    Args:
        folder: an empty one.
        messages: libc's own, with their translations.
    """
    places = [place for place in _PLACES if Path(place).is_dir()]
    assert places, f"glibc's locale C.UTF-8 is in none of {_PLACES}: install libc-bin"
    shutil.copytree(places[0], folder / _NAME)
    catalogue = folder / "xx/LC_MESSAGES/libc.mo"
    catalogue.parent.mkdir(parents=True)
    catalogue.write_bytes(_catalogue({"": "Content-Type: text/plain; charset=UTF-8\n", **messages}))
    return {"LC_ALL": _NAME, "LANGUAGE": "xx", "LOCPATH": str(folder)}


def _catalogue(messages: dict[str, str]) -> bytes:
    """The file (GNU gettext manual, "The Format of GNU MO Files"), without a hash table."""
    texts = [text.encode() for text in (*sorted(messages), *(messages[key] for key in sorted(messages)))]
    tables = struct.calcsize(_HEADER)
    place = tables + 8 * len(texts)
    rows = []
    for text in texts:
        rows.append(struct.pack("<II", len(text), place))
        place += len(text) + 1
    header = struct.pack(_HEADER, _MAGIC, 0, len(messages), tables, tables + 8 * len(messages), 0, place)
    return header + b"".join(rows) + b"".join(text + b"\0" for text in texts)
