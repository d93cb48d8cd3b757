"""Python.h for extension modules, whatever the Python toolchain.

The autodetecting toolchain of a WORKSPACE runs the first python3 on the PATH and knows nothing of its headers: they are looked
for here. Newer rules_python has toolchains with headers, `@rules_python//python/cc:current_py_cc_headers`: `actual` names them.
"""

_NO_PYTHON = "Building C extensions needs the headers of the Python that runs them, and there is no python3 on the PATH. Install it."

_NO_HEADERS = """\
Building C extensions needs Python's headers, and {python} has no {header}. Install its development package: python3-dev \
on Debian and Ubuntu, python3-devel on Fedora."""

_WHERE = "import sysconfig; print(sysconfig.get_path('include'))"

_BUILD = """\
load("@rules_cc//cc:defs.bzl", "cc_library")

cc_library(
    name = "python_headers",
    hdrs = glob(["include/**/*.h"]),
    includes = ["include"],
    visibility = ["//visibility:public"],
)
"""

_ALIAS = """\
alias(
    name = "python_headers",
    actual = "{actual}",
    visibility = ["//visibility:public"],
)
"""

def _impl(ctx):
    if ctx.attr.actual:
        ctx.file("BUILD", _ALIAS.format(actual = ctx.attr.actual))
        return
    python = ctx.which("python3")
    if not python:
        fail(_NO_PYTHON)
    folder = ctx.path(ctx.execute([python, "-I", "-c", _WHERE]).stdout.strip())
    header = folder.get_child("Python.h")
    if not header.exists:
        fail(_NO_HEADERS.format(python = python, header = header))
    ctx.symlink(folder, "include")
    ctx.file("BUILD", _BUILD)

python_headers = repository_rule(
    implementation = _impl,
    doc = "Provides `@python_headers`, a cc_library of the headers of the Python toolchain's interpreter.",
    attrs = {
        "actual": attr.label(doc = "The toolchain's own headers. Default: those of the first python3 on the PATH."),
    },
    environ = ["PATH"],
    local = True,
)
