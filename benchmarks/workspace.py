"""A Bazel workspace of a user of memfd_par, with a package for each application, and the Bazel that builds in it.

It lies outside of this repository and has an output folder of its own, so that sources may be edited and outputs cleaned.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from benchmarks import command
from benchmarks.application import ENTRY_POINT, SCRIPT, Application

_WORKSPACE = """\
workspace(name = "benchmark")

local_repository(
    name = "memfd_par",
    path = "{repository}",
)

load("@memfd_par//:deps.bzl", "memfd_par_dependencies")

memfd_par_dependencies()

load("@rules_python//python:repositories.bzl", "py_repositories")

py_repositories()

load("@rules_python//python:pip.bzl", "pip_parse")

pip_parse(
    name = "wheels",
    requirements_lock = "//:wheels_lock.txt",
)

load("@wheels//:requirements.bzl", "install_deps")

install_deps()

load("@memfd_par//:interpreter.bzl", "memfd_par_local_interpreter")

memfd_par_local_interpreter(
    name = "carried_python",
    python = "{python}",
)
"""

_MODULE = """\
module(name = "benchmark")

bazel_dep(name = "memfd_par")
local_path_override(
    module_name = "memfd_par",
    path = "{repository}",
)
bazel_dep(name = "rules_python", version = "1.8.3")

python = use_extension("@rules_python//python/extensions:python.bzl", "python")
python.toolchain(
    is_default = True,
    python_version = "{python_version}",
)

pip = use_extension("@rules_python//python/extensions:pip.bzl", "pip")
pip.parse(
    hub_name = "wheels",
    python_version = "{python_version}",
    requirements_lock = "//:wheels_lock.txt",
)
use_repo(pip, "wheels")

memfd_par_local_interpreter = use_repo_rule("@memfd_par//:interpreter.bzl", "memfd_par_local_interpreter")
memfd_par_local_interpreter(
    name = "carried_python",
    python = "{python}",
)
"""

# A sandbox with a /tmp of its own has no repository and no workspace that lie below /tmp.
_BAZELRC = """\
common --incompatible_default_to_explicit_init_py
build --incompatible_strict_action_env
build --noincompatible_sandbox_hermetic_tmp
"""

_WHEELS_BZL = '''\
"""The wheels that an application needs."""

def _impl(ctx):
    files = depset(transitive = [
        depset(transitive = [target[DefaultInfo].files, target[DefaultInfo].default_runfiles.files])
        for target in ctx.attr.wheels
    ])
    listing = ctx.actions.declare_file(ctx.label.name + ".txt")
    ctx.actions.write(listing, "".join([file.path + "\\n" for file in files.to_list() if file.extension == "whl"]))
    return [DefaultInfo(files = depset([listing]), runfiles = ctx.runfiles(transitive_files = files))]

wheels = rule(
    implementation = _impl,
    doc = "Lists the files of wheels and of the wheels that these need.",
    attrs = {"wheels": attr.label_list(allow_files = True)},
)
'''

_BUILD = """\
load("@memfd_par//:defs.bzl", "memfd_par_binary")
load("@rules_python//python:defs.bzl", "py_binary", "py_library")
load("@wheels//:requirements.bzl", "requirement", "whl_requirement")
load("//:wheels.bzl", "wheels")

REQUIREMENTS = {requirements}

py_library(
    name = "library",
    srcs = glob(["src/**/*.py"]),
    imports = ["src"],
    deps = [requirement(name) for name in REQUIREMENTS],
)

memfd_par_binary(
    name = "application",
    entry_point = "{entry_point}",
    deps = [":library"],
)

memfd_par_binary(
    name = "carried",
    entry_point = "{entry_point}",
    interpreter = "carried",
    deps = [":library"],
)

memfd_par_binary(
    name = "carried_libc",
    entry_point = "{entry_point}",
    interpreter = "carried",
    libc = "carried",
    deps = [":library"],
)

py_binary(
    name = "program",
    srcs = ["src/{script}"],
    main = "src/{script}",
    deps = [":library"],
)

wheels(
    name = "wheels",
    wheels = [whl_requirement(name) for name in REQUIREMENTS],
)
"""


@dataclass(frozen=True)
class Workspace:
    """The workspace.

    Attributes:
        repository: the workspace of memfd_par, whose rules build the pars.
        folder: where the workspace and all that Bazel makes of it are.
        timeout: of a build, in seconds.
    """

    repository: Path
    folder: Path
    timeout: float

    @property
    def sources(self) -> Path:
        """The workspace's own folder."""
        return self.folder / "workspace"

    def create(self, python: Path, python_version: str) -> None:
        """Write the files that no application is in; `python` is what a par is to carry."""
        self.sources.mkdir(parents=True, exist_ok=True)
        names = {"repository": self.repository, "python": python, "python_version": python_version}
        texts = {
            "WORKSPACE": _WORKSPACE.format(**names),
            "MODULE.bazel": _MODULE.format(**names),
            "BUILD": "",
            ".bazelrc": _BAZELRC,
            "wheels.bzl": _WHEELS_BZL,
            "wheels_lock.txt": (self.repository / "wheels_lock.txt").read_text("utf-8"),
        }
        for name, text in texts.items():
            path = self.sources / name
            # What is not written anew need not be looked at anew.
            if not path.exists() or path.read_text("utf-8") != text:
                path.write_text(text, "utf-8")

    def add(self, application: Application) -> Path:
        """Write the package of an application; returns the folder of its sources."""
        package = self.sources / application.name
        shutil.rmtree(package, ignore_errors=True)
        application.write(package / "src")
        text = _BUILD.format(
            requirements=list(application.requirements), entry_point=ENTRY_POINT, script=SCRIPT
        )
        (package / "BUILD").write_text(text, "utf-8")
        return package / "src"

    def wheels(self, application: Application) -> list[Path]:
        """The files of the wheels that an application needs, which pip fetches if they are not there yet."""
        if not application.requirements:
            return []
        self.bazel("build", f"//{application.name}:wheels")
        listing = self.sources / f"bazel-bin/{application.name}/wheels.txt"
        base = Path(self.bazel("info", "output_base").strip())
        return sorted(base / line for line in listing.read_text("utf-8").splitlines())

    def bazel(self, verb: str, *arguments: str) -> str:
        """Run Bazel; returns what it prints on stdout.

        Raises:
            Unavailable: it failed.
        """
        return command.run(
            [
                "bash",
                self.repository / "bazelw",
                "--nohome_rc",
                f"--output_user_root={self.folder / 'output'}",
                "--max_idle_secs=120",
                verb,
                *([] if verb == "shutdown" else ["--color=no", "--curses=no", "--noshow_progress"]),
                *arguments,
            ],
            command.outer_environment(),
            self.sources,
            self.timeout,
            name=" ".join(["bazelw", verb, *arguments]),
        )
