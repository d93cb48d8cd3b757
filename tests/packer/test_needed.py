"""Libraries of an interpreter go in where something that is carried needs them."""

from __future__ import annotations

from packer.digest import FileFacts, Native
from packer.elf import ElfFacts, NeededLibrary
from packer.interpreter import Interpreter, Placed
from packer.needed import only_needed
from packer.request import InputFile

LIBPYTHON = "lib/libpython3.14.so.1.0"
#: Files of an interpreter, with soname and needs.
FILES = {
    "lib/glibc/libstdc++.so.6": ("libstdc++.so.6", ["libm.so.6"]),
    "lib/libcrypto.so.3": ("libcrypto.so.3", ["libz.so.1"]),
    "lib/libexpat.so.1.9": ("libexpat.so.1", []),
    LIBPYTHON: ("libpython3.14.so.1.0", ["libexpat.so.1", "libm.so.6"]),
    "lib/libtcl.so": (None, ["libz.so.1"]),
    "lib/libtk.so": ("libtk8.6.so", ["/build/libtcl.so"]),
    "lib/libx.so": ("libx.so", []),
    "lib/libz.so.1": ("libz.so.1", []),
    "lib/python3.14/lib-dynload/_ssl.so": (None, ["libcrypto.so.3"]),
    "lib/python3.14/lib-dynload/_tkinter.so": (None, ["libtk8.6.so"]),
}


def known(path: str, soname: str | None, needed: list[str]) -> FileFacts:
    entries = tuple(NeededLibrary(name, 0, 0) for name in needed)
    facts = ElfFacts("shared", "x86_64", 64, soname=soname, needed=entries)
    return FileFacts(path, 1, 0, path.encode(), b"\x7fELF", Native(facts))


FACTS = {path: known(path, *facts) for path, facts in FILES.items()} | {
    "lib/python3.14/os.py": FileFacts("lib/python3.14/os.py", 1, 0, b"", b"impo"),
    "app.so": known("app.so", None, ["libx.so"]),
    "broken.so": FileFacts("broken.so", 1, 0, b"", b"\x7fELF", Native(None, "damaged")),
}


def left(*without: str, others: tuple[str, ...] = ()) -> set[str]:
    """The libraries that are kept."""
    paths = [path for path in [*FILES, "lib/python3.14/os.py"] if path not in without]
    files = tuple(
        Placed(path, path.rpartition("/")[2] if "/python3.14/" in path else None, InputFile(path, path))
        for path in paths
    )
    kept = only_needed(Interpreter("3.14", "lib/python3.14", LIBPYTHON, files), FACTS, others).files
    rest = {placed.stored_path for placed in kept}
    assert rest >= {
        path for path in paths if "/python3.14/" in path or "/glibc/" in path or path == LIBPYTHON
    }
    return {path for path in rest if path.count("/") == 1} - {LIBPYTHON}


def test_what_modules_and_libpython_need() -> None:
    crypto, expat, z = "lib/libcrypto.so.3", "lib/libexpat.so.1.9", "lib/libz.so.1"
    assert left() == {crypto, expat, z, "lib/libtcl.so", "lib/libtk.so"}
    assert left("lib/python3.14/lib-dynload/_tkinter.so") == {crypto, expat, z}
    assert left("lib/python3.14/lib-dynload/_ssl.so") == {expat, z, "lib/libtcl.so", "lib/libtk.so"}


def test_what_the_program_needs() -> None:
    without = ("lib/python3.14/lib-dynload/_ssl.so", "lib/python3.14/lib-dynload/_tkinter.so")
    assert left(*without) == {"lib/libexpat.so.1.9"}
    assert left(*without, others=("app.so", "broken.so", "absent.txt")) == {
        "lib/libexpat.so.1.9",
        "lib/libx.so",
    }
