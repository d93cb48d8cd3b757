"""Types are right, strictly, in everything but the programs that tests only pack."""

from __future__ import annotations

import os
import sys

from tests.lint.tree import check, sources

_CHECKED = tuple(
    folder + "/"
    for folder in "benchmarks docs examples packer runtime/memfd_par tests/bazelw tests/debugging tests/lint tests/readme tools".split()
)


def test_mypy() -> None:
    files = [path for path in sources("python", but=(".toml",)) if path.startswith(_CHECKED)]
    check(
        [sys.executable, "-m", "mypy", "--config-file=pyproject.toml", f"--cache-dir={os.devnull}", *files],
        "say in the types what the code does; where mypy cannot know, `# type: ignore[code]  # why`.",
        PYTHONPATH=os.pathsep.join(path for path in sys.path if path.endswith("site-packages")),
    )
