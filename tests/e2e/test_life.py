"""What loaded libraries live through, whichever way their images are made: as it is with ld.so alone."""

from __future__ import annotations

import dataclasses

import pytest

from tests.e2e.par import Copy, Par

_PLACE = "tests/e2e/programs/native"
_TOP = f"""
import ctypes, memfd_par, os, sys
def load(): return ctypes.CDLL(sys.argv[0] + "/{_PLACE}/libtop.so")
"""


@pytest.fixture(params=["sparse", "full", "plain"])
def life(request: pytest.FixtureRequest, shared: Copy) -> Par:
    """life.par, in a tier."""
    return dataclasses.replace(shared("life"), tier=request.param)


def test_tier(life: Par) -> None:
    code = "load()\nprint(*((image.soname, image.tier) for image in memfd_par.loaded()))"
    sonames = ("libbase.so", "libmiddle.so", "libtop.so")
    assert life.output(_TOP + code) == " ".join(str((name, life.tier)) for name in sonames) + "\n"


_BORN = ["DT_INIT with arguments", "constructor 101 with arguments", "constructor 102", "object"]
_DEAD = ["object ends", "atexit", "destructor 102", "destructor 101", "DT_FINI"]


def _born() -> list[str]:
    return [f"{name} {event}" for name in ("base", "middle", "top") for event in _BORN]


def _dead() -> list[str]:
    """Libraries end in the opposite order: first what they have registered, as exit(3) comes before ld.so's part."""
    registered = [f"{name} {event}" for name in ("top", "middle", "base") for event in _DEAD[:2]]
    return registered + [f"{name} {event}" for name in ("top", "middle", "base") for event in _DEAD[2:]]


def test_constructors_and_destructors(life: Par) -> None:
    """Each once, in the order of the libraries, and within each in its order, the first with their arguments."""
    lines = life.output(_TOP + "load(); load()\nprint('end', flush=True)", env={"TELL": "1"}).splitlines()
    middle = lines.index("end")
    assert lines[:middle] == _born()
    assert sorted(lines[middle + 1 :]) == sorted(_dead())
    for event in ("object ends", "DT_FINI"):
        assert [line for line in lines if line.endswith(event)] == [
            f"{name} {event}" for name in ("top", "middle", "base")
        ]
    for name in ("base", "middle", "top"):
        assert [line for line in lines[middle + 1 :] if line.startswith(name)] == [
            f"{name} {event}" for event in _DEAD
        ]


def test_exits_without_destructors(life: Par) -> None:
    code = "load()\nos._exit(3)"
    completed = life.run(_TOP + code, env={"TELL": "1"})
    assert (completed.returncode, completed.stderr) == (3, "")
    assert completed.stdout.splitlines() == _born()


def test_forks_end_once_each(life: Par) -> None:
    code = "load()\nchild = os.fork()\nif child: assert os.waitpid(child, 0)[1] == 0"
    lines = life.output(_TOP + code, env={"TELL": "1"}).splitlines()
    assert lines.count("top DT_INIT with arguments") == 1
    assert lines.count("top DT_FINI") == lines.count("base object ends") == 2


def test_exceptions_through_libraries(life: Par) -> None:
    """Thrown in one, unwound in another, caught by its base class in a third; typeid and dynamic_cast agree."""
    assert life.output(_TOP + "top = load()\nprint(*(top.caught(n) for n in range(6)))") == "0 1 2 3 4 5\n"


def test_threads(life: Par) -> None:
    """Threads older than the library have its thread-local storage, too; destructors run as each of them ends."""
    code = """
import threading
loaded, results = threading.Event(), {}
def work(name, wait):
    if wait: loaded.wait()
    results[name] = [(top.counted_in_thread(), top.counted_in_static_block()) for _ in range(2)]
old = [threading.Thread(target=work, args=(f"old {n}", True)) for n in range(3)]
for thread in old: thread.start()
top = load()
loaded.set()
new = [threading.Thread(target=work, args=(f"new {n}", False)) for n in range(3)]
for thread in new: thread.start()
for thread in old + new: thread.join()
work("main", False)
assert len(results) == 7 and set(map(tuple, results.values())) == {((101, 201), (102, 202))}, results
print("end", flush=True)
"""
    lines = life.output(_TOP + code, env={"TELL": "1"}).splitlines()
    assert lines[: lines.index("end")].count("base thread ends") == 6
    assert lines.count("base thread ends") == 7


def test_exceptions_while_loading(life: Par) -> None:
    """A constructor throws through all libraries: they can be unwound before dlopen(3) returns."""
    assert life.output(_TOP + "print(load().caught_early())") == "4\n"


def test_dl_iterate_phdr(life: Par) -> None:
    """Each library once, with all its segments, which hold what is in it."""
    code = "assert load().list_libraries() == (memfd_par.loaded()[0].tier != 'plain')"
    expected = "loader.so whole\nlibbase.so whole\nlibmiddle.so whole\ncaught is in libtop.so whole\n"
    assert life.output(_TOP + code) == ("" if life.tier == "plain" else expected)


def test_global_symbols(life: Par) -> None:
    """Nobody sees a library's symbols, unless it is loaded once more with RTLD_GLOBAL."""
    code = f"""
load()
try: ctypes.CDLL(None).caught
except AttributeError: print("hidden")
ctypes.CDLL(sys.argv[0] + "/{_PLACE}/libtop.so", mode=ctypes.RTLD_GLOBAL)
print(ctypes.CDLL(None).caught(5))
"""
    assert life.output(_TOP + code) == "hidden\n5\n"


def test_dlclose(life: Par) -> None:
    """Who closes what Python has loaded closes a reference of his own only: it lives, in its place, until the end."""
    code = """
import _ctypes
def place(): return ctypes.cast(top.caught, ctypes.c_void_p).value
def mapped():
    with open("/proc/self/maps") as maps: return sorted(line.split()[0] for line in maps if "lib" in line and "memfd:" in line or sys.argv[0] in line)
top = load()
before = place(), mapped()
assert top.counted_in_thread() == 101
for _ in range(20):
    _ctypes.dlclose(load()._handle)
assert (place(), mapped()) == before
print(top.caught(4), load().caught(3), top.counted_in_thread())
print("end", flush=True)
"""
    lines = life.output(_TOP + code, env={"TELL": "1"}).splitlines()
    end = lines.index("end")
    assert lines[:end] == [*_born(), "4 3 102"]
    assert sorted(line for line in lines[end + 1 :] if "thread" not in line) == sorted(_dead())


def test_dladdr(life: Par) -> None:
    """Symbol, library and where it begins, by which profilers and crash reporters find their way."""
    code = """
top = load()
top.place_of.restype, top.place_of.argtypes = ctypes.c_char_p, [ctypes.c_void_p]
print(top.place_of(ctypes.cast(top.caught, ctypes.c_void_p)).decode())
"""
    symbol, name, start = life.output(_TOP + code).split()
    assert (symbol, start) == ("caught", "whole")
    whole = name == f"{life.path}/{_PLACE}/libtop.so"
    assert whole or (life.tier == "plain" and name.startswith("/proc/self/fd/"))
