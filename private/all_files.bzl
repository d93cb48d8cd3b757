"""The files of a package, for tests that look at every file."""

# What tools leave behind, and what git ignores.
_NO_SOURCES = [
    "**/.*_cache/**",
    "**/.hypothesis/**",
    "**/__pycache__/**",
    ".*_cache",
    ".git",
    ".venv",
    "bazel-*",
    "user.bazelrc",
]

def all_files(name):
    """A filegroup of the package's files and of the packages below it.

    Each of those has to have such a target too: a new package that forgets it breaks the build, so that no test overlooks it.

    Args:
        name: `all_files`, in every package.
    """

    # Not just "**", which would walk through bazel-out as well.
    tops = native.glob(["*"], exclude = _NO_SOURCES, exclude_directories = 0)
    prefix = native.package_name() + "/" if native.package_name() else ""
    packages = native.subpackages(
        include = ["*"] + [top + "/**" for top in tops],
        exclude = _NO_SOURCES,
        allow_empty = True,
    )
    native.filegroup(
        name = name,
        srcs = native.glob(["*"] + [top + "/**" for top in tops], allow_empty = True, exclude = _NO_SOURCES) +
               ["//" + prefix + package + ":" + name for package in packages],
        visibility = ["//:__subpackages__"],
    )
