"""Garbage: when it is collected, which is not while modules are imported, nor where there is none."""

from __future__ import annotations

import gc
import sys

#: Objects that may be made during an import before a collection; a number that nobody else would choose.
_HELD = 200_003

#: What is frozen when the program begins is less than this; where more is, the program has frozen it.
_FROZEN = 10_000

#: A collection of fewer objects costs less than that what was frozen when the program began is looked at once more as the interpreter ends.
_MANY = 20_000

#: The threshold before the import that goes on.
_threshold = 0

#: How many collections of each generation there were by what is done here.
_known: list[int] = []


def hold() -> None:
    """An import begins: little of what it makes becomes garbage, so that collections wait until it is done."""
    global _threshold
    _threshold = gc.get_threshold()[0]
    if 0 < _threshold < _HELD:
        gc.set_threshold(_HELD)


def release() -> None:
    """The import is done: what it has made is no longer young, as it would be after the collection that is due."""
    if gc.get_threshold()[0] != _HELD:  # a module has set another one
        return
    count = gc.get_count()[0]
    if count > _threshold and gc.isenabled():
        _make_old(count)
    gc.set_threshold(_threshold)


def _make_old(count: int) -> None:
    global _known
    all_known = _collections() == _known
    has_generations = "t" not in sys.abiflags
    if count > _MANY and gc.get_freeze_count() < _FROZEN and has_generations:
        # A collection would find most in use.
        gc.freeze()
        gc.unfreeze()
    else:
        gc.collect(0)
    if all_known:
        _known = _collections()


def begin() -> None:
    """The program begins: no collection looks again at what is there now."""
    global _known
    gc.freeze()
    gc.enable()
    _known = _collections()
    before = "atexit" in sys.modules
    import atexit

    atexit.register(_end)
    if not before and sys.version_info >= (3, 10):  # until then the module itself held what is registered
        del sys.modules["atexit"]  # a program finds what it imports, and no more


def _end() -> None:
    """The last of what atexit calls: spares the first of the collections by which the interpreter ends, where it would find nothing.

    That is where all that is old was there after an import, as almost all of that is in use. What the program has made since is young, and is
    collected here. The interpreter's later collections, once modules are gone (`finalize_modules` in Python/pylifecycle.c), are made all the same.
    """
    collections = _collections()
    if gc.isenabled() and collections[1:] == _known[1:]:
        gc.collect(0 if collections == _known else 1)
        gc.disable()


def _collections() -> list[int]:
    """How many there were, of each generation."""
    return [generation["collections"] for generation in gc.get_stats()]
