"""A repository that holds one wheel from PyPI.

Fetched by pip, so that it comes from wherever pip on this machine is told to look (PIP_INDEX_URL, pip.conf), and so that
no address of an index stands in this repository.
"""

_NO_PIP = """\
{repository} needs a Python 3 with pip on the PATH to fetch {requirement}, and found {found}. Install them (for example \
the packages python3 and python3-pip), or put one on the PATH.
"""

_PIP_FAILED = """\
pip could not fetch {requirement} for {repository}. Either the index cannot be reached (look at PIP_INDEX_URL, PIP_CERT \
and the proxy settings), or what it has does not have the sha256 {sha256}. pip said:
{output}
"""

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

_ATTRS = {
    "platforms": attr.string_list(doc = "Of a wheel with native code: the platforms in its name, as pip takes them, `manylinux_2_28_aarch64`. Default: a wheel for this machine."),
    "python": attr.string(doc = "Of such a wheel: the version of CPython that it is for, `3.14`."),
    "requirement": attr.string(mandatory = True, doc = "Name and version, `pyelftools==0.32`."),
    "sha256": attr.string(mandatory = True, doc = "Of the wheel, in hexadecimal."),
    "target": attr.string(default = "lib", doc = "Name of the `py_library` in the repository's top package."),
}

def _pypi_wheel_impl(rctx):
    python = rctx.which("python3")
    if not python or rctx.execute([python, "-m", "pip", "--version"]).return_code:
        fail(_NO_PIP.format(
            repository = rctx.name,
            requirement = rctx.attr.requirement,
            found = "{} without pip".format(python) if python else "no python3",
        ))

    rctx.file("requirements.txt", "{} --hash=sha256:{}\n".format(rctx.attr.requirement, rctx.attr.sha256))
    tags = ["--platform=" + platform for platform in rctx.attr.platforms]
    tags += ["--implementation=cp", "--python-version=" + rctx.attr.python] if rctx.attr.python else []
    result = rctx.execute(
        [python, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes", "--only-binary=:all:"] +
        ["--disable-pip-version-check", "--dest=download", "--requirement=requirements.txt"] + tags,
    )
    if result.return_code:
        fail(_PIP_FAILED.format(
            repository = rctx.name,
            requirement = rctx.attr.requirement,
            sha256 = rctx.attr.sha256,
            output = result.stderr,
        ))

    wheel = rctx.path("download").readdir()[0]
    result = rctx.execute([python, "-c", _UNPACK, wheel])
    if result.return_code:
        fail("{} cannot be unpacked:\n{}".format(wheel, result.stderr))
    rctx.delete("download")
    rctx.delete("requirements.txt")
    rctx.file("WORKSPACE")
    rctx.file("BUILD.bazel", _BUILD.format(name = rctx.attr.target))

pypi_wheel = repository_rule(
    implementation = _pypi_wheel_impl,
    doc = "One wheel from PyPI, as a `py_library`.",
    attrs = _ATTRS,
)
