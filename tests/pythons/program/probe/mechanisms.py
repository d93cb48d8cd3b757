"""What makes packages work that know nothing of pars: files, libraries, programs and processes; one function each."""

from __future__ import annotations

import errno
import importlib
import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

import memfd_par

#: The par's path: this module's without `/probe/mechanisms.py`.
PAR = __file__[: -len("/probe/mechanisms.py")]
TEXT = PAR + "/probe/data/text.txt"


def open_file() -> None:
    with open(TEXT, encoding="utf-8") as stream:
        assert stream.read() == "Grüße\n"
    assert Path(TEXT).read_bytes() == "Grüße\n".encode()
    fd = os.open(TEXT, os.O_RDONLY)
    assert os.read(fd, 3) == "Gr\u00fc".encode()[:3]
    os.close(fd)


def look_at_files() -> None:
    assert os.path.isfile(TEXT)
    assert os.path.isdir(PAR + "/probe")
    assert os.stat(TEXT).st_size == len("Grüße\n".encode())
    assert os.listdir(PAR + "/probe/data") == ["text.txt"]
    with os.scandir(PAR + "/probe") as entries:
        assert {entry.name: entry.is_dir() for entry in entries}["data"]
    assert [files for _, _, files in os.walk(PAR + "/probe/data")] == [["text.txt"]]
    assert [str(path) for path in Path(PAR + "/probe").glob("**/*.txt")] == [TEXT]
    assert str((Path(TEXT).parent / "../data/text.txt").resolve()) == os.path.realpath(TEXT)


def write_file() -> None:
    for path in (TEXT, PAR + "/probe/new.txt"):
        try:
            open(path, "w", encoding="utf-8").close()
        except OSError as error:
            assert error.errno == errno.EROFS, error
        else:
            raise AssertionError


def open_absent_file() -> None:
    try:
        open(PAR + "/probe/absent.txt", encoding="utf-8").close()
    except FileNotFoundError as error:
        assert error.filename == PAR + "/probe/absent.txt"
    else:
        raise AssertionError


def folder_as_file() -> None:
    import importlib.resources

    with importlib.resources.as_file(importlib.resources.files("probe") / "data") as path:
        assert not str(path).startswith(PAR), path
        assert os.listdir(path) == ["text.txt"]
        assert (path / "text.txt").read_text(encoding="utf-8") == "Grüße\n"
    again = memfd_par.real_path("probe/data")
    assert again == memfd_par.real_path(PAR + "/probe/data") == str(path)


def library_by_path() -> None:
    import ctypes
    import ctypes.util

    from probe import multi

    count = multi.count()
    assert ctypes.CDLL(PAR + "/lib/libbase.so").base_count() == count + 1
    assert ctypes.util.find_library("base") == "libbase.so"


def libraries_in_a_cycle() -> None:
    import ctypes

    ring_b = ctypes.CDLL("libring_b.so")
    assert ring_b.ring_b(4) == 204
    assert ring_b.ring_sum() == 7 << 16
    assert ctypes.CDLL(PAR + "/lib/libring_a.so").ring_a(5) == 205
    assert [image.soname for image in memfd_par.loaded()] == ["libring_a.so", "libring_b.so"]


def database() -> None:
    import sqlite3

    path = PAR + "/probe/more/rows.sqlite"
    if sys.version_info < (3, 11):  # there is no way to hand SQLite the bytes
        try:
            sqlite3.connect(path).execute("select * from rows")
        except sqlite3.OperationalError:
            return
        raise AssertionError
    connection = sqlite3.connect(path)
    assert connection.execute("select name from rows").fetchall() == [("one",), ("two",)]
    try:
        connection.execute("delete from rows")
    except sqlite3.OperationalError as error:
        assert "readonly" in str(error), error
    else:
        raise AssertionError
    connection.close()


def certificates() -> None:
    import ssl

    certificate, key = PAR + "/probe/more/certificate.pem", PAR + "/probe/more/key.pem"
    context = ssl.create_default_context(cafile=certificate)
    assert [found["serialNumber"] for found in context.get_ca_certs()] == ["07"]
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)
    try:
        context.load_verify_locations(PAR + "/probe/more/absent.pem")
    except FileNotFoundError:
        return
    raise AssertionError


