"""Finds runfiles by the libraries for that: rules_python's and the one on PyPI."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import runfiles as of_pypi
from rules_python.python.runfiles import runfiles as of_rules_python

SHOW = "import os; print(sorted(name for name in os.environ if name.startswith('RUNFILES')))"
PLAIN = [sys._base_executable, "-I", "-c", SHOW]


def _children() -> Iterator[str]:
    """What children see of the variable, with the environment that they inherit and with a copy."""
    for environment in (None, dict(os.environ), os.environ.copy()):
        yield subprocess.run(
            PLAIN, env=environment, stdout=subprocess.PIPE, check=True, text=True
        ).stdout.strip()


def main() -> None:
    paths = sys.argv[1:]
    found = {}
    for library in (of_rules_python, of_pypi):
        runfiles = library.Create()
        places = [runfiles.Rlocation(path) for path in paths]
        found[library.__name__] = [
            [place, os.path.isdir(place) or Path(place).read_text().partition("\n")[0]] for place in places
        ]
    print(
        json.dumps(
            {
                "found": found,
                "children": list(_children()),
                "shown": "RUNFILES_MANIFEST_FILE" in [*os.environ],
            }
        )
    )


if __name__ == "__main__":
    main()
