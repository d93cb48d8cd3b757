"""A program on an older CPython than the workspace's, for which alone its distribution has wheels.

pip fetches the wheels when the test runs, as they are for another Python than the workspace's. The environment names
the distribution and the version of Python.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.pythons.machine_python import MachinePython, manifest

_HERE = Path(__file__).parent
_DISTRIBUTION = os.environ["DISTRIBUTION"]
_PYTHON = os.environ["PYTHON"]
_LOADER = Path(
    os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"], "runtime/native/libmemfd_par_loader.so"
)
_NO_PYTHON = (
    "MEMFD_PAR_PYTHONS names no python{version} (it is {value!r}). Install CPython {version} where bazelw finds it (pyenv, or "
    "on the PATH outside of the system's folders), or name it: --test_env=MEMFD_PAR_PYTHONS=/path/to/python{version}"
)


@pytest.fixture
def python() -> MachinePython:
    value = os.environ.get("MEMFD_PAR_PYTHONS", "")
    found = [path for path in value.split(":") if path.endswith(f"/python{_PYTHON}")]
    if not found:
        pytest.fail(_NO_PYTHON.format(value=value, version=_PYTHON))
    return MachinePython(found[0])


def test_the_program_works(python: MachinePython, tmp_path: Path) -> None:
    root = tmp_path / "root"
    options = ["--quiet", "--no-deps", "--require-hashes", "--only-binary=:all:", "--no-compile"]
    options += ["--disable-pip-version-check", f"--target={root}"]
    lock = _HERE / f"{_DISTRIBUTION}_lock.txt"
    subprocess.run([python.path, "-I", "-m", "pip", "install", *options, "-r", str(lock)], check=True)
    programs = root / "tests/wheels/programs"
    programs.mkdir(parents=True)
    shutil.copy(_HERE / "record.py", programs.parent)
    shutil.copy(_HERE / f"programs/use_{_DISTRIBUTION}.py", programs)
    par = tmp_path / f"{_DISTRIBUTION}.par"
    python.pack(
        par,
        manifest(root),
        f"--loader={_LOADER}",
        "--main_module=tests.wheels.record",
        f"--arg=tests.wheels.programs.use_{_DISTRIBUTION}",
        f"--arg={_DISTRIBUTION}",
    )
    shutil.rmtree(root)
    done = subprocess.run(
        [str(par)],
        cwd="/",
        env={
            "MEMFD_PAR_PYTHON": python.path,
            "PATH": os.environ["PATH"],
            "TEST_UNDECLARED_OUTPUTS_DIR": os.environ.get("TEST_UNDECLARED_OUTPUTS_DIR", str(tmp_path)),
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
    )
    pinned = re.findall(rf"^{_DISTRIBUTION}==(\S+)", lock.read_text("utf-8"), re.MULTILINE)
    assert (done.returncode, done.stdout) == (0, f"{_DISTRIBUTION} {pinned[0]} works\n"), done.stdout
