"""A workspace with README.adoc's MODULE.bazel builds and runs a par, and one that carries its interpreter.

Debian's Bazel, which bazelw brings, has modules of its own in place of a registry; with any other Bazel they come from
Bazel's central registry. This repository's own MODULE.bazel is a dependency here, so that its dev dependencies are not tried.
"""

from __future__ import annotations

import re
from pathlib import Path

from tests.readme import alone, readme
from tests.readme.machine import Machine

_DEBIAN = Path("/usr/share/bazel")
_DEBIAN_MODULES = """
    rules/cc rules/java rules/license rules/proto rules/python tools/features tools/platforms tools/skylib
""".split()
#: What those name, and a par does not need.
_EMPTY_MODULES = "apple_support buildozer protobuf zlib".split()

_BUILD = """
load("@memfd_par//:defs.bzl", "memfd_par_binary")

memfd_par_binary(
    name = "show",
    srcs = ["show.py"],
    args = ["$(rlocationpath title.txt)", "$(rlocationpath @my_prices//:list.txt)"],
    data = ["title.txt", "@my_prices//:list.txt"],
    deps = ["@rules_python//python/runfiles"],
)
"""

#: A module of another name than the one that the workspace knows it by.
_MODULES = """
bazel_dep(name = "rules_python", version = "0.22.1")
bazel_dep(name = "prices", version = "1.0", repo_name = "my_prices")
local_path_override(module_name = "prices", path = "../prices")
"""

_SHOW = """
import sys
import memfd_par
from python.runfiles import runfiles

found = runfiles.Create()
for path in ["town/shop/title.txt", "my_prices/list.txt", *sys.argv[1:]]:
    with open(found.Rlocation(path)) as file:
        print(path, file.read(), end="")
print(memfd_par.__version__, __file__)
"""


def test_bzlmod(machine: Machine) -> None:
    module = 'module(name = "town")\n' + readme.titled("MODULE.bazel") + _MODULES
    _write(machine.workspace / "MODULE.bazel", module)
    prices = machine.workspace.parent / "prices"
    _write(prices / "MODULE.bazel", 'module(name = "prices", version = "1.0")\n')
    _write(prices / "BUILD", 'exports_files(["list.txt"])\n')
    _write(prices / "list.txt", "1 2 3\n")
    _write(machine.workspace / "shop/title.txt", "Parts\n")
    _write(machine.workspace / "shop/BUILD", _BUILD)
    _write(machine.workspace / "shop/show.py", _SHOW)
    options = ["--enable_bzlmod", "--noenable_workspace"]
    if _DEBIAN.exists():
        options += _without_registry(machine.workspace.parent / "registry")
    _write(machine.workspace / ".bazelrc", "".join(f"common {option}\n" for option in options))
    printed = machine.run("../memfd_par/bazelw run //shop:show")
    assert printed.endswith("/bin/shop/show.par/shop/show.py\n"), printed
    names = ("town/shop/title.txt Parts", "my_prices/list.txt 1 2 3", "_main/shop/title.txt Parts")
    assert [line for line in names if line not in printed.splitlines()] == [], printed
    assert re.search(r"^prices[~+]\S*/list.txt 1 2 3$", printed, re.MULTILINE), printed
    _write(machine.workspace / "MODULE.bazel", module + alone.carrying("MODULE.bazel"))
    alone.check(machine)


def _without_registry(folder: Path) -> list[str]:
    """Options with which Debian's Bazel resolves modules, and an empty registry in `folder`."""
    _write(folder / "bazel_registry.json", "{}")
    options = [f"--registry=file://{folder}"]
    for place in _DEBIAN_MODULES:
        kind, name = place.split("/")
        prefix = {"features": "bazel_", "skylib": "bazel_", "platforms": ""}.get(name, kind + "_")
        options.append(f"--override_module={prefix}{name}={_DEBIAN / place}")
    for name in _EMPTY_MODULES:
        _write(folder / name / "MODULE.bazel", f'module(name = "{name}")\n')
        _write(folder / name / "BUILD", "")
        options.append(f"--override_module={name}={folder / name}")
    return options


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
