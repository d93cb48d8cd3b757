"""How a par is started, and what it says where it cannot."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.e2e.par import Copy, Par, clean, says
from tests.e2e.repack import pythons
from tests.e2e.sandbox import masked, tool

_VERSION = "%d.%d" % sys.version_info[:2]


def _others() -> list[str]:
    others = [path for path in pythons() if not path.endswith("python" + _VERSION)]
    assert others, f"all of MEMFD_PAR_PYTHONS are CPython {_VERSION}: install another version"
    return others


# Interpreters


def test_no_python_on_the_path(probe: Par, folder: Path) -> None:
    stderr = probe.fails("print('never')", env={"PATH": str(folder)})
    says(
        stderr,
        f"memfd_par: {probe.path} needs CPython {_VERSION}",
        f"no python{_VERSION} or python3 on this machine",
    )
    says(stderr, f"Install CPython {_VERSION}", f"as python{_VERSION}, or name it in MEMFD_PAR_PYTHON")
    assert len(stderr.splitlines()) == 1


def test_no_python_on_the_machine(probe: Par) -> None:
    pythons = {
        str(Path(path).resolve()) for name in ("python3", "python" + _VERSION) if (path := shutil.which(name))
    }
    stderr = probe.fails("print('never')", prefix=masked(*sorted(pythons)))
    says(stderr, "memfd_par: ", f"needs CPython {_VERSION}", "MEMFD_PAR_PYTHON")


def test_the_named_python_does_not_exist(probe: Par) -> None:
    stderr = probe.fails("print('never')", env={"MEMFD_PAR_PYTHON": "/no/such/python"})
    says(stderr, f"needs CPython {_VERSION}", "there is no /no/such/python", f"Install CPython {_VERSION}")
    assert len(stderr.splitlines()) == 1


def test_the_named_python_is_a_folder(probe: Par, folder: Path) -> None:
    """The shell takes it for a program, and tells."""
    completed = probe.run("print('never')", env={"MEMFD_PAR_PYTHON": str(folder)})
    assert (completed.returncode, completed.stdout) == (126, "")
    says(completed.stderr, str(folder), "Permission denied")


def test_the_named_python_is_used(probe: Par, folder: Path) -> None:
    python = folder / "my python"
    python.symlink_to(sys.executable)
    code = "import sys; print(sys._base_executable)"
    assert probe.output(code, env={"MEMFD_PAR_PYTHON": str(python)}).strip() == str(python)
    assert probe.output("print(1)", env={"MEMFD_PAR_PYTHON": "python3", "PATH": "/usr/bin"}) == "1\n"


def test_every_other_python(shared: Copy) -> None:
    for python in _others():
        for name in ("probe", "natives"):
            par = shared(name)
            stderr = par.fails("print('never')", env={"MEMFD_PAR_PYTHON": python})
            says(
                stderr, f"memfd_par: {par.path} was built for CPython {_VERSION}, and {python} is CPython 3."
            )
            says(
                stderr,
                f"Install CPython {_VERSION}",
                "MEMFD_PAR_PYTHON",
                f"build //tests/e2e/programs:{name}",
            )
            assert len(stderr.splitlines()) == 1


def test_every_python_of_this_version(natives: Par) -> None:
    same = [path for path in pythons() if path.endswith("python" + _VERSION)]
    assert same
    for python in same:
        assert (
            natives.output("import _answer; print(_answer.answer())", env={"MEMFD_PAR_PYTHON": python})
            == "42\n"
        )


def test_the_right_python_comes_before_another_python3(probe: Par, folder: Path) -> None:
    (folder / ("python" + _VERSION)).symlink_to(sys.executable)
    (folder / "python3").symlink_to(_others()[0])
    code = "import sys; print(sys.version_info[:2] == (%d, %d))" % sys.version_info[:2]
    assert probe.output(code, env={"PATH": f"{folder}:/usr/bin:/bin"}) == "True\n"


@pytest.mark.parametrize("options", [[], ["-X", "dev"], ["-I"], ["-u", "-B"]])
def test_started_by_the_interpreter(natives: Par, options: list[str]) -> None:
    code = "import sys, _answer, faulty; print(_answer.answer(), sys.argv[1:], sys.flags.isolated, sys.flags.dev_mode)"
    command = [sys.executable, *options, str(natives.path), code, "a b"]
    completed = subprocess.run(command, **natives.surroundings(capture_output=True))
    assert (completed.returncode, completed.stderr) == (0, "")
    assert completed.stdout == f"42 ['a b'] 1 {'dev' in options}\n"


def test_started_by_another_interpreter(probe: Par) -> None:
    for python in _others():
        completed = subprocess.run([python, str(probe.path), "1"], **probe.surroundings(capture_output=True))
        assert completed.returncode == 1
        says(clean(completed.stderr), f"was built for CPython {_VERSION}, and {python} is CPython 3.")


def test_status_when_started_by_the_interpreter(probe: Par) -> None:
    settings = probe.surroundings()
    assert (
        subprocess.run([sys.executable, str(probe.path), "raise SystemExit(7)"], **settings).returncode == 7
    )


# Other programs that read it


def test_unzip_reads_it(natives: Par) -> None:
    unzip = tool("unzip", "unzip")
    for option in ("-l", "-t"):
        completed = subprocess.run([unzip, option, str(natives.path)], capture_output=True, text=True)
        assert completed.returncode in (0, 1), completed  # 1: bytes before the archive, which unzip warns of
        assert "_answer.so" in completed.stdout
        assert "No errors detected" in completed.stdout or option == "-l"


def test_zipfile_reads_it(natives: Par) -> None:
    command = [sys.executable, "-m", "zipfile", "-l", str(natives.path)]
    assert "_answer.so" in subprocess.run(command, capture_output=True, text=True, check=True).stdout
    with zipfile.ZipFile(natives.path) as archive:
        assert archive.testzip() is None
