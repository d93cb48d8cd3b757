"""Carried files that other code than Python's import system opens: libraries, programs, databases, folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.par import Copy, Par, says

NATIVE = "tests/e2e/programs/native"


@pytest.fixture
def by_path(shared: Copy) -> Par:
    """by_path.par: native files among its data."""
    return shared("by_path")


def test_ctypes_by_a_path_below_the_par(by_path: Par) -> None:
    code = f"""
import ctypes, memfd_par, pathlib, sys
path = sys.argv[0] + "/{NATIVE}/libouter.so"
outer = ctypes.CDLL(path)
assert outer.outer_answer() == ctypes.CDLL(pathlib.Path(path)).outer_answer() == 42, outer.outer_answer()
assert [image.soname for image in memfd_par.loaded()] == ["libinner.so", "libouter.so"]
"""
    by_path.output(code.replace("sys.argv[0]", repr(str(by_path.path))))


def test_ctypes_by_soname_without_native_libs(by_path: Par) -> None:
    by_path.output(
        "import ctypes, ctypes.util as u\n"
        "assert ctypes.CDLL('libouter.so').outer_answer() == 42\n"
        "assert u.find_library('inner') == 'libinner.so' and u.find_library('c').startswith('libc.so')\n"
        "assert u.find_library('nothing_of_this_name') is None\n"
        "assert ctypes.CDLL('libinner.so').inner_answer() and ctypes.CDLL(None)"
    )


def test_ctypes_of_what_is_no_library(by_path: Par) -> None:
    code = f"import ctypes; ctypes.CDLL({str(by_path.path)!r} + '/{NATIVE}/script.sh')"
    says(by_path.fails(code), "OSError: ", "script.sh")


@pytest.mark.parametrize("start", ["run", "Popen", "execv", "posix_spawn"])
def test_programs_run_from_memory(by_path: Par, start: str) -> None:
    calls = {
        "run": "print(subprocess.run([path, text], capture_output=True, text=True).stdout, end='')",
        "Popen": "subprocess.Popen(path, stdin=open(text)).wait()",
        "execv": "os.execv(path, [path, text])",
        "posix_spawn": "os.waitpid(os.posix_spawn(path, [path, text], os.environ), 0)",
    }
    text = by_path.path.parent / f"{start}.txt"
    text.write_text("read by C\n")
    try:
        code = (
            f"import os, subprocess\npath, text = {str(by_path.path)!r} + '/{NATIVE}/print_file', {str(text)!r}\n"
            f"assert os.access(path, os.X_OK) and not os.access(path, os.W_OK)\n{calls[start]}"
        )
        assert by_path.output(code) == "read by C\n"
    finally:
        text.unlink()


def test_scripts_run_from_memory(by_path: Par) -> None:
    code = (
        f"import subprocess; subprocess.run([{str(by_path.path)!r} + '/{NATIVE}/script.sh', 'x'], check=True)"
    )
    assert by_path.output(code) == "script x\n"


def test_what_may_not_be_executed_is_not(by_path: Par) -> None:
    code = f"import subprocess; subprocess.run([{str(by_path.path)!r} + '/shapes/names.txt'])"
    says(by_path.fails(code), "PermissionError: [Errno 13]", "names.txt")
    missing = f"import subprocess; subprocess.run([{str(by_path.path)!r} + '/shapes/none'])"
    says(by_path.fails(missing), "FileNotFoundError: [Errno 2]", "none")


def test_the_par_is_listed_with_and_without_its_slash(by_path: Par) -> None:
    code = """
import glob, os, pathlib, shapes, sys
par = os.path.dirname(os.path.dirname(shapes.__file__))
assert par == sys.prefix and "shapes" in os.listdir(par) == os.listdir(par + "/") == os.listdir(pathlib.Path(par))
assert par + "/shapes" in glob.glob(par + "/*") and any(entry.name == "shapes" for entry in os.scandir(par))
assert os.path.isfile(par) and open(par, "rb").read(2) in (b"#!", b"\x7fE")
"""
    by_path.output(code)


def test_c_code_reads_a_file_through_real_path(by_path: Par) -> None:
    code = f"""
import memfd_par, os, subprocess
path = memfd_par.real_path("shapes")
assert sorted(os.listdir(path)) == sorted(os.listdir({str(by_path.path)!r} + "/shapes"))
assert memfd_par.real_path({str(by_path.path)!r} + "/shapes/names.txt") == path + "/names.txt"
own = path.replace("self", str(os.getpid()), 1)
print(subprocess.run([{str(by_path.path)!r} + "/{NATIVE}/print_file", own + "/names.txt"],
    capture_output=True).stdout.decode(), end="")
"""
    assert by_path.output(code) == "circle\nsquare \xe9\n"


def test_real_path_of_a_path_object(by_path: Par) -> None:
    code = f"""