def program() -> None:
    path = PAR + "/probe/tool.sh"
    assert os.access(path, os.X_OK)
    assert not os.access(TEXT, os.X_OK)
    assert subprocess.run([path, "x"], stdout=subprocess.PIPE, check=True).stdout == b"shell x\n"
    code = "import os, sys; os.execv(sys.argv[1], sys.argv[1:])"
    assert subprocess.check_output([sys.executable, "-c", code, path, "y"]) == b"shell y\n"
    quiet = [(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)]
    child = os.posix_spawn(path, [path, "z"], os.environ, file_actions=quiet)
    assert os.waitpid(child, 0)[1] == 0
    in_tree = memfd_par.real_path("probe/tool.sh")
    assert subprocess.check_output([in_tree, "t"]) == b"shell t\n"
    code = "import memfd_par, os; os.execv(memfd_par.real_path('probe/tool.sh'), ['tool', 'u'])"
    assert subprocess.check_output([sys.executable, "-c", code]) == b"shell u\n"
    environment = {**os.environ, "PATH": PAR + "/probe:" + os.environ["PATH"]}
    assert subprocess.check_output(["tool.sh", "by name"], env=environment) == b"shell by name\n"
    try:
        subprocess.run([TEXT], check=True)
    except OSError:
        return
    raise AssertionError


def working_folder() -> None:
    folder = os.path.dirname(TEXT)
    with open(TEXT, "rb") as file:
        text = file.read()
    for cwd in (folder, Path(folder), os.fsencode(folder)):
        assert subprocess.run(["cat", "text.txt"], cwd=cwd, stdout=subprocess.PIPE, check=True).stdout == text
    above = os.path.dirname(PAR)
    found = subprocess.run(
        ["pwd", "-P"], cwd=PAR + "/..", stdout=subprocess.PIPE, check=True, text=True
    ).stdout
    assert found == os.path.realpath(above) + "\n", found
    for missing, error in (
        (folder + "/none", FileNotFoundError),
        (TEXT, NotADirectoryError),
        (PAR, NotADirectoryError),
    ):
        try:
            subprocess.run(["true"], cwd=missing, check=True)
        except error:
            continue
        raise AssertionError(missing)


def interpreter() -> None:
    assert sys.prefix == PAR
    code = "import sys, probe.state; print(probe.state.__file__, *sys.argv)"
    result = subprocess.run([sys.executable, "-c", code, "x"], stdout=subprocess.PIPE, check=True, text=True)
    assert result.stdout == f"{PAR}/probe/state.py -c x\n", result.stdout
    result = subprocess.run(
        [sys.executable, "-", "y"], input=code, stdout=subprocess.PIPE, check=True, text=True
    )
    assert result.stdout == f"{PAR}/probe/state.py - y\n", result.stdout
    subprocess.run([sys.executable, "-m", "probe.tool"], stdout=subprocess.PIPE, check=True)


def spawn() -> None:
    _in_processes("spawn")


def forkserver() -> None:
    _in_processes("forkserver")


def entry() -> int:
    """What MEMFD_PAR_ENTRY_POINT names below."""
    return 7 if "MEMFD_PAR_ENTRY_POINT" not in os.environ else 8


def other_programs() -> None:
    environment = {**os.environ, "MEMFD_PAR_ENTRY_POINT": "probe.mechanisms:entry"}
    assert subprocess.run([PAR], env=environment, check=False).returncode == 7
    environment = {**os.environ, "MEMFD_PAR_MODULE": "probe.absent"}
    result = subprocess.run([PAR], env=environment, check=False, stderr=subprocess.PIPE, text=True)
    assert result.returncode == 1
    assert "the par has no module 'probe.absent'" in result.stderr, result.stderr
    environment = {**os.environ, "MEMFD_PAR_INTERPRETER": "1"}
    command = [PAR, "-c", "import os; print([name for name in os.environ if 'INTERPRETER' in name])"]
    assert subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True).stdout == b"[]\n"


def source_of_a_package_as_a_module() -> None:
    import probe

    again = importlib.import_module("probe.__init__")
    assert again is not probe
    assert again.__file__ == probe.__file__ == PAR + "/probe/__init__.py"
    assert not hasattr(again, "__path__")


def _in_processes(method: str) -> None:
    with multiprocessing.get_context(method).Pool(1) as pool:
        assert pool.map(_file_of, ["probe.state", "probe.multi"])[0] == PAR + "/probe/state.py"
        pool.close()
        pool.join()


def _file_of(module: str) -> str:
    return str(importlib.import_module(module).__file__)
