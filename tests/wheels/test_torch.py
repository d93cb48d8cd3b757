"""torch's program, on CPython 3.11: its build without CUDA is there for no other Python that this matrix runs on.

pip fetches the wheels when the test runs, as they are for another Python than the workspace's.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.pythons.machine_python import MachinePython, manifest

_HERE = Path(__file__).parent
_NO_PYTHON = (
    "MEMFD_PAR_PYTHONS names no python3.11 (it is {value!r}). Install CPython 3.11 where bazelw finds it (pyenv, or on the "
    "PATH outside of the system's folders), or name it: --test_env=MEMFD_PAR_PYTHONS=/path/to/python3.11"
)


@pytest.fixture
def python() -> MachinePython:
    value = os.environ.get("MEMFD_PAR_PYTHONS", "")
    found = [path for path in value.split(":") if path.endswith("/python3.11")]
    if not found:
        pytest.fail(_NO_PYTHON.format(value=value))
    return MachinePython(found[0])


def test_torch(python: MachinePython, tmp_path: Path) -> None:
    root = tmp_path / "root"
    options = ["--quiet", "--no-deps", "--require-hashes", "--only-binary=:all:", "--no-compile"]
    options += ["--disable-pip-version-check", f"--target={root}"]
    lock = _HERE / "torch_lock.txt"
    subprocess.run([python.path, "-I", "-m", "pip", "install", *options, "-r", str(lock)], check=True)
    programs = root / "tests/wheels/programs"
    programs.mkdir(parents=True)
    shutil.copy(_HERE / "record.py", programs.parent)
    shutil.copy(_HERE / "programs/use_torch.py", programs)
    par = tmp_path / "torch.par"
    python.pack(
        par,
        manifest(root),
        "--main_module=tests.wheels.record",
        "--arg=tests.wheels.programs.use_torch",
        "--arg=torch",
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
    assert (done.returncode, done.stdout) == (0, "torch 2.13.0+cpu works\n"), done.stdout
