"""What bazelw runs, where it puts what it brings, and what it says when it cannot."""

from __future__ import annotations

import os
import shutil
import signal
import time
from pathlib import Path

import pytest

from tests.bazelw.machine import Machine

BAZEL = 'if [ "$*" = --version ]; then echo "bazel {version}"; else echo "{name} {version}: $*"; exit 7; fi'


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine without any Bazel."""
    return Machine(tmp_path, Path.cwd())


@pytest.fixture
def debian(machine: Machine) -> Machine:
    """A machine without any Bazel that can make a root."""
    machine.install_debian_tools()
    return machine


def roots(cache: Path) -> list[Path]:
    """Every root in a cache folder, finished or not."""
    return list(cache.glob("*/root"))


@pytest.mark.parametrize("name", ["bazel", "bazelisk"])
@pytest.mark.parametrize("version", ["7.0.0", "7.7.1", "10.1.0rc2"])
def test_takes_a_new_enough_bazel_from_the_path(machine: Machine, name: str, version: str) -> None:
    machine.install(name, BAZEL.format(name=name, version=version))
    assert machine.run("build", "//...") == (7, f"{name} {version}: build //...\n", "")


def test_prefers_bazelisk(machine: Machine) -> None:
    for name in ("bazel", "bazelisk"):
        machine.install(name, BAZEL.format(name=name, version="8.1.0"))
    assert machine.run("info")[1] == "bazelisk 8.1.0: info\n"


@pytest.mark.parametrize(
    "useless",
    [
        BAZEL.format(name="bazel", version="6.5.0"),
        BAZEL.format(name="bazel", version="no_version"),
        "echo could not download Bazel >&2; exit 1",
    ],
    ids=["old", "without a version", "broken"],
)
def test_passes_over_a_bazel_of_no_use(debian: Machine, useless: str) -> None:
    debian.install("bazel", useless)
    code, out, _ = debian.run("info")
    assert code == 0
    assert out.startswith("entered ")


def test_passes_over_itself_on_the_path(debian: Machine) -> None:
    (debian.path / "bazel").symlink_to(debian.bazelw)
    process = debian.start("info", program="bazel")
    assert process.communicate(timeout=60)[0].startswith("entered ")


def test_says_what_to_install_where_it_cannot_bring_a_bazel(machine: Machine) -> None:
    code, out, err = machine.run("build", "//...")
    assert (code, out) == (1, "")
    assert err.count("\n") == 1
    for words in (
        "bazelw: There is no Bazel 7 or newer on the PATH",
        "as root",
        "Install bazelisk",
        "apt-get",
    ):
        assert words in err
    assert not machine.cache.exists()


def test_says_what_to_install_to_another_user(debian: Machine) -> None:
    assert os.geteuid() == 0, "this test has to run as root to become somebody else: tag it no-sandbox"
    debian.folder.chmod(0o755)
    debian.folder.parent.chmod(0o755)
    debian.folder.parent.parent.chmod(0o755)
    debian.install(
        "run_as_nobody",
        f"exec {shutil.which('setpriv')} --reuid=65534 --regid=65534 --clear-groups {debian.bazelw}",
    )
    process = debian.start(program="run_as_nobody")
    assert "Install bazelisk" in process.communicate(timeout=60)[1]
    assert process.returncode == 1


def test_makes_a_root_once_and_runs_bazel_in_it(debian: Machine) -> None:
    code, out, err = debian.run("build", "//x", "--flag")
    (root,) = roots(debian.cache)
    assert code == 0
    assert f"entered {root}\n" in out
    assert f"--output_user_root={root.parent}/output build //x --flag\n" in out
    assert "bazelw: making a Debian forky" in err

    assert debian.run("build", "//x", "--flag") == (0, out, "")
    assert debian.log.count("made") == 1


def test_says_where_a_buildifier_belongs_that_npm_does_not_have(debian: Machine) -> None:
    _, _, err = debian.run("info")
    (root,) = roots(debian.cache)
    assert f"there is a {root}/usr/local/bin/buildifier\n" in err


@pytest.mark.parametrize(
    ("variable", "inside"),
    [
        ("MEMFD_PAR_BAZEL_ROOT", "."),
        ("XDG_CACHE_HOME", "memfd_par/bazel"),
        ("HOME", ".cache/memfd_par/bazel"),
    ],
)
def test_puts_the_root_where_the_user_says(debian: Machine, variable: str, inside: str) -> None:
    chosen = debian.folder / "chosen"
    debian.run("info", **{"MEMFD_PAR_BAZEL_ROOT": "", variable: str(chosen)})
    assert len(roots(chosen / inside)) == 1


def test_understands_a_relative_folder(debian: Machine) -> None:
    debian.run("info", MEMFD_PAR_BAZEL_ROOT="chosen")
    assert len(roots(debian.workspace / "chosen")) == 1


def test_a_changed_package_list_makes_a_new_root(debian: Machine) -> None:
    debian.run("info")
    (old,) = roots(debian.cache)
    with (debian.bazelw.parent / "tools" / "debian_packages.txt").open("a") as packages:
        packages.write("hello\n")
    _, out, err = debian.run("info")
    (new,) = set(roots(debian.cache)) - {old}
    assert f"entered {new}\n" in out
    assert f"{old.parent} is no longer needed" in err


def test_never_uses_a_root_that_could_not_be_finished(debian: Machine) -> None:
    debian.breaks.touch()
    code, out, err = debian.run("info")
    assert (code, out) == (1, "")
    assert "mmdebstrap could not make" in err
    assert [root.parent.suffix for root in roots(debian.cache)] == [".making"]

    debian.breaks.unlink()
    code, out, err = debian.run("info")
    (root,) = roots(debian.cache)
    assert (code, root.parent.suffix) == (0, "")
    assert f"entered {root}\n" in out
    assert f"removing the unfinished {root.parent}.making" in err


def test_keeps_what_was_downloaded_before_it_was_killed(debian: Machine) -> None:
    process = debian.start("info", SLOWNESS="60")
    deadline = time.monotonic() + 30
    while not list(debian.cache.glob("*/root/var/cache/apt/archives/*")):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()

    code, _, _ = debian.run("info")
    assert code == 0
    assert debian.log == "made\nmade\npackage_1_all.deb\n"
    assert not (debian.cache / "downloads").exists()


def test_two_at_once_make_one_root(debian: Machine) -> None:
    both = [debian.start("info", SLOWNESS="1") for _ in range(2)]
    answers = [process.communicate(timeout=60) for process in both]
    assert debian.log.count("made") == 1
    assert answers[0][0] == answers[1][0]
    assert sum("waiting for it" in err for _, err in answers) == 1
