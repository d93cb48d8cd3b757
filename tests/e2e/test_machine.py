"""Native code for another machine, interpreter or C library is refused before anything runs."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

from memfd_par import errors, format, machine, memfd
from tests.e2e.par import Copy, says
from tests.e2e.surgery import change_header

Change = Callable[[dict[str, Any]], None]


def _set(**values: object) -> Change:
    return lambda header: header.update(values)


_OTHER_MACHINE = "aarch64" if os.uname().machine == "x86_64" else "x86_64"


@pytest.mark.parametrize(
    ("change", "phrases"),
    [
        (
            _set(machine=_OTHER_MACHINE),
            [f"native code for {_OTHER_MACHINE}, and this machine is {os.uname().machine}", "--platforms"],
        ),
        (
            _set(abi="cpython-31"),
            ["extension modules for cpython-31, and ", " is cpython-3", "MEMFD_PAR_PYTHON"],
        ),
        (_set(glibc=(2, 99)), ["needs glibc 2.99 or newer, and this machine has 2.", "attribute `policy`"]),
    ],
)
def test_a_par_for_elsewhere(copy: Copy, change: Change, phrases: list[str]) -> None:
    par = copy("natives")
    change_header(par.path, change)
    stderr = par.fails("print('never')")
    says(stderr, f"memfd_par: {par.path} ", *phrases)
    assert "//tests/e2e/programs:natives" in stderr
    assert len(stderr.splitlines()) == 1


def test_a_par_that_is_changed_in_no_way_that_matters(copy: Copy) -> None:
    par = copy("natives")
    change_header(par.path, _set(glibc=(2, 1)))
    assert par.output("import _answer; print(_answer.answer())") == "42\n"


def test_pure_python_runs_on_every_machine(copy: Copy) -> None:
    par = copy("probe")
    change_header(par.path, _set(abi="cpython-31", glibc=(2, 99)))
    assert par.output("import shapes; print(shapes.Circle())") == "<circle>\n"


_HERE: dict[str, Any] = {
    "target": "//a:b",
    "abi": format.abi(),
    "machine": os.uname().machine,
    "glibc": (2, 17),
}


def _refusal(capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as caught:
        machine.check("/p.par", _HERE)
    assert caught.value.code == 1
    stderr = capsys.readouterr().err
    says(stderr, "memfd_par: /p.par ")
    return stderr


def test_here(capsys: pytest.CaptureFixture[str]) -> None:
    machine.check("/p.par", _HERE)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("name", ["musl", "unknown", "uClibc 1.0"])
def test_another_c_library(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    monkeypatch.setattr(machine, "libc", lambda: name)
    says(
        _refusal(capsys),
        "glibc 2.17 or newer",
        f"another C library ({name})",
        "Alpine",
        "Debian or distroless",
    )


def test_musl_is_told_by_confstr(monkeypatch: pytest.MonkeyPatch) -> None:
    """There confstr(3) fails: it knows no CS_GNU_LIBC_VERSION."""

    def confstr(name: str) -> str:
        raise ValueError("unrecognized configuration name: " + name)

    monkeypatch.setattr("posix.confstr", confstr)
    monkeypatch.setattr("sys.implementation._multiarch", "x86_64-linux-musl")
    assert machine.libc() == "musl"


def test_free_threaded_interpreter(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.abiflags", "t")
    says(
        _refusal(capsys),
        f"extension modules for {_HERE['abi']}, and ",
        f"is {_HERE['abi']}t",
        "toolchain for this",
    )


def test_32_bit_interpreter(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.maxsize", 2**31 - 1)
    says(_refusal(capsys), f"native code for {_HERE['machine']}", "a 32-bit Python on ")


def test_memfd_by_number() -> None:
    """For an interpreter built against a glibc that is older than memfd_create(3)."""
    fd = memfd._create_by_number("by number", 1)
    try:
        assert os.readlink(f"/proc/self/fd/{fd}") == "/memfd:by number (deleted)"
        assert not os.get_inheritable(fd)
    finally:
        os.close(fd)


def test_memfd_by_number_tells_why_it_fails() -> None:
    with pytest.raises(OSError, match="Invalid argument") as caught:
        memfd._create_by_number("x", 0x4000)
    assert caught.value.errno == 22


def test_memfd_where_the_number_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memfd, "_SYSCALL", {})
    with pytest.raises(OSError, match="Function not implemented"):
        memfd._create_by_number("x", 1)


def test_interpreter_without_memfd_create(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("posix.memfd_create")
    os.close(memfd.create("\u00fc" * 300))


def test_kernel_that_does_not_know_the_newest_flag(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def memfd_create(name: str, flags: int) -> int:
        asked.append(flags)
        assert name == "x"
        if flags & 8:
            raise OSError(22, "Invalid argument")
        return os.open("/dev/null", os.O_RDONLY)

    monkeypatch.setattr("posix.memfd_create", memfd_create)
    monkeypatch.setattr(memfd, "_flags", 9)
    for _ in range(2):
        os.close(memfd.create("x"))
    assert asked == [9, 3, 3]


def test_no_message_has_an_open_end() -> None:
    """Each says what is and how to mend it, in whole sentences."""
    for name, text in vars(errors).items():
        if name.isupper() and isinstance(text, str):
            assert text.endswith((".", "{mend}")), name
