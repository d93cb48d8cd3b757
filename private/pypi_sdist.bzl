"""A repository that holds a folder of a source distribution from PyPI, such as that of its tests.

pip asks the source distribution's build backend for its metadata, for which many need a compiler or a network. As nothing is
built here, a backend that reads PKG-INFO answers in their place.
"""

load(":pip_download.bzl", "DOWNLOAD_ATTRS", "pip_download")

_NO_FOLDER = "{repository}: the source distribution of {requirement} has no folder {folder}. It has: {folders}."

_BACKEND = """\
import email.parser
import os
import shutil
import sys


def get_requires_for_build_wheel(config_settings=None):
    return []


def prepare_metadata_for_build_wheel(folder, config_settings=None):
    with open("PKG-INFO", encoding="utf-8") as file:
        facts = email.parser.Parser().parse(file)
    name = "%s-%s.dist-info" % (facts["Name"].replace("-", "_"), facts["Version"])
    os.mkdir(os.path.join(folder, name))
    shutil.copyfile("PKG-INFO", os.path.join(folder, name, "METADATA"))
    return name


__legacy__ = sys.modules[__name__]
"""

# What pyproject.toml may call its backend, as files on the path.
_BACKENDS = ["maturin.py", "mesonpy.py", "setuptools/build_meta.py"]

_UNPACK = """\
import os, sys, tarfile
archive, folder, target = sys.argv[1:]
with tarfile.open(archive) as file:
    folders = {os.path.dirname(name.partition("/")[2]) for name in file.getnames()} - {""}
    if folder not in folders:
        sys.exit(", ".join(sorted(name for name in folders if name.count("/") < 2)))
    file.extractall("unpacked", filter="data")
os.makedirs(os.path.dirname(os.path.abspath(target)), exist_ok=True)
os.rename(os.path.join("unpacked", os.listdir("unpacked")[0], folder), target)
"""

_BUILD = """\
load("@rules_python//python:defs.bzl", "py_library")

package(default_visibility = ["//visibility:public"])

filegroup(
    name = "files",
    srcs = glob(["root/**"]),
)

py_library(
    name = "lib",
    srcs = glob(["root/**/*.py"]),
    data = glob(
        ["root/**"],
        exclude = ["root/**/*.py"],
    ),
    imports = ["root"],
)
"""

_ATTRS = DOWNLOAD_ATTRS | {
    "folder": attr.string(mandatory = True, doc = "The folder of the source distribution that is kept."),
    "package": attr.string(mandatory = True, doc = "The dotted name of the package that it is."),
}

def _pypi_sdist_impl(rctx):
    for path in _BACKENDS:
        rctx.file("backends/" + path, _BACKEND)
    python, archive = pip_download(
        rctx,
        ["--no-binary=:all:", "--no-build-isolation"],
        {"PYTHONPATH": str(rctx.path("backends"))},
    )
    target = "root/" + rctx.attr.package.replace(".", "/")
    result = rctx.execute([python, "-c", _UNPACK, archive, rctx.attr.folder, target])
    if result.return_code:
        fail(_NO_FOLDER.format(
            repository = rctx.name,
            requirement = rctx.attr.requirement,
            folder = rctx.attr.folder,
            folders = result.stderr.strip(),
        ))
    for path in ["backends", "download", "unpacked"]:
        rctx.delete(path)
    rctx.file("WORKSPACE")
    rctx.file("BUILD.bazel", _BUILD)

pypi_sdist = repository_rule(
    implementation = _pypi_sdist_impl,
    doc = "One folder of a source distribution, as a `py_library` and as files.",
    attrs = _ATTRS,
)
