"""The BUILD file of a repository that has a Python which pars can carry."""

_BUILD = """\
load("@rules_python//python:defs.bzl", "py_runtime", "py_runtime_pair")

package(default_visibility = ["//visibility:public"])

filegroup(
    name = "files",
    srcs = glob(
        {carried},
        exclude = [
            "**/* *",
            "lib/python*/**/*.a",
            "**/*.pyc",
            "**/__pycache__/**",
        ],
    ) + {built},
)

py_runtime(
    name = "runtime",
    files = [":files"],
    interpreter = "{interpreter}",
    python_version = "PY3",{version_info}
)

py_runtime_pair(
    name = "pair",
    py3_runtime = ":runtime",
)

toolchain(
    name = "toolchain",
    target_compatible_with = {constraints},
    toolchain = ":pair",
    toolchain_type = "@rules_python//python:toolchain_type",
)
"""

def has_own_rules(rctx):
    """Whether @rules_python is 0.36 or newer, whose rules are its own; those of older ones may be Bazel's, which know less.

    Args:
        rctx: the context of a repository rule.

    Returns:
        bool.
    """
    return rctx.path(Label("@rules_python//python:defs.bzl")).dirname.get_child("private/hermetic_runtime_repo_setup.bzl").exists

def interpreter_build(rctx, version, carried, constraints = [], interpreter = None, built = []):
    """The text of the BUILD file, with a target `toolchain`.

    Args:
        rctx: the context of the repository rule.
        version: `3.14`.
        carried: patterns of the files that a par may carry.
        constraints: that the platforms which the Python is for meet; all platforms, if there are none.
        interpreter: label of the program that Bazel runs the build's Python by; the repository's own `bin/python3.14`, if it is left out.
        built: labels of more files that a par may carry.

    Returns:
        A string.
    """

    # Where a py_runtime does not say it, rules_python 0.36 and newer take the workspace's default version for the runtime's.
    major, minor = version.split(".")
    version_info = "\n    interpreter_version_info = {},".format({"major": major, "minor": minor})
    return _BUILD.format(
        built = repr(built),
        carried = repr(carried),
        constraints = repr(constraints),
        interpreter = interpreter or "bin/python" + version,
        version_info = version_info if has_own_rules(rctx) else "",
    )
