"""The dynamic linker, ld.so: but for the loader in C, the only caller of dlopen(3); and what its refusals mean."""

from __future__ import annotations

import _locale
import posix
import sys

from memfd_par import errors

TYPE_CHECKING = False  # typing is not imported at start
if TYPE_CHECKING:
    from typing import Any

    from memfd_par.index import Index
    from memfd_par.native import Native

_RTLD_NOW = 2

_ENOMEM = 12

#: What ld.so says (N_ in elf/dl-load.c, dl-reloc.c and dl-version.c of glibc), and the mend.
_MENDS = (
    ("cannot open shared object file", errors.MEND_SYSTEM),
    ("cannot allocate memory in static TLS block", errors.MEND_TLS),
    ("' not found (required by ", errors.MEND_VERSION),
    ("failed to map segment from shared object", errors.MEND_MEMORY),
)


def dlopen(path: str, what: str) -> int:
    """Maps the library at a path, and what it needs. Returns its handle, the address of its `struct link_map`.

    Args:
        path: of the file.
        what: is loaded, for messages.

    Raises:
        OSError: ld.so refuses, with its words.
        ParImportError: this interpreter has no _ctypes.
    """
    launcher: Any = sys.modules.get("_memfd_par")
    if launcher is not None:  # a carried interpreter's _ctypes needs a library itself
        opened: int = launcher.dlopen(path)
        return opened
    try:
        from _ctypes import dlopen
    except ImportError as error:
        raise errors.import_error("NO_CTYPES", what, what=what, python=sys.executable, reason=error) from None
    handle: int = dlopen(path, _RTLD_NOW)
    return handle


def rename(handle: int, name: str) -> None:
    """Lets dependents find a library that has no soname: ld.so also compares NEEDED with `l_name`.

    A `struct link_map` (link.h) begins with the address, then the name.
    """
    import ctypes

    strdup = ctypes.CDLL(None).strdup  # ld.so owns the name: dlclose(3) frees it
    strdup.restype = ctypes.c_void_p
    ctypes.c_void_p.from_address(handle + ctypes.sizeof(ctypes.c_void_p)).value = strdup(name.encode())


def refusal(
    index: Index, natives: list[Native], paths: list[str], what: str, error: Exception
) -> errors.ParImportError:
    """What it means that ld.so did not load members.

    Args:
        index: of the par.
        natives: the members.
        paths: by which ld.so knows them.
        what: was to be loaded by them.
        error: holds ld.so's words.
    """
    if isinstance(error, errors.ParImportError):
        return error
    named = [pair for pair in zip(natives, paths) if pair[1] in str(error)]
    native, path = named[0] if named else (natives[0], natives[0].member)
    if len(natives) > 1:
        what = native.member
    reason = str(error).replace(path, native.member)
    mend = _mend(reason)
    refused = errors.import_error(
        "NOT_LOADED",
        what,
        module=what,
        par=index.archive.path,
        reason=reason,
        mend=mend.format(target=index.header["target"], member=native.member),
    )
    refused.may_lack_symbols = mend == errors.MEND_OTHER
    return refused


def _mend(reason: str) -> str:
    """The template that fits ld.so's words, which are in the language that the program has chosen (setlocale(3))."""
    for text, mend in _MENDS:
        if text in reason or _translated(text) in reason:
            return mend
    if "cannot allocate memory" in reason.lower() or posix.strerror(_ENOMEM) in reason:
        return errors.MEND_MEMORY
    return errors.MEND_OTHER


def _translated(text: str) -> str:
    """What ld.so says for `text`."""
    try:
        return str(_locale.dgettext("libc", text))
    except (AttributeError, UnicodeDecodeError):
        return text  # this Python has no gettext(3), or the catalogue does not fit the locale
