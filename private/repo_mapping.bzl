"""The names by which repositories know each other, where modules (bzlmod) rename them."""

_DOC = """\
Bazel tells the mapping of a program's runfiles only, so this is one that nobody runs, with the par's dependencies as its
runfiles.
"""

def _impl(ctx):
    program = ctx.actions.declare_file(ctx.label.name + ".sh")
    ctx.actions.write(program, "", is_executable = True)
    runfiles = ctx.runfiles(files = ctx.files.targets)
    return [DefaultInfo(
        executable = program,
        runfiles = runfiles.merge_all([target[DefaultInfo].default_runfiles for target in ctx.attr.targets]),
    )]

_repo_mapping = rule(
    implementation = _impl,
    doc = _DOC,
    attrs = {
        "targets": attr.label_list(
            doc = "What the par depends on.",
            allow_files = True,
        ),
    },
    executable = True,
)

# Attributes that decide where and for whom a target can be built.
_COMMON = ["compatible_with", "exec_compatible_with", "restricted_to", "target_compatible_with"]

def declare_repo_mapping(name, kwargs, testonly):
    """Declares the target that `mapping_of` asks, `NAME.repo_mapping`.

    Args:
        name: of the par's target.
        kwargs: the par's attributes.
        testonly: whether only tests may depend on it.

    Returns:
        Its label.
    """
    _repo_mapping(
        name = name + ".repo_mapping",
        targets = (kwargs.get("deps") or []) + (kwargs.get("data") or []),
        tags = ["manual"],
        testonly = testonly,
        visibility = ["//visibility:private"],
        **{key: kwargs[key] for key in _COMMON if key in kwargs}
    )
    return ":" + name + ".repo_mapping"

def mapping_of(target):
    """The mapping's file.

    Args:
        target: what `declare_repo_mapping` has declared.

    Returns:
        File: lines of `repository,name,repository`; None without bzlmod.
    """
    return getattr(target[DefaultInfo].files_to_run, "repo_mapping_manifest", None)
