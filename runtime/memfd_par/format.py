"""What the packer writes and the runtime reads: the one definition of both.

A par is a `#!/bin/sh` preamble followed by a zip archive (APPNOTE.TXT). Beside the members that the user
sees, the archive holds, each as a stored member:

- `.par/explain.py`  source that says why an interpreter cannot run this par; any Python 3 can compile it.
- `.par/loader.so`   the image loader in C, page-aligned; header["loader"] is its offset and size, and, where the size
                     is 0, why there is none.
- `.par/files`       the same files as in the index, for the loader in C: the number of rows, rows of struct row in
                     runtime/native/files.c, sorted by path, then the paths; header["file_table"] is its offset and size.
- `.par/code`        every code object, marshalled, one after the other.
- `.par/index`       the tables below, marshalled, one after the other.
- `.par/boot`        `marshal((boot code, {runtime module: code}, header))`; the preamble names its offset, size and
                     checksum, and the header names those of the tables. The code is that of the modules of `START`, in
                     their order, of `NATIVE` where there are native members, and then that of `RESIDENT`, each marshalled by itself. The others are modules like any other.

Tables are plain dicts and tuples of marshal's own types. A *block* is `(offset in .par/index, size,
checksum)` of a marshalled table. header["index"] is where that member begins in the file.

Modules and files each make a tree of folders. header["modules"] is the table of the one's root, header["files"] the
block of the other's. The table of a folder has, by the last component of the path,

    name       packed(kind, offset, size)                           a module or package whose stored path the key tells
               (kind, offset, size, stored path or None)            any other module
               (offset, stored size, size, executable)              a file; stored size < size: deflated
    name + "/" block                                                a folder
               (*block, offset, size, offset in .par/index)         a package of the root; what of its code is read
                                                                    ahead, and where the tables of its folders begin
               the table itself                                     a package of `INLINE`

so that a program reads the tables of the packages that it imports from, and no others. A *key* is a module's path in
its tree: the dotted name with `/` for `.`, which is also the stored path of its source without the suffix.
Of a module, `offset` and `size` delimit the code object, but for an extension module, where `offset` is its number
among the native members. The key tells `key.py` and `key/__init__.py`; a namespace package may have None for its path.
A size of -1 marks source that does not compile: the importer compiles it, and fails, at run time.

header["natives"] is the block of a list of native members:

    (offset, size, stored path, soname, link name, loads, patches, group, image, why)

`loads` are the numbers of all members to be loaded before this one, in load order, `patches` are
`(offset in the member, bytes)` to be written over the image in memory, and `group` are the numbers of all
members of a cycle, this one among them, which are loaded together. `image` is the plan of the loader in C (struct
image_plan in runtime/native/image.h), empty where there is none, and `why` says what forbids a sparse image.
"""

from __future__ import annotations

import _imp
import sys

FORMAT = 1

#: Stored names that belong to the par itself start with this.
OWN = ".par/"

#: The modules of the runtime that every start needs, dependencies first.
START = (
    "memfd_par",
    "memfd_par.format",
    "memfd_par.archive",
    "memfd_par.index",
    "memfd_par.garbage",
    "memfd_par.loader",
    "memfd_par.standard",
    "memfd_par.finder",
    "memfd_par.paths",
    "memfd_par.interpose",
    "memfd_par.file_objects",
    "memfd_par.after",
    "memfd_par.environment",
    "memfd_par.executable",
    "memfd_par.report",
    "memfd_par.program",
)

#: Those that loading native members takes, where a par has any; after those of START.
NATIVE = (
    "memfd_par.memfd",
    "memfd_par.tiers",
    "memfd_par.machine",
    "memfd_par.native",
    "memfd_par.image",
    "memfd_par.copies",
    "memfd_par.image_loader",
    "memfd_par.images",
    "memfd_par.extension_loader",
)

#: What is executed when somebody asks for something in it.
LATE = "memfd_par.errors"

#: What must load, or tell what is wrong, when the par can no longer be read.
RESIDENT = (
    LATE,
    "memfd_par.filesystem",
    "memfd_par.folders",
    "memfd_par.linker",
    "memfd_par.namespace_loader",
    "memfd_par.realpath",
)

#: Packages whose tables lie in the boot block: each start of their interpreters needs them, or nobody could tell what is wrong with them.
INLINE = ("encodings", "memfd_par")

#: Bits of a module's kind.
PACKAGE = 1
EXTENSION = 2
NAMESPACE = 4
SOURCELESS = 8


#: Frames of this file are what CPython leaves out of a traceback (`remove_importlib_frames` in
#: Python/import.c); the runtime's own code carries the name, so that an import error shows the user's lines.
RUNTIME_FILENAME = "<frozen importlib._bootstrap_external>"

#: The key of `checksum`.
SEED = int.from_bytes(b"memfdpar", "little")


def checksum(data: bytes) -> bytes:
    """Eight bytes that tell damaged data from whole data (keyed SipHash, as in PEP 552).

    `_imp` is always built in, so that checking costs no import. CPython changed the number of rounds in 3.11:
    the packer runs on the very version that the par is made for.
    """
    return _imp.source_hash(SEED, data)


def abi() -> str:
    """This interpreter's ABI of extension modules: `cpython-314`, `cpython-314t` (free-threaded)."""
    return str(sys.implementation.cache_tag) + ("t" if "t" in sys.abiflags else "")


def packed(kind: int, offset: int, size: int) -> int:
    """A module in one number, which takes half the memory of a tuple, in a table of which little may be wanted."""
    return offset << 33 | size << 1 | kind


def unpacked(number: int) -> tuple[int, int, int, None]:
    """What `packed` has packed, as the tuple of any other module."""
    return number & PACKAGE, number >> 33, number >> 1 & 0xFFFFFFFF, None


def module_path(key: str, kind: int) -> str:
    """The stored path of a source module whose table entry leaves it out."""
    return key + ("/__init__.py" if kind & PACKAGE else ".py")
