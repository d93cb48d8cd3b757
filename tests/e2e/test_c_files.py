"""C and C++ code that opens files below the par: as from a read-only folder with the same files."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from tests.e2e.par import Copy, Par, says

_RUN = """
import ctypes, json
reader = ctypes.CDLL("libreader.so")
for function in (reader.names, reader.use): function.restype = ctypes.c_char_p
results = {}
for path in PATHS:
    for name in NAMES or reader.names().decode().split():
        results[name + " " + path] = reader.use(name.encode(), (ROOT + path).encode()).decode().replace(ROOT, "ROOT")
print(json.dumps(results))
"""

#: Gives what C code gets of a file under limits of address space, from none left on, and of file sizes, and then without any.
_LIMITED = """
import ctypes, json, os, resource, sys
reader = ctypes.CDLL("libreader.so")
reader.use.restype = ctypes.c_char_p
path = (sys.argv[0] + sys.argv[1]).encode()
whole = reader.use(b"open", path)  # from now on the heap has room for it
fds = os.listdir("/proc/self/fd")
statm = os.open("/proc/self/statm", os.O_RDONLY)

def use(kind, limit):
    old = resource.getrlimit(kind)
    resource.setrlimit(kind, (limit, old[1]))
    found = reader.use(b"open", path)
    resource.setrlimit(kind, old)
    return "whole" if found == whole else found.decode()

results = []
for more in range(0, 1 << 16, 1 << 12):
    used = int(os.pread(statm, 99, 0).split()[0]) * resource.getpagesize()
    results.append(use(resource.RLIMIT_AS, used + more))
results.append(use(resource.RLIMIT_FSIZE, len(whole) - 1))
os.close(statm)
assert os.listdir("/proc/self/fd") == fds
print(json.dumps([*results, use(resource.RLIMIT_FSIZE, len(whole))]))
"""

#: Address space in which there is room for something, but not for 16 MiB more.
_USED = "(8 << 20) + 4096 * int(open('/proc/self/statm').read().split()[0])"

#: Below the root.
_PATHS = [
    "/tests/e2e/programs/native/inner.c",
    "/tests/e2e/programs/native/../native/inner.c",
    "/tests//e2e/./programs/native/inner.c",
    "/tests/e2e/programs/native/inner.c/",
    "/tests/e2e/programs/native/inner.c/below",
    "/tests/e2e/programs/native/inner.c/..",
    "/tests/e2e/programs/native",
    "/tests/e2e/programs/native/",
    "/tests",
    "/shapes/..",
    "/shapes",
    "/absent",
    "/absent/..",
    "/SHAPES",
    "/" + "n" * 255,
    "/" + "n" * 256,
    "/shapes/" + "n/" * 2048,
]

#: Operations that give a descriptor.
_OPEN = ["open", "open_cloexec", "openat", "fopen", "ifstream"]

_READS = [
    *_OPEN,
    *[
        "stat",
        "lstat",
        "fstatat",
        "statx",
        "access",
        "access_execute",
        "faccessat",
        "opendir",
        "realpath",
        "readlink",
    ],
    *["exists", "directory_iterator", "open_directory"],
]

#: What a read-only folder says to another user than root, for whom it is tested here.
_WRITES = {
    "open_write": "EROFS",
    "open_create": "EROFS",
    "open_exclusive": "EROFS",
    "fopen_write": "EROFS",
    "fopen_update": "EROFS",
    "access_write": "EROFS",
}


@pytest.fixture
def par(shared: Copy) -> Par:
    return shared("c_files")


@pytest.fixture
def real(par: Par, folder: Path) -> Path:
    """The same files in a real folder."""
    place = folder / "real"
    par.output(
        f"import shutil; shutil.copytree({str(par.path)!r} + '/', {str(place)!r}, copy_function=shutil.copyfile)"
    )
    for file in place.rglob("*"):
        file.chmod(0o755 if file.is_dir() else 0o644)
    return place


def _results(par: Par, root: Path, paths: list[str], *names: str) -> dict[str, str]:
    code = f"ROOT, PATHS, NAMES = {str(root)!r}, {paths!r}, {names!r}\n{_RUN}"
    results: dict[str, str] = json.loads(par.output(code))
    return results


@pytest.mark.parametrize("tier", ["sparse", "full"])
def test_as_from_a_real_folder(par: Par, real: Path, tier: str) -> None:
    par = dataclasses.replace(par, tier=tier)
    inside, outside = (_results(par, root, _PATHS, *_READS) for root in (par.path, real))
    different = {name: (found, outside[name]) for name, found in inside.items() if found != outside[name]}
    for name, (found, wanted) in different.items():
        if name.startswith(
            "realpath /shapes/n/"
        ):  # glibc's meets the part that is missing before the end of the text
            assert (found, wanted) == ("ENAMETOOLONG", "ENOENT")
            continue
        # A folder's descriptor gives other errors to those that read it.
        assert name.split()[0] in _OPEN, (name, found, wanted)
        assert found in ("EISDIR", "EINVAL", "cannot be read") and wanted == "", (name, found, wanted)


def test_writes(par: Par) -> None:
    file, folder, absent = "/tests/e2e/programs/native/inner.c", "/shapes", "/shapes/absent"
    results = _results(par, par.path, [file, folder, absent])
    for name, code in _WRITES.items():
        exclusive = name == "open_exclusive"
        assert results[f"{name} {file}"] == ("EEXIST" if exclusive else code), name
    assert results[f"open_create {absent}"] == results[f"open_exclusive {absent}"] == "EROFS"
    assert results[f"open_write {absent}"] == "ENOENT"
    assert results[f"open_write {folder}"] == "EISDIR"


def test_out_of_the_par(par: Par) -> None:
    """`..` leads to the folder in which the par lies."""
    (par.path.parent / "beside.txt").write_text("beside")
    try:
        paths = ["/../beside.txt", "/shapes/../../beside.txt"]
        results = _results(par, par.path, paths, "open", "fopen", "ifstream")
        assert set(results.values()) == {"beside"}
    finally:
        (par.path.parent / "beside.txt").unlink()


def test_libraries(par: Par) -> None:
    """By a path, with what they need, and by soname."""
    place = "/tests/e2e/programs/native/"
    results = _results(par, par.path, [place + "libouter.so", place + "inner.c", place + "absent.so"])
    assert [text for name, text in results.items() if name.startswith("dlopen")] == [
        "loaded",
        "not loaded",
        "not loaded",
    ]
    code = """
