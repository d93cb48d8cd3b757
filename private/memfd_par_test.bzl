"""memfd_par_test: a test as one file."""

load(":par.bzl", "PAR_ATTRS", "par_impl")
load(":repo_mapping.bzl", "declare_repo_mapping")
load(":toolchain_types.bzl", "PAR_TOOLCHAIN", "PYTHON_TOOLCHAIN")

_memfd_par_test = rule(
    implementation = par_impl,
    doc = "A memfd_par_binary that `bazel test` runs.",
    attrs = PAR_ATTRS,
    test = True,
    toolchains = [PAR_TOOLCHAIN, PYTHON_TOOLCHAIN],
)

def memfd_par_test(name, args = [], **kwargs):
    """A test that runs from one file, as the program that it tests will; it passes if it exits with 0.

    Args:
        name: of the target; the file is `NAME.par`.
        args: arguments that come before those of `--test_arg`. They are part of the par.
        **kwargs: the attributes of memfd_par_binary, and Bazel's common ones for tests.
    """
    _memfd_par_test(
        name = name,
        par = name + ".par",
        par_args = args,
        repo_mapping = declare_repo_mapping(name, kwargs, True),
        **kwargs
    )
