"""What keeps a par's native code from running here, beside what tests/e2e shows of it: limits and refusals."""

from __future__ import annotations

import posix
import sys
from typing import Any

import pytest

from memfd_par import format, machine, memfd

HEADER: dict[str, Any] = {
    "target": "//some:target",
    "abi": format.abi(),
    "machine": posix.uname().machine,
    "glibc": (2, 17),
}


def refused(capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as caught:
        machine.check("/x/app.par", HEADER)
    assert caught.value.code == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("memfd_par: /x/app.par ") and err.count("\n") == 1
    return err


def test_libraries_without_versions_are_for_every_glibc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "libc", lambda: "glibc 2.5")
    machine.check("/x/app.par", {**HEADER, "glibc": (0, 0)})


@pytest.mark.parametrize("version", ["2.17", "2.17.9000", "2.100", "3.0"])
def test_glibc_that_will_do(version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "libc", lambda: f"glibc {version}")
    machine.check("/x/app.par", HEADER)


@pytest.mark.parametrize("version", ["2.16", "2.9", "2.9.1", "1.99"])
def test_glibc_that_is_too_old(
    version: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "libc", lambda: f"glibc {version}")
    assert f"needs glibc 2.17 or newer, and this machine has {version[:4].rstrip('.')}" in refused(capsys)


def test_libc_of_this_machine() -> None:
    assert machine.libc() == posix.confstr("CS_GNU_LIBC_VERSION")


@pytest.mark.parametrize("name", ["musl", "unknown", "uClibc 1.0"])
def test_another_c_library(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "libc", lambda: name)
    text = refused(capsys)
    assert (
        f"glibc 2.17 or newer, and {sys.executable} runs on another C library ({name}), as on Alpine" in text
    )
    assert "Debian or distroless" in text


def test_musl_is_told_by_confstr(monkeypatch: pytest.MonkeyPatch) -> None:
    """There confstr(3) fails: it knows no CS_GNU_LIBC_VERSION."""

    def confstr(name: str) -> str:
        raise ValueError("unrecognized configuration name: " + name)

    monkeypatch.setattr(posix, "confstr", confstr)
    monkeypatch.setattr("sys.implementation._multiarch", "x86_64-linux-musl")
    assert machine.libc() == "musl"


def test_a_free_threaded_interpreter(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.abiflags", "t")
    wanted = HEADER["abi"]
    assert f"extension modules for {wanted}, and {sys.executable} is {wanted}t" in refused(capsys)


def test_a_32_bit_interpreter(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.maxsize", 2**31 - 1)
    assert f"native code for {HEADER['machine']}, and this machine is a 32-bit Python on " in refused(capsys)


def test_no_memfd(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_name: str) -> int:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(memfd, "create", refuse)
    assert "memfd_create(2) failed: Operation not permitted. It needs Linux 3.17" in refused(capsys)
