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
    python_version = "PY3",
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

def interpreter_build(version, carried, constraints = [], interpreter = None, built = []):
    """The text of the BUILD file, with a target `toolchain`.

    Args:
        version: `3.14`.
        carried: patterns of the files that a par may carry.
        constraints: that the platforms which the Python is for meet; all platforms, if there are none.
        interpreter: label of the program that Bazel runs the build's Python by; the repository's own `bin/python3.14`, if it is left out.
        built: labels of more files that a par may carry.

    Returns:
        A string.
    """
    return _BUILD.format(
        built = repr(built),
        carried = repr(carried),
        constraints = repr(constraints),
        interpreter = interpreter or "bin/python" + version,
    )
