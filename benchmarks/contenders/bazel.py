"""What Bazel builds: pars, and the zip of rules_python's py_binary."""

from __future__ import annotations

import shutil
from pathlib import Path

from benchmarks import command
from benchmarks.command import Unavailable
from benchmarks.contenders.contender import Contender, Job
from benchmarks.program import Program

# Prints the tiers of all libraries that the application loads, behind what that prints itself.
_TIERS = """
import application, memfd_par
application.main()
print("tiers:", *sorted({image.tier for image in memfd_par.loaded()}))
"""


class Bazel(Contender):
    """A file that Bazel builds in the workspace, and that is copied out of it."""

    #: Of the application's package.
    target: str
    output: str
    options: tuple[str, ...] = ()

    def prepare(self, job: Job, clean: bool) -> None:
        """Write the package, fetch what it needs, and remove what was built."""
        job.folder.mkdir(parents=True, exist_ok=True)
        job.workspace.add(job.application)
        if clean:
            job.workspace.bazel("clean")
            job.workspace.bazel("build", "--nobuild", *self._arguments(job))

    def fingerprint(self, job: Job) -> str:
        """None: Bazel itself knows what is to be built again."""
        return ""

    def build(self, job: Job) -> None:
        """Build the target."""
        job.workspace.bazel("build", *self._arguments(job))

    def collect(self, job: Job) -> None:
        """Copy the file, as it is deployed."""
        built = job.workspace.sources / "bazel-bin" / job.application.name / self.output
        new = self.product(job).with_suffix(".new")
        shutil.copy(built, new)
        new.chmod(0o755)
        new.replace(self.product(job))

    def sources(self, job: Job) -> Path:
        """In the workspace."""
        return job.workspace.sources / job.application.name / "src"

    def product(self, job: Job) -> Path:
        """The copy."""
        return job.folder / self.output

    def _arguments(self, job: Job) -> list[str]:
        return [*self.options, f"//{job.application.name}:{self.target}"]


class MemfdPar(Bazel):
    """This project."""

    target = output = "application.par"

    def verify(self, program: Program) -> None:
        """See that libraries were loaded by the tier that MEMFD_PAR_TIER names; a library may take a lower one."""
        wanted = self.environment.get("MEMFD_PAR_TIER")
        if wanted is None:
            return
        environment = {**program.variables(), "MEMFD_PAR_INTERPRETER": "1"}
        output = command.run([*program.command, "-c", _TIERS], environment, program.state, program.timeout)
        tiers = output.rpartition("tiers:")[2].split()
        # Some libraries cannot be loaded by "full", either.
        if tiers and (wanted not in tiers or not {*tiers} <= {wanted, "plain"}):
            raise Unavailable(
                f"MEMFD_PAR_TIER={wanted} was asked for, and libraries were loaded by: {' '.join(tiers)}"
            )


class CarriedMemfdPar(MemfdPar):
    """This project, with the interpreter carried in the par."""

    target = "carried"
    output = "carried.par"
    options = ("--extra_toolchains=@carried_python//:toolchain",)


class CarriedLibcMemfdPar(CarriedMemfdPar):
    """This project, with the interpreter and libc carried in the par."""

    target = "carried_libc"
    output = "carried_libc.par"


class RulesPythonZip(Bazel):
    """The zip of a py_binary, as `--build_python_zip` makes it."""

    target = "program"
    output = "program.zip"
    options = ("--output_groups=python_zip_file",)

    def start(self, job: Job) -> list[str]:
        """The interpreter runs the zip."""
        return [str(job.python), str(self.product(job))]
