"""A repository that holds one wheel from PyPI."""

load(":pip_download.bzl", "DOWNLOAD_ATTRS", "pip_download")

_UNPACK = "import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall()"

_BUILD = """\
load("@rules_python//python:defs.bzl", "py_library")

package(default_visibility = ["//visibility:public"])

py_library(
    name = "{name}",
    srcs = glob(["**/*.py"]),
    data = glob(
        ["**/*"],
        exclude = [
            "**/*.py",
            "**/* *",
            "BUILD.bazel",
            "WORKSPACE",
        ],
    ),
    imports = ["."],
)
"""

_ATTRS = DOWNLOAD_ATTRS | {
    "platforms": attr.string_list(doc = "Of a wheel with native code: the platforms in its name, as pip takes them, `manylinux_2_28_aarch64`. Default: a wheel for this machine."),
    "python": attr.string(doc = "Of such a wheel: the version of CPython that it is for, `3.14`."),
    "target": attr.string(default = "lib", doc = "Name of the `py_library` in the repository's top package."),
}

def _pypi_wheel_impl(rctx):
    tags = ["--platform=" + platform for platform in rctx.attr.platforms]
    tags += ["--implementation=cp", "--python-version=" + rctx.attr.python] if rctx.attr.python else []
    python, wheel = pip_download(rctx, ["--only-binary=:all:"] + tags)
    result = rctx.execute([python, "-c", _UNPACK, wheel])
    if result.return_code:
        fail("{} cannot be unpacked:\n{}".format(wheel, result.stderr))
    rctx.delete("download")
    rctx.file("WORKSPACE")
    rctx.file("BUILD.bazel", _BUILD.format(name = rctx.attr.target))

pypi_wheel = repository_rule(
    implementation = _pypi_wheel_impl,
    doc = "One wheel from PyPI, as a `py_library`.",
    attrs = _ATTRS,
)