import ctypes, memfd_par
reader = ctypes.CDLL("libreader.so")
reader.use.restype = ctypes.c_char_p
print(reader.use(b"dlopen", b"libouter.so"), reader.use(b"dlopen", b"libabsent.so"), [i.soname for i in memfd_par.loaded()])
"""
    assert par.output(code) == "b'loaded' b'not loaded' ['libreader.so', 'libinner.so', 'libouter.so']\n"


def test_after_the_descriptor_was_closed(par: Par) -> None:
    code = f"import os, ctypes\nctypes.CDLL('libreader.so')\nos.closerange(3, 1024)\nROOT, PATHS, NAMES = {str(par.path)!r}, ['/tests/e2e/programs/native/inner.c'], ['open']\n{_RUN}"
    results = json.loads(par.output(code))
    assert "inner_answer" in results["open /tests/e2e/programs/native/inner.c"]


@pytest.mark.parametrize(("limit", "number"), [(512, 256), (64, 63), (32, 3)])
def test_low_descriptors_are_free(par: Par, limit: int, number: int) -> None:
    """The par that C code has opened again takes a number that no program counts on, where there is one."""
    code = f"""
import ctypes, os, resource, sys
use = ctypes.CDLL("libreader.so").use
use.restype = ctypes.c_char_p
resource.setrlimit(resource.RLIMIT_NOFILE, ({limit}, {limit}))
os.closerange(3, 1024)
assert b"inner_answer" in use(b"open", (sys.argv[0] + "/tests/e2e/programs/native/inner.c").encode())
links = {{number: "/proc/self/fd/%d" % number for number in range({limit})}}
print([number for number, link in links.items() if os.path.exists(link) and os.path.samefile(link, sys.argv[0])])
"""
    assert par.output(code) == f"[{number}]\n"


@pytest.mark.parametrize("first", ["the library", "the folder"])
def test_a_folder_that_python_has_opened(par: Par, first: str) -> None:
    """Its descriptor means the same to C code, whichever was there first."""
    steps = [
        'reader = ctypes.CDLL("libreader.so"); reader.use_below.restype = ctypes.c_char_p',
        "fd = os.open(ROOT + '/tests/e2e/programs', os.O_RDONLY)",
    ]
    code = f"""
import ctypes, os
ROOT = {str(par.path)!r}
{"; ".join(steps if first == "the library" else reversed(steps))}
print(reader.use_below(fd, b"native/inner.c").decode().partition("(")[0], reader.use_below(fd, b"absent").decode())
"""
    assert par.output(code) == "folder int inner_answer folder ENOENT\n"


def test_deflated_data(shared: Copy) -> None:
    par = shared("c_files_deflated")
    file = "/tests/e2e/programs/native/reader.cc"
    results = _results(par, par.path, [file], *_OPEN, "stat", "access", "opendir")
    content = par.output(f"print(open({str(par.path)!r} + {file!r}).read(), end='')")
    assert len(content) > 1000
    assert results == {
        **{f"{name} {file}": content for name in _OPEN},
        f"stat {file}": f"file {len(content.encode())}",
        f"access {file}": "may read",
        f"opendir {file}": "ENOTDIR",
    }


def test_deflated_data_without_memory(shared: Copy) -> None:
    """C code gets an errno for it, and Python an error that names the mend; nobody is ended by a signal."""
    par = shared("c_files_deflated")
    *of_space, of_size, last = json.loads(par.output(_LIMITED, "/tests/e2e/programs/native/reader.cc"))
    assert set(of_space) == {"ENOMEM", "whole"} and of_space == sorted(of_space), of_space
    assert (of_size, last) == ("EFBIG", "whole")
    large = "tests/e2e/programs/native/zeros"
    limit = "import resource, sys, zlib; resource.setrlimit(resource.RLIMIT_AS, (BYTES, resource.RLIM_INFINITY))\n"
    code = limit + f"print(len(open(sys.argv[0] + '/{large}', 'rb').read()))"
    assert par.output(code.replace("BYTES", "1 << 30")) == "16777216\n"
    completed = par.run(code.replace("BYTES", _USED))
    assert completed.returncode == 1
    last = completed.stderr.splitlines()[-1]
    says(
        last, f"ParMemoryError: There is not enough memory to load {large} (16777216 bytes) from {par.path}: "
    )
    says(last, "Raise the memory limit of the process or of its cgroup")