import memfd_par, pathlib
for path in (pathlib.Path({str(by_path.path)!r}, "shapes", "names.txt"), pathlib.Path("shapes/names.txt")):
    assert open(memfd_par.real_path(path)).readline() == "circle\\n"
"""
    by_path.output(code)


def test_real_path_of_what_is_elsewhere(by_path: Par) -> None:
    stderr = by_path.fails("import memfd_par; memfd_par.real_path('/etc/passwd')")
    says(
        stderr,
        "FileNotFoundError: [Errno 2] the path is not below the par",
        str(by_path.path),
        "'/etc/passwd'",
    )


def test_real_path_of_what_is_not_there(by_path: Par) -> None:
    for path in ("none", "../none"):
        says(
            by_path.fails(f"import memfd_par; memfd_par.real_path({path!r})"), "FileNotFoundError: [Errno 2]"
        )


def test_a_folder_as_file(by_path: Par) -> None:
    code = """
import importlib.resources as r, os, pathlib
with r.as_file(r.files("shapes")) as path:
    assert (path / "names.txt").read_bytes() and os.path.isdir(path / "deep") and str(path).startswith("/proc/self/fd/")
"""
    by_path.output(code)


@pytest.mark.parametrize("start", ["run", "execv", "posix_spawn"])
def test_programs_of_the_machine_open_what_real_path_gave(by_path: Par, start: str) -> None:
    calls = {
        "run": "print(subprocess.run(args, capture_output=True, text=True).stdout, end='')",
        "execv": "os.execv(args[0], args)",
        "posix_spawn": "os.waitpid(os.posix_spawn(args[0], args, os.environ), 0)",
    }
    code = f"""
import importlib.resources as r, memfd_par, os, subprocess
with r.as_file(r.files("shapes") / "names.txt") as path: pass
args = ["/bin/cat", str(path), memfd_par.real_path("shapes/names.txt")]
{calls[start]}
"""
    assert by_path.output(code) == 2 * "circle\nsquare \u00e9\n"


def test_what_is_no_list_of_arguments_is_refused(by_path: Par) -> None:
    code = """
import memfd_par, os
memfd_par.real_path("shapes")
for arguments in ("true", ["true", 5]):
    try: os.execv("/bin/true", arguments)
    except TypeError as error: print(error)
"""
    said = by_path.output(code).splitlines()
    assert len(said) == 2 and "tuple or list" in said[0] and "not int" in said[1], said


def test_a_program_as_file_runs(by_path: Par) -> None:
    text = by_path.path.parent / "as_file.txt"
    text.write_text("read by C\n")
    code = f"""
import ctypes, importlib.resources as r, os, pathlib, subprocess
native = r.files("shapes").parent / "{NATIVE}"
with r.as_file(native / "print_file") as path:
    assert subprocess.run([path, {str(text)!r}], capture_output=True).stdout == b"read by C\\n"
    assert subprocess.run([str(path), {str(text)!r}], capture_output=True).stdout == b"read by C\\n"
with r.as_file(native / "libouter.so") as path: assert str(path).startswith("/proc/self/fd/") and path.suffix == ".so"
"""
    try:
        by_path.output(code)
    finally:
        text.unlink()


def test_where_no_folder_can_be_made_in_memory(by_path: Par) -> None:
    # Without /proc/self/uid_map, as where user namespaces are forbidden, and not allowed to mount.
    prefix = [
        "setpriv",
        "--bounding-set=-all",
        "--inh-caps=-all",
        "unshare",
        "--user",
        "--map-root-user",
        "sh",
        "-c",
    ]
    command = (
        'echo 0 >/proc/sys/user/max_user_namespaces; exec setpriv --bounding-set=-all --inh-caps=-all "$@"'
    )
    code = "import memfd_par; memfd_par.real_path('shapes')"
    completed = by_path.run(
        code, prefix=["unshare", "--user", "--map-root-user", *prefix[-2:], command, "sh"]
    )
    assert completed.returncode == 1
    says(completed.stderr, "ParTreeError", "user namespaces", "MEMFD_PAR_TREE")


def test_a_folder_that_is_named_for_it_is_left_empty(by_path: Par) -> None:
    folder = by_path.path.parent / "tree"
    folder.mkdir()
    try:
        code = "import memfd_par; print(memfd_par.real_path('shapes/names.txt'))"
        printed = by_path.output(code, env={"MEMFD_PAR_TREE": str(folder)})
        assert printed.startswith(f"{folder}/memfd_par-") and list(folder.iterdir()) == []
        forks = (
            "import memfd_par, os, sys\npath = memfd_par.real_path('shapes/names.txt')\npid = os.fork()\n"
            "if not pid: sys.exit()\nos.waitpid(pid, 0)\nassert os.path.exists(path)"
        )
        by_path.output(forks, env={"MEMFD_PAR_TREE": str(folder)})
        assert list(folder.iterdir()) == []
    finally:
        folder.rmdir()


def test_what_a_killed_program_left_in_a_folder_is_removed_by_the_next(by_path: Par, folder: Path) -> None:
    environment = {"MEMFD_PAR_TREE": str(folder)}
    code = "import memfd_par, sys; print(memfd_par.real_path('shapes'), flush=True); sys.stdin.read()"
    with by_path.start(code, env=environment) as killed, by_path.start(code, env=environment) as living:
        places = [
            Path(process.stdout.readline().strip())
            for process in (killed, living)
            if process.stdout is not None
        ]
        killed.kill()
        killed.wait()
        assert all((place / "names.txt").exists() for place in places)
        by_path.output("import memfd_par; memfd_par.real_path('shapes')", env=environment)
        assert [(place / "names.txt").exists() for place in places] == [False, True]
        living.communicate("")
    assert list(folder.iterdir()) == []


def test_a_folder_that_cannot_be_written_to(by_path: Par) -> None:
    code = "import memfd_par; memfd_par.real_path('shapes')"
    stderr = by_path.fails(code, env={"MEMFD_PAR_TREE": "/nonexistent"})
    says(
        stderr,
        "ParTreeError: ",
        "MEMFD_PAR_TREE names '/nonexistent'",
        "No such file",
        "Name a folder that is there",
    )


def test_real_files(shared: Copy) -> None:
    par = shared("real_files")
    code = """
