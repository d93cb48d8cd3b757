"""A runtime that this Python cannot compile, as a toolchain of one's own may have it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def test_a_runtime_that_does_not_compile(tmp_path: Path) -> None:
    launcher = Path(os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"], "runtime/launcher")
    (tmp_path / "boot.py").write_text("def")
    (tmp_path / "explain.py").touch()
    (tmp_path / "main.py").touch()
    (tmp_path / "manifest").write_text(f"F\tmain.py\t{tmp_path}/main.py\n")
    completed = subprocess.run(
        [
            *(sys.executable, "-B", "-m", "packer.main"),
            "--target=//a:b",
            f"--output={tmp_path}/out.par",
            f"--manifest={tmp_path}/manifest",
            "--workspace=ws",
            "--main=ws/main.py",
            "--policy=manylinux_2_28",
            f"--runtime={tmp_path}/boot.py",
            f"--runtime={tmp_path}/explain.py",
            *(f"--launcher={launcher}/{name}" for name in ("main.py", "preamble.sh", "start.py")),
        ],
        env={**os.environ, "PYTHONPATH": ":".join(sys.path)},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert completed.returncode == 1
    error = completed.stderr
    assert error.startswith(
        f"memfd_par: //a:b: {tmp_path}/boot.py, a source of the toolchain's runtime, does not compile on CPython 3."
    )
    assert "Mend: give memfd_par_toolchain a runtime that is for this version" in error
