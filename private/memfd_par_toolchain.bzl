"""The toolchain that makes pars."""

load(":digest.bzl", "run_digest")
load(":providers.bzl", "MemfdParInterpreterInfo", "MemfdParToolchainInfo")

_DOC = """\
Names what makes a par: the packer, the runtime that each par carries, the launcher that it begins with, and the
defaults of the rules' attributes. Register one of your own before memfd_par's to swap any of them:

```starlark
memfd_par_toolchain(
    name = "par_impl",
    machine = "x86_64",
    policy = "manylinux_2_34",  # all of our machines are that new
)

toolchain(
    name = "par",
    target_compatible_with = ["@platforms//os:linux", "@platforms//cpu:x86_64"],
    toolchain = ":par_impl",
    toolchain_type = "@memfd_par//toolchain:type",
)
```
"""

_ATTRS = {
    "interpreter": attr.label(
        doc = "The interpreter that pars can carry; a carried_interpreter. The default is that of the Python toolchain.",
        default = "//runtime/launcher:interpreter",
        providers = [MemfdParInterpreterInfo],
    ),
    "interpreter_args": attr.string_list(
        doc = "Interpreter options for every par, before the target's own `interpreter_args`.",
    ),
    "launcher": attr.label(
        doc = "The templates preamble.sh, start.py and main.py.",
        allow_files = True,
        default = "//runtime/launcher",
    ),
    "loader": attr.label(
        doc = "The image loader in C, by which processes share the pages of native code; a native_loader. Where it has no files (a filegroup without sources), or there is no C toolchain, native code is copied into memory whole.",
        allow_files = True,  # with a kind of files, Bazel refuses a target that has none
        default = "//runtime/native:loader",
    ),
    "machine": attr.string(
        doc = "The machine that native members must be for, as `uname -m` prints it there.",
        mandatory = True,
    ),
    "packer": attr.label(
        doc = "The program that writes a par.",
        cfg = "exec",
        default = "//packer",
        executable = True,
    ),
    "policy": attr.string(
        doc = "The manylinux policy (PEP 600) of targets that name none: which system libraries, and which glibc, a machine is trusted to have.",
        default = "manylinux_2_28",
    ),
    "runtime": attr.label(
        doc = "The sources of the Python package `memfd_par`.",
        allow_files = [".py"],
        default = "//runtime:sources",
    ),
}

def _impl(ctx):
    runtime = ctx.attr.runtime[DefaultInfo].files
    loader = ctx.attr.loader[DefaultInfo].files if ctx.attr.loader else depset()
    packer = ctx.attr.packer[DefaultInfo].files_to_run
    digest = ctx.actions.declare_file(ctx.label.name + ".runtime-digest")
    run_digest(ctx, packer, depset(transitive = [runtime, loader]), digest, -1)
    interpreter = ctx.attr.interpreter[MemfdParInterpreterInfo]
    interpreter_digests = []
    if interpreter.launcher:
        for level in range(3):
            output = ctx.actions.declare_file("{}.interpreter-{}.digest".format(ctx.label.name, level))
            run_digest(ctx, packer, interpreter.digested, output, level)
            interpreter_digests.append(output)
    return [platform_common.ToolchainInfo(
        memfd_par = MemfdParToolchainInfo(
            interpreter = interpreter,
            interpreter_digests = interpreter_digests,
            interpreter_args = ctx.attr.interpreter_args,
            label = ctx.label,
            launcher = ctx.attr.launcher[DefaultInfo].files,
            loader = loader,
            machine = ctx.attr.machine,
            packer = packer,
            policy = ctx.attr.policy,
            runtime = runtime,
            runtime_digest = digest,
        ),
    )]

memfd_par_toolchain = rule(
    implementation = _impl,
    doc = _DOC,
    attrs = _ATTRS,
)