import importlib.resources, inspect, os, pkgutil, shapes, shapes.circle, deeper._answer, memfd_par
assert shapes.__file__.startswith("/proc/self/fd/") and os.path.isfile(shapes.__file__), shapes.__file__
assert shapes.circle.__file__ == os.path.join(os.path.dirname(shapes.__file__), "circle.py")
assert "circle" in [module.name for module in pkgutil.iter_modules(shapes.__path__)]
assert inspect.getsource(shapes.circle) == open(shapes.circle.__file__).read()
assert importlib.resources.files("shapes").joinpath("names.txt").read_bytes().startswith(b"circle")
assert not deeper._answer.__file__.startswith("/proc") and memfd_par.loaded()[-1].module == "deeper._answer"
"""
    par.output(code)


def test_a_par_that_is_reached_through_a_link(copy: Copy) -> None:
    par = copy("by_path")
    link = par.path.with_name("link.par")
    link.symlink_to(par.path.name)
    code = """
import os, pathlib, shapes
names = pathlib.Path(shapes.__file__).with_name("names.txt")
real = names.resolve()
assert str(names).endswith("link.par/shapes/names.txt") and str(real).endswith("by_path.par/shapes/names.txt")
assert real.read_bytes() == names.read_bytes() and real.samefile(names)
assert "names.txt" in os.listdir(real.parent) == os.listdir(os.fsencode(real.parent).decode())
assert real.parent.resolve(strict=True) == real.parent
"""
    Par(link, par.python).output(code)


def test_sqlite3_reads_a_carried_database(shared: Copy) -> None:
    par = shared("by_path")
    code = f"""
import sqlite3
connection = sqlite3.connect({str(par.path)!r} + "/tests/e2e/programs/shapes.db")
assert connection.execute("select name from shapes").fetchall() == [("circle",), ("square",)]
try:
    connection.execute("insert into shapes values ('line')")
except sqlite3.OperationalError as error:
    assert "readonly" in str(error), error
else:
    raise AssertionError
assert sqlite3.connect(":memory:").execute("select 7").fetchone() == (7,)
"""
    par.output(code)


def test_sqlite3_reads_a_carried_database_by_uri(shared: Copy) -> None:
    par = shared("by_path")
    code = f"""
import pathlib, sqlite3
path = pathlib.Path({str(par.path)!r} + "/tests/e2e/programs/shapes.db")
for uri in (path.as_uri(), path.as_uri() + "?mode=ro", "file:" + str(path) + "?immutable=1#x", "file://localhost" + str(path)):
    for connection in (sqlite3.connect(uri, uri=True), sqlite3.connect(uri, 5, 0, None, True, sqlite3.Connection, 9, True)):
        assert len(connection.execute("select name from shapes").fetchall()) == 2, uri
for uri in (path.as_uri() + "s", "file:/nonexistent?mode=ro"):
    try: sqlite3.connect(uri, uri=True)
    except sqlite3.OperationalError as error: assert "unable to open" in str(error), error
    else: raise AssertionError(uri)
assert sqlite3.connect("file::memory:?cache=shared", uri=True).execute("select 7").fetchone() == (7,)
"""
    par.output(code)


def test_ssl_reads_carried_certificates(shared: Copy) -> None:
    par = shared("by_path")
    code = f"""
import ssl
context = ssl.create_default_context()
try:
    context.load_verify_locations({str(par.path)!r} + "/shapes/names.txt")
except ssl.SSLError as error:
    assert "NO_CERTIFICATE" in str(error) or "no certificate" in str(error).lower(), error  # it was read
else:
    raise AssertionError
"""
    par.output(code)
