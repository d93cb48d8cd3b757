"""A repository as rules_python writes it for a hermetic Python, of the files of a Python of this machine.

Those that it fetches (python-build-standalone) come from GitHub; this has their layout, with what else lies there: programs
and manual pages, Tcl's and Tk's scripts, static libraries, pip, and no glibc. The targets are rules_python's own where it has
a macro for them (0.36 and newer), and those that 0.22 writes where it does not.
"""

load("//private:interpreter_build.bzl", "has_own_rules")

_EXTRAS = [
    "bin/2to3",
    "bin/idle3",
    "bin/pip3",
    "bin/pydoc3",
    "bin/python3-config",
    "lib/itcl4.2.4/pkgIndex.tcl",
    "lib/libtcl8.6.a",
    "lib/pkgconfig/python3.pc",
    "lib/python{version}/config-{version}-x86_64-linux-gnu/Makefile",
    "lib/python{version}/config-{version}-x86_64-linux-gnu/libpython{version}.a",
    "lib/python{version}/site-packages/README.txt",
    "lib/python{version}/site-packages/pip-25.3.dist-info/METADATA",
    "lib/python{version}/site-packages/pip/__init__.py",
    "lib/python{version}/site-packages/pip/_vendor/distlib/w64.exe",
    "lib/tcl8.6/init.tcl",
    "lib/tk8.6/demos/images/face.xbm",
    "share/man/man1/python{version}.1",
    "share/terminfo/x/xterm",
]

# As python/private/python_repository.bzl of rules_python 1.0 and newer.
_NEW = """\
load("@rules_python//python/private:hermetic_runtime_repo_setup.bzl", "define_hermetic_runtime_toolchain_impl")

package(default_visibility = ["//visibility:public"])

define_hermetic_runtime_toolchain_impl(
    name = "define_runtime",
    coverage_tool = None,
    extra_files_glob_exclude = ["**/__pycache__/*.pyc*", "**/__pycache__/*.pyo*"],
    extra_files_glob_include = ["lib/**"],
    python_bin = "bin/python3",
    python_version = "{version}.0",
)
"""

# The targets that python/repositories.bzl of rules_python 0.22 writes.
_OLD = """\
load("@bazel_tools//tools/python:toolchain.bzl", "py_runtime_pair")

package(default_visibility = ["//visibility:public"])

filegroup(
    name = "files",
    srcs = glob(
        include = ["bin/**", "extensions/**", "include/**", "lib/**", "libs/**", "share/**"],
        allow_empty = True,
        exclude = [
            "**/* *",
            "lib/libpython{version}.so",
            "lib/**/*.a",
            "lib/python{version}/**/test/**",
            "lib/python{version}/**/tests/**",
            "**/__pycache__/*.pyc",
            "**/__pycache__/*.pyo",
        ],
    ),
)

filegroup(
    name = "includes",
    srcs = glob(["include/**/*.h"]),
)

cc_library(
    name = "python_headers",
    hdrs = [":includes"],
    includes = ["include", "include/python{version}", "include/python{version}m"],
)

cc_library(
    name = "libpython",
    srcs = ["lib/libpython{version}.so", "lib/libpython{version}.so.1.0"],
    hdrs = [":includes"],
)

exports_files(["python", "bin/python3"])

py_runtime(
    name = "py3_runtime",
    files = [":files"],
    interpreter = "bin/python3",
    python_version = "PY3",
)

py_runtime_pair(
    name = "python_runtimes",
    py2_runtime = None,
    py3_runtime = ":py3_runtime",
)
"""

# As toolchains_repo.bzl, which writes it into a repository of its own.
_TOOLCHAIN = """
toolchain(
    name = "toolchain",
    target_compatible_with = ["@platforms//os:linux", "@platforms//cpu:x86_64"],
    toolchain = ":python_runtimes",
    toolchain_type = "@bazel_tools//tools/python:toolchain_type",
)
"""

_ATTRS = {
    "interpreter": attr.label(
        doc = "BUILD.bazel of a repository of memfd_par_local_interpreter, whose files these are.",
        mandatory = True,
    ),
    "version": attr.string(
        doc = "Of that interpreter, `3.14`.",
        mandatory = True,
    ),
}

def _impl(rctx):
    version = rctx.attr.version
    base = rctx.path(rctx.attr.interpreter).dirname
    stdlib = "lib/python" + version
    for folder in ["include", "lib", stdlib]:
        for entry in base.get_child(folder).readdir():
            name = folder + "/" + entry.basename
            if name not in ["lib/glibc", stdlib]:
                rctx.symlink(entry, name)
    rctx.symlink(base.get_child("bin/python" + version), "bin/python" + version)
    for name in ["bin/python", "bin/python3"]:
        rctx.symlink("bin/python" + version, name)
    rctx.symlink("bin/python3", "python")
    rctx.symlink("lib/libpython{}.so.1.0".format(version), "lib/libpython{}.so".format(version))
    for name in ["lib/libpython3.so", "lib/libtcl8.6.so", "lib/libtk8.6.so"]:  # nothing needs a library of that soname
        rctx.symlink(base.get_child("lib/glibc/libutil.so.1"), name)
    for name in _EXTRAS:
        rctx.file(name.format(version = version), "this stands for what a hermetic Python has here\n")
    rctx.file("STANDALONE_INTERPRETER", "")
    rctx.file("WORKSPACE")
    rctx.file("BUILD.bazel", (_NEW if has_own_rules(rctx) else _OLD).format(version = version) + _TOOLCHAIN)

hermetic_layout = repository_rule(
    implementation = _impl,
    doc = "`@NAME//:toolchain` has the files of a Python of this machine as rules_python has those of its hermetic ones.",
    attrs = _ATTRS,
    local = True,
)
