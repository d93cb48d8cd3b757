"""Slots: the pointers of a member that ld.so sets to functions that take paths, which the loader in C redirects."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from packer.elf_tables import Tables

#: In the order of HOOKED_NAMES in runtime/native/names.h; a slot names its function by the number here.
NAMES = (
    "open open64 openat openat64 __open_2 __open64_2 __openat_2 __openat64_2 fopen fopen64 stat stat64 lstat lstat64 fstatat "
    "fstatat64 __xstat __xstat64 __lxstat __lxstat64 __fxstatat __fxstatat64 statx fstat fstat64 __fxstat __fxstat64 access "
    "eaccess euidaccess faccessat opendir fdopendir dirfd readdir readdir64 rewinddir telldir seekdir closedir realpath __realpath_chk canonicalize_file_name readlink "
    "__readlink_chk readlinkat dlopen"
).split()

_NUMBERS = {name: number for number, name in enumerate(NAMES)}

#: Relocations that store a symbol's address: GLOB_DAT, JUMP_SLOT, 64 (psABI of each machine).
_ADDRESSES = {"x86_64": {6, 7, 1}, "aarch64": {1025, 1026, 257}}

_SYMBOL = struct.Struct("<IBBHQQ")
_RELOCATION = struct.Struct("<QIIq")


def slots(
    tables: Tables, machine: str, symbols: bytes, relocations: Iterator[bytes]
) -> list[tuple[int, int]]:
    """Address and function number of each slot.

    Args:
        tables: of the file.
        machine: as `os.uname().machine` names it.
        symbols: the dynamic symbol table.
        relocations: the tables of relocations (Elf64_Rela).
    """
    functions = {}
    for number, (name, _, _, section, _, _) in enumerate(_SYMBOL.iter_unpack(symbols)):
        if name and not section:
            function = _NUMBERS.get(tables.text(name, 1 << 16))
            if function is not None:
                functions[number] = function
    found = []
    if functions:
        kinds = _ADDRESSES[machine]
        for data in relocations:
            for address, kind, symbol, addend in _RELOCATION.iter_unpack(data):
                if symbol in functions and kind in kinds and not addend:
                    found.append((address, functions[symbol]))
    return sorted(found)
