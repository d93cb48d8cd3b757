"""The ways to make an image: which is used, what is mapped from where, and what stays open."""

from __future__ import annotations

import dataclasses
import subprocess
from pathlib import Path

import pytest

from tests.e2e.par import Copy, Par, says

_TIERS = ["sparse", "full", "plain"]

#: Prints tier and reason of what is loaded; it has been used by then.
_LOADED = """
import _answer, other._other, memfd_par
assert (_answer.answer(), other._other.answer()) == (42, 42)
print(*sorted({(image.tier, image.why) for image in memfd_par.loaded()}))
"""

#: Prints, for text that is mapped executable, whether it is the par's own, and how much memory the memory files hold.
_MAPS = """
import _answer, sys
text, held = set(), 0
kind = ""
for line in open("/proc/self/smaps"):
    fields = line.split()
    if "-" in fields[0] and len(fields[1]) == 4:
        name = fields[5] if len(fields) > 5 else ""
        kind = "par" if name == sys.argv[0] else "memory" if "memfd:" in name and "_native" not in name else ""
        if kind and "x" in fields[1]:
            text.add(kind)
    elif kind == "memory" and fields[0] == "Rss:":
        held += int(fields[1])
print(*sorted(text), held)
"""


def _at(par: Par, tier: str) -> Par:
    return dataclasses.replace(par, tier=tier)


@pytest.mark.parametrize("tier", _TIERS)
def test_forced(natives: Par, tier: str) -> None:
    why = "" if tier == "sparse" else f"MEMFD_PAR_TIER is {tier}"
    assert _at(natives, tier).output(_LOADED) == f"{(tier, why)}\n"


def test_default(natives: Par) -> None:
    assert natives.output(_LOADED) == "('sparse', '')\n"


def test_no_tier(natives: Par) -> None:
    stderr = _at(natives, "sparce").fails("print(1)")
    says(stderr, "MEMFD_PAR_TIER is 'sparce'", str(natives.path), "sparse, full, plain", "take it out")


@pytest.mark.parametrize("tier", ["sparse", "full"])
def test_text_is_the_pars_own(natives: Par, tier: str) -> None:
    """Its pages are the page cache's: every process that runs the same par shares them."""
    text, _ = _at(natives, tier).output(_MAPS).split()
    assert text == "par"


def test_text_is_a_copy(natives: Par) -> None:
    text, held = _at(natives, "plain").output(_MAPS).split()
    assert text == "memory" and int(held) > 0


@pytest.mark.parametrize("tier", _TIERS)
def test_nothing_stays_open(natives: Par, tier: str) -> None:
    code = """
import _answer, other._other, os, sys
for name in sorted(os.listdir("/proc/self/fd"), key=int):
    try: place = os.readlink("/proc/self/fd/" + name)
    except FileNotFoundError: continue
    if int(name) > 2 and "/libffi.so" not in place: print(place)  # which keeps itself open
"""
    assert _at(natives, tier).output(code) == f"{natives.path}\n"


@pytest.mark.parametrize("tier", ["sparse", "full"])
def test_names(natives: Par, tier: str) -> None:
    """Debuggers, profilers and dladdr(3) see where a library comes from."""
    code = """
import _answer, ctypes, sys
class Info(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("base", ctypes.c_void_p), ("symbol", ctypes.c_char_p), ("at", ctypes.c_void_p)]
info = Info()
library = ctypes.CDLL("libouter.so")
function = ctypes.cast(library.outer_answer, ctypes.c_void_p)
assert ctypes.CDLL(None).dladdr(function, ctypes.byref(info))
print(info.name.decode(), info.symbol.decode())
"""
    name, symbol = _at(natives, tier).output(code).split()
    assert (
        name.startswith(str(natives.path) + "/") and name.endswith("libouter.so") and symbol == "outer_answer"
    )


@pytest.mark.parametrize("tier", _TIERS)
def test_few_descriptors(natives: Par, tier: str) -> None:
    par = _at(natives, tier)
    assert par.output(_LOADED, prefix=["prlimit", "--nofile=64"]).startswith("('")


def test_noexec_mount(natives: Par, folder: Path) -> None:
    """Nothing there can be mapped executable: the copy in memory can."""
    mount = folder / "noexec"
    mount.mkdir()
    script = 'mount -t tmpfs -o noexec none "$1" && cp "$2" "$1/x.par" && exec "$3" "$1/x.par" "$4"'
    completed = subprocess.run(
        ["unshare", "--mount", "/bin/sh", "-c", script, "sh", mount, natives.path, natives.python, _LOADED],
        **natives.surroundings(capture_output=True),
    )
    assert completed.returncode == 0, completed.stderr
    says(completed.stdout, "plain", "cannot be mapped executable", "noexec mount")


@pytest.mark.parametrize("filesystem", ["tmpfs", "overlay"])
@pytest.mark.parametrize("tier", _TIERS)
def test_on_other_file_systems(natives: Par, folder: Path, filesystem: str, tier: str) -> None:
    place = folder / "place"
    place.mkdir()
    options, prepare = "", "mkdir mount &&"
    if filesystem == "overlay":
        prepare = 'mount -t tmpfs none "$PWD" && cd "$PWD" && mkdir lower upper work mount &&  cp "$2" lower/x.par && '
        options = "-o lowerdir=lower,upperdir=upper,workdir=work"
    script = f'{prepare} mount -t {filesystem} {options} none mount && {{ [ -e mount/x.par ] || cp "$2" mount/x.par; }} && exec "$1" "$3" "$PWD/mount/x.par" "$4"'
    completed = subprocess.run(
        ["unshare", "--mount", "/bin/sh", "-c", script, "sh", "env", natives.path, natives.python, _LOADED],
        **{**_at(natives, tier).surroundings(capture_output=True), "cwd": place},
    )
    assert (completed.returncode, completed.stderr) == (0, "")
    assert completed.stdout.startswith(f"('{tier}'")


def test_replaced_by_rename_while_it_runs(copy: Copy) -> None:
    """The pages stay those of the file that the program started from."""
    par = copy("natives")
    code = f"""
import os, shutil, _answer
shutil.copy({str(copy("probe").path)!r}, {str(par.path)!r} + ".new")
os.rename({str(par.path)!r} + ".new", {str(par.path)!r})
import other._other
print(_answer.answer(), other._other.answer())
"""
    assert par.output(code) == "42 42\n"


def test_forks_share_what_is_mapped(natives: Par) -> None:
    code = """
import os, _answer
child = os.fork()
import other._other
if not child: os._exit(_answer.answer() + other._other.answer() - 84)
print(os.waitpid(child, 0)[1])
"""
    assert natives.output(code) == "0\n"


def test_a_limit_of_memory(natives: Par) -> None:
    """Address space that is too small for a library is a clear error, whichever step meets it."""
    code = """
import resource, memfd_par
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used, used))
try: import _answer
except ImportError as error: print(type(error).__name__, error)
else: print("loaded")
"""
    for tier in _TIERS:
        printed = _at(natives, tier).output(code)
        assert printed == "loaded\n" or "memory" in printed or "could not be loaded" in printed, printed
