"""What a WORKSPACE needs for memfd_par. (With bzlmod, MODULE.bazel says it.)"""

load("@bazel_tools//tools/build_defs/repo:http.bzl", "http_archive")
load("@bazel_tools//tools/build_defs/repo:utils.bzl", "maybe")
load("//private:pypi_wheel.bzl", "pypi_wheel")

# It declares repositories, so there is nothing for a name to name.
# buildifier: disable=unnamed-macro
def memfd_par_dependencies():
    """Declares the repositories that memfd_par needs and the workspace does not have yet, and registers its toolchain."""
    maybe(
        http_archive,
        name = "rules_python",
        sha256 = "a5640fddd4beb03e8c1fde5ed7160c0ba6bd477e7d048661c30c06936a26fd63",
        strip_prefix = "rules_python-0.22.1",
        url = "https://github.com/bazelbuild/rules_python/releases/download/0.22.1/rules_python-0.22.1.tar.gz",
    )
    maybe(
        http_archive,
        name = "rules_cc",
        sha256 = "65b67b81c6da378f136cc7e7e14ee08d5b9375973427eceb8c773a4f69fa7e49",
        strip_prefix = "rules_cc-0.0.10",
        url = "https://github.com/bazelbuild/rules_cc/releases/download/0.0.10/rules_cc-0.0.10.tar.gz",
    )
    maybe(
        http_archive,
        name = "bazel_skylib",
        sha256 = "3b5b49006181f5f8ff626ef8ddceaa95e9bb8ad294f7b5d7b11ea9f7ddaf8c59",
        url = "https://github.com/bazelbuild/bazel-skylib/releases/download/1.9.0/bazel-skylib-1.9.0.tar.gz",
    )
    maybe(
        http_archive,
        name = "platforms",
        sha256 = "3384eb1c30762704fbe38e440204e114154086c8fc8a8c2e3e28441028c019a8",
        url = "https://github.com/bazelbuild/platforms/releases/download/1.0.0/platforms-1.0.0.tar.gz",
    )
    maybe(
        pypi_wheel,
        name = "memfd_par_pyelftools",
        requirement = "pyelftools==0.32",
        sha256 = "013df952a006db5e138b1edf6d8a68ecc50630adbd0d83a2d41e7f846163d738",
    )

    # rules_python 0.22.1 parses requirements with a setuptools that does not run on CPython 3.12 and newer.
    # Declared before its own, these are the ones that it uses.
    maybe(
        pypi_wheel,
        name = "pypi__setuptools",
        requirement = "setuptools==80.9.0",
        sha256 = "062d34222ad13e0cc312a4c02d73f059e86a4acbfbdea8f8f76b28c99f306922",
    )
    maybe(
        pypi_wheel,
        name = "pypi__pip",
        requirement = "pip==25.3",
        sha256 = "9655943313a94722b7774661c21049070f6bbb0a1516bf02f7c8d5d9201514cd",
    )

    native.register_toolchains("@memfd_par//toolchain:all")
