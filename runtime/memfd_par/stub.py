"""A library without code, whose one use is to need others: libraries that need each other are loaded through it.

The dynamic linker maps all that the stub needs, by path, before it looks at what those need, by soname
(_dl_map_object_deps in elf/dl-deps.c), so each member of a cycle finds the others loaded.
"""

from __future__ import annotations

import posix
import struct

#: e_machine (elf(5)) by what uname(2) calls the machine.
_MACHINES = {"x86_64": 62, "aarch64": 183}

#: The largest page size of these machines: the one segment starts at a page boundary on each.
_PAGE = 65536

_EHDR = "<16sHHIQQQIHHHHHH"
_PHDR = "<IIQQQQQQ"
_DYN = "<qQ"
_SYMBOL_SIZE = 24

_ET_DYN = 3
_PT_LOAD, _PT_DYNAMIC, _PT_GNU_STACK = 1, 2, 0x6474E551
_READ_WRITE = 6
_DT_NEEDED, _DT_HASH, _DT_STRTAB, _DT_SYMTAB, _DT_STRSZ, _DT_SYMENT = 1, 4, 5, 6, 10, 11


def make(paths: list[str]) -> bytes:
    """An ELF shared object (System V ABI, chapters 4 and 5) that needs the libraries at these paths, in this order.

    Raises:
        KeyError: the machine is none of those that pars are made for.
    """
    machine = _MACHINES[posix.uname().machine]
    strings = bytearray(1)
    offsets = []
    for path in paths:
        offsets.append(len(strings))
        strings += path.encode() + b"\0"
    headers = struct.calcsize(_EHDR) + 3 * struct.calcsize(_PHDR)
    symbols = headers
    hash_table = symbols + _SYMBOL_SIZE
    dynamic = hash_table + 16
    dynamic_size = (len(paths) + 6) * struct.calcsize(_DYN)
    string_table = dynamic + dynamic_size
    size = string_table + len(strings)
    entries = [(_DT_NEEDED, offset) for offset in offsets]
    entries += [(_DT_HASH, hash_table), (_DT_STRTAB, string_table), (_DT_SYMTAB, symbols)]
    entries += [(_DT_STRSZ, len(strings)), (_DT_SYMENT, _SYMBOL_SIZE), (0, 0)]
    ident = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
    return b"".join(
        [
            struct.pack(_EHDR, ident, _ET_DYN, machine, 1, 0, 64, 0, 0, 64, 56, 3, 64, 0, 0),
            struct.pack(_PHDR, _PT_LOAD, _READ_WRITE, 0, 0, 0, size, size, _PAGE),
            struct.pack(
                _PHDR, _PT_DYNAMIC, _READ_WRITE, dynamic, dynamic, dynamic, dynamic_size, dynamic_size, 8
            ),
            # Without it, ld.so would make the process's stack executable.
            struct.pack(_PHDR, _PT_GNU_STACK, _READ_WRITE, 0, 0, 0, 0, 0, 16),
            bytes(_SYMBOL_SIZE),
            struct.pack("<IIII", 1, 1, 0, 0),  # one bucket, one symbol, the null one
            *(struct.pack(_DYN, *entry) for entry in entries),
            bytes(strings),
        ]
    )
