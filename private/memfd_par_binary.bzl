"""memfd_par_binary: a program as one file."""

load(":par.bzl", "PAR_ATTRS", "par_impl")
load(":repo_mapping.bzl", "declare_repo_mapping")
load(":toolchain_types.bzl", "PAR_TOOLCHAIN", "PYTHON_TOOLCHAIN")

_DOC = """\
A Python program, with its libraries and native code, as one executable file that starts without unpacking anything.

`NAME.par` is the file: copy it anywhere. `bazel run` runs it.

```starlark
load("@memfd_par//:defs.bzl", "memfd_par_binary")

memfd_par_binary(
    name = "report",
    srcs = ["report.py"],
    deps = ["@pypi//pandas"],
)
```

Native code in wheels needs no attribute. Libraries that Bazel builds are attached by `native_libs`, and extension
modules by `extension_modules`:

```starlark
memfd_par_binary(
    name = "solver",
    srcs = ["solver.py"],
    extension_modules = {":fast_cc": "solver._fast"},
    native_libs = [":blas_shared"],
)
```
"""

# A public name, so that docs/ can show its attributes.
memfd_par_binary_rule = rule(
    implementation = par_impl,
    doc = _DOC,
    attrs = PAR_ATTRS,
    executable = True,
    toolchains = [PAR_TOOLCHAIN, PYTHON_TOOLCHAIN],
)

def memfd_par_binary(name, args = [], **kwargs):
    """A Python program as one executable file, `NAME.par`.

    Args:
        name: of the target; the file is `NAME.par`.
        args: arguments that come before the caller's own. They are part of the par, not only of `bazel run`.
        **kwargs: the attributes of the rule (docs/rules.md) and Bazel's common ones.
    """
    memfd_par_binary_rule(
        name = name,
        par = name + ".par",
        par_args = args,
        repo_mapping = declare_repo_mapping(name, kwargs, kwargs.get("testonly")),
        **kwargs
    )
