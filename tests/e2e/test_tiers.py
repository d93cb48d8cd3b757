"""The ways to make an image: which is used, what is mapped from where, and what stays open."""

from __future__ import annotations

import dataclasses
import subprocess
from pathlib import Path

import pytest

from tests.e2e.par import Copy, Par, says
from tests.e2e.sandbox import tool
from tests.e2e.surgery import member

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
        kind = "par" if name == sys.argv[0] else "memory" if "memfd:" in name else ""
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


def test_loader_that_cannot_be_loaded(copy: Copy) -> None:
    """The Python tier is whole without it."""
    par = copy("natives")
    with par.path.open("r+b") as file:
        file.seek(member(par.path, ".par/loader.so")[0])
        file.write(b"damaged")
    says(par.output(_LOADED), "('plain', ", "the image loader in C cannot be loaded: ", "invalid ELF header")


#: Shell that mounts a file system on ./mount, and puts the par "$1" there.
_MOUNTS = {
    "tmpfs": 'mount -t tmpfs none mount && cp "$1" mount/x.par',
    "overlay": 'mkdir area && mount -t tmpfs none area && cd area && mkdir lower upper work && cp "$1" lower/x.par && '
    "mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work none ../mount && cd ..",
    "fuse": 'mkdir real && cp "$1" real/x.par && bindfs real mount && trap "umount mount" EXIT',
}
#: The same, where nothing can be mapped executable.
_NOEXEC_MOUNTS = {
    "tmpfs": 'mount -t tmpfs -o noexec none mount && cp "$1" mount/x.par',
    "fuse": 'mkdir real && cp "$1" real/x.par && bindfs -o noexec real mount && trap "umount mount" EXIT',
}


def _on_a_mount(par: Par, folder: Path, filesystem: str, mount: str, *start: str) -> str:
    """What the par prints from a file system, started by a command."""
    if filesystem == "fuse":
        tool("bindfs", "bindfs")
        assert Path("/dev/fuse").exists(), "this machine's kernel has no FUSE (modprobe fuse)"
    place = folder / "place"
    (place / "mount").mkdir(parents=True)
    script = f'{mount} && grep " $PWD/mount " /proc/mounts >&2 && shift && "$@" "$PWD/mount/x.par" "$CODE"'
    completed = subprocess.run(
        ["unshare", "--mount", "/bin/sh", "-c", script, "sh", par.path, *start],
        **{**par.surroundings(capture_output=True, env={"CODE": _LOADED}), "cwd": place},
    )
    kind = completed.stderr.split()[2] if completed.stderr else ""
    assert (completed.returncode, kind) == (0, {"fuse": "fuse.bindfs"}.get(filesystem, filesystem)), completed
    assert completed.stderr.count("\n") == 1, completed
    return completed.stdout


@pytest.mark.parametrize("filesystem", _NOEXEC_MOUNTS)
def test_noexec_mount(natives: Par, folder: Path, filesystem: str) -> None:
    """Nothing there can be mapped executable: the copy in memory can."""
    printed = _on_a_mount(natives, folder, filesystem, _NOEXEC_MOUNTS[filesystem], natives.python)
    says(printed, "plain", "the par cannot be mapped executable, as on a noexec mount")


@pytest.mark.parametrize("filesystem", _MOUNTS)
@pytest.mark.parametrize("tier", _TIERS)
def test_on_other_file_systems(natives: Par, folder: Path, filesystem: str, tier: str) -> None:
    """As on a disk."""
    printed = _on_a_mount(_at(natives, tier), folder, filesystem, _MOUNTS[filesystem], "env")
    assert printed.startswith(f"('{tier}'")


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


@pytest.mark.parametrize("tier", _TIERS)
def test_a_limit_of_memory(natives: Par, tier: str) -> None:
    """From no address space to enough: one error that says so, whichever step meets it, and from some size on a module that works."""
    code = """
import os, resource, sys, memfd_par
# By os.read: the buffer of a file object is as large as what is missing then.
used = int(os.read(os.open("/proc/self/statm", os.O_RDONLY), 99).split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + int(sys.argv[1]), resource.RLIM_INFINITY))
try: import _answer
except (ImportError, MemoryError) as error: print(type(error).__name__, error)
else: print(_answer.answer())
"""
    outcomes = []
    for more in [*range(0, 1 << 16, 1 << 12), 1 << 20, 1 << 24]:
        printed = _at(natives, tier).output(code, str(more))
        if printed == "42\n":
            outcomes.append("loaded")
        else:
            outcomes.append("error")
            assert printed.startswith(f"ParImportError _answer could not be loaded from {natives.path}: "), (
                printed
            )
            says(printed, ". There is not enough memory or address space for _answer.so: raise the limit of ")
    assert outcomes == sorted(outcomes) and set(outcomes) == {"error", "loaded"}, outcomes


@pytest.mark.parametrize("tier", _TIERS)
def test_a_limit_of_memory_that_is_lifted(natives: Par, tier: str) -> None:
    """The error tells the mend, and does not last."""
    code = """
import other._other, memfd_par, mmap, os, resource  # what the runtime and the loader need is there
hard = resource.getrlimit(resource.RLIMIT_AS)[1]
def use_up():
    used = int(os.read(os.open("/proc/self/statm", os.O_RDONLY), 99).split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used, hard))
    try:
        while True: held.append(mmap.mmap(-1, mmap.PAGESIZE))
    except OSError: pass
held = []
# Room in what Python itself has allocated: it is the library that is to find none.
spare = [bytes(size) for _ in range(300) for size in range(0, 496, 16)]
del spare[::2]
spare.append(bytes(100_000))
del spare[-1]
def load():
    try: import _answer
    except ImportError as error: return type(error).__name__ + " " + str(error)
    return _answer.answer()
use_up()
text = load()
resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
print(text, load(), sep="\\n")
"""
    message, loaded = _at(natives, tier).output(code).splitlines()
    says(message, "ParImportError _answer could not be loaded from", str(natives.path), "ulimit -v")
    assert loaded == "42"
