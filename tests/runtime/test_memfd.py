"""memfd_create: on kernels that know MFD_NOEXEC_SEAL and on those that do not, with and without glibc's wrapper."""

from __future__ import annotations

import errno
import fcntl
import os
import posix
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from memfd_par import memfd

#: linux/fcntl.h; Python has no name for it.
F_SEAL_EXEC = 0x20


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """As at the start of a process: what one kernel refuses is remembered."""
    monkeypatch.setattr(memfd, "_flags", memfd._CLOEXEC | memfd._NOEXEC_SEAL)


def name_of(fd: int) -> str:
    link = os.readlink(f"/proc/self/fd/{fd}")
    assert link.startswith("/memfd:") and link.endswith(" (deleted)"), link
    os.close(fd)
    return link[len("/memfd:") : -len(" (deleted)")]


def kernel_knows_noexec_seal() -> bool:
    try:
        os.close(os.memfd_create("probe", memfd._CLOEXEC | memfd._NOEXEC_SEAL))
    except OSError as error:
        assert error.errno == errno.EINVAL
        return False
    return True


def test_create() -> None:
    fd = memfd.create("libx.so")
    assert not os.get_inheritable(fd)
    assert os.fstat(fd).st_size == 0
    assert bool(fcntl.fcntl(fd, fcntl.F_GET_SEALS) & F_SEAL_EXEC) == kernel_knows_noexec_seal()
    assert name_of(fd) == "libx.so"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a" * 300, "a" * 249),
        ("a" * 248 + "ü", "a" * 248),  # not half a character
        ("\udcff.so", ".so"),  # a name that is no UTF-8 on disk
        ("", ""),
    ],
)
def test_any_name_will_do(name: str, shown: str) -> None:
    assert name_of(memfd.create(name)) == shown


def test_a_kernel_without_noexec_seal_is_asked_again_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def old_kernel(name: str, flags: int) -> int:
        asked.append(flags)
        if flags & ~(memfd._CLOEXEC | memfd._ALLOW_SEALING):
            raise OSError(errno.EINVAL, "Invalid argument")
        return os.memfd_create(name, flags)

    monkeypatch.setattr(posix, "memfd_create", old_kernel)
    assert name_of(memfd.create("first")) == "first"
    assert name_of(memfd.create("second")) == "second"
    sealable = memfd._CLOEXEC | memfd._ALLOW_SEALING
    assert asked == [memfd._CLOEXEC | memfd._NOEXEC_SEAL, sealable, sealable]


@pytest.mark.parametrize("code", [errno.EPERM, errno.ENOSYS, errno.EMFILE, errno.ENOMEM])
def test_other_refusals_are_final(code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def refuse(_name: str, flags: int) -> int:
        asked.append(flags)
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(posix, "memfd_create", refuse)
    with pytest.raises(OSError, match=os.strerror(code)) as caught:
        memfd.create("x")
    assert caught.value.errno == code
    assert len(asked) == 1


def test_einval_without_the_flag_is_final(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_name: str, _flags: int) -> int:
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(posix, "memfd_create", refuse)
    with pytest.raises(OSError, match="Invalid argument"):
        memfd.create("x")


def test_by_number_where_the_interpreter_has_no_wrapper(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(posix, "memfd_create")
    fd = memfd.create("lib\u00fc.so")
    assert not os.get_inheritable(fd)
    assert name_of(fd) == "lib\u00fc.so"


def test_by_number_reports_what_the_kernel_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(posix, "memfd_create")
    with pytest.raises(OSError, match="Invalid argument") as caught:
        memfd._create_by_number("x", 0x7FFF0000)
    assert caught.value.errno == errno.EINVAL


def test_by_number_on_an_unknown_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(posix, "memfd_create")
    monkeypatch.setattr(os, "uname", lambda: SimpleNamespace(machine="vax"))
    with pytest.raises(OSError, match="not implemented") as caught:
        memfd.create("x")
    assert caught.value.errno == errno.ENOSYS


@pytest.mark.parametrize("new", [True, False])
def test_a_program_can_be_executed(new: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def kernel(name: str, flags: int) -> int:
        asked.append(flags)
        if flags & memfd._EXEC and not new:
            raise OSError(errno.EINVAL, "Invalid argument")
        return os.memfd_create(name, flags & memfd._CLOEXEC)

    monkeypatch.setattr(posix, "memfd_create", kernel)
    fd = memfd.create_program("tool")
    assert asked == [memfd._CLOEXEC | memfd._EXEC, memfd._CLOEXEC][: 1 if new else 2]
    assert not os.get_inheritable(fd)
    assert name_of(fd) == "tool"


def test_a_program_runs() -> None:
    writable = memfd.create_program("tool")
    path = shutil.which("true")
    assert path
    os.write(writable, Path(path).read_bytes())
    # A file that is open for writing cannot be executed (ETXTBSY).
    fd = os.open(f"/proc/self/fd/{writable}", os.O_RDONLY | os.O_CLOEXEC)
    os.close(writable)
    assert os.fstat(fd).st_mode & 0o111
    assert subprocess.run([f"/proc/{os.getpid()}/fd/{fd}"], check=False).returncode == 0
    os.close(fd)


def test_a_program_that_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_name: str, _flags: int) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(posix, "memfd_create", refuse)
    with pytest.raises(PermissionError):
        memfd.create_program("tool")


def test_copy(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(bytes(range(256)) * 1000)
    fd = memfd.create("copy")
    with source.open("rb") as file:
        assert memfd.copy(fd, file.fileno(), 1000, 2000)
        assert os.pread(fd, 3000, 0) == source.read_bytes()[1000:3000]
        assert not memfd.copy(fd, file.fileno(), 255_000, 2000)  # the source ends before
    memfd.write(fd, b"anew")
    assert os.pread(fd, 3000, 0) == b"anew"
    os.close(fd)


def test_read_only() -> None:
    fd = memfd.create("read")
    memfd.write(fd, b"content")
    own = memfd.read_only(fd)
    os.close(fd)
    assert not os.get_inheritable(own)
    assert os.read(own, 100) == b"content"
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.write(own, b"more")
    os.close(own)
