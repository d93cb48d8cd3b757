"""An unpacked virtual environment: what all others are compared with."""

from __future__ import annotations

import shutil
from pathlib import Path

from benchmarks.application import ENTRY_POINT
from benchmarks.contenders.contender import Contender, Job
from benchmarks.tool import make_environment, pip_install

# As pip writes them for entry points, but isolated, as a par is.
_SCRIPT = """\
#!{python} -I
import sys
from {module} import {function}
if __name__ == "__main__":
    sys.exit({function}())
"""


class Virtualenv(Contender):
    """The wheels, installed and byte-compiled by pip, the application beside them, and a script that starts it."""

    def build(self, job: Job) -> None:
        """Install everything, or copy and compile the sources again."""
        environment = self.product(job)
        python = environment / "bin/python"
        if not environment.exists():
            make_environment(job.python, environment, job.timeout)
            if job.wheels:
                options = ["--no-index", "--no-deps", *map(str, job.wheels)]
                pip_install(job.python, python, options, job.timeout)
            module, function = ENTRY_POINT.split(":")
            script = Path(self.start(job)[0])
            script.write_text(_SCRIPT.format(python=python, module=module, function=function), "utf-8")
            script.chmod(0o755)
        (site_packages,) = environment.glob("lib/python*/site-packages")
        shutil.copytree(self.sources(job), site_packages, dirs_exist_ok=True)
        job.run(python, "-I", "-m", "compileall", "-q", *self._names(job, site_packages))

    def _names(self, job: Job, site_packages: Path) -> list[Path]:
        """Where the application's own sources are."""
        return [site_packages / path.name for path in sorted(self.sources(job).iterdir())]

    def product(self, job: Job) -> Path:
        """The environment."""
        return job.folder / "venv"

    def start(self, job: Job) -> list[str]:
        """The script."""
        return [str(self.product(job) / "bin/application")]
