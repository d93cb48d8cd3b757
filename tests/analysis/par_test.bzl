"""What memfd_par_binary makes: one executable file, one action, providers for others."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//:defs.bzl", "MemfdParInfo")

def _action(env, mnemonic):
    actions = [action for action in analysistest.target_actions(env) if action.mnemonic == mnemonic]
    asserts.equals(env, 1, len(actions), "there should be one action " + mnemonic)
    return actions[0]

def _written(env, suffix):
    """The text of the file that ends with `suffix`, as the action that writes it has it."""
    for action in analysistest.target_actions(env):
        if action.mnemonic.endswith("Write") and action.outputs.to_list()[0].basename.endswith(suffix):
            return action.content
    analysistest.fail(env, "nothing writes *" + suffix)
    return ""

def _providers_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    name = target.label.name
    par = target[DefaultInfo].files_to_run.executable
    asserts.equals(env, name + ".par", par.basename)
    asserts.equals(env, [par], target[DefaultInfo].files.to_list())
    asserts.equals(env, [], [
        file
        for file in target[DefaultInfo].default_runfiles.files.to_list()
        if file != par
    ], "a par needs no runfiles")

    info = target[MemfdParInfo]
    asserts.equals(env, ["label", "manifest", "par", "policy"], sorted([f for f in dir(info) if f not in ("to_json", "to_proto")]))
    asserts.equals(env, target.label, info.label)
    asserts.equals(env, par, info.par)
    asserts.equals(env, "manylinux_2_28", info.policy)
    asserts.equals(env, name + ".par-manifest", info.manifest.basename)
    asserts.equals(env, [info.manifest], target[OutputGroupInfo].par_manifest.to_list())
    return analysistest.end(env)

providers_test = analysistest.make(_providers_impl)

def _action_impl(ctx):
    env = analysistest.begin(ctx)
    pack = _action(env, "MemfdParPack")
    target = analysistest.target_under_test(env)
    asserts.equals(env, [target[MemfdParInfo].par], pack.outputs.to_list())
    asserts.equals(env, ctx.attr.argv, [
        arg
        for arg in pack.argv[1:]
        if not arg.startswith((
            "--output=",
            "--manifest=",
            "--runtime=",
            "--runtime_digest=",
            "--digest=",
            "--launcher=",
            "--loader=",
            "--machine=",
            "--interpreter_path=",
            "--repo_mapping=",
        ))
    ])
    mapping = [arg.partition("=")[2] for arg in pack.argv if arg.startswith("--repo_mapping=")]
    asserts.equals(env, mapping, [file.path for file in pack.inputs.to_list() if file.path.endswith(".repo_mapping")])
    return analysistest.end(env)

_action_test = analysistest.make(_action_impl, attrs = {"argv": attr.string_list(mandatory = True)})

def action_test(name, argv, **kwargs):
    """Tests what the packer is told, beside the files."""
    _action_test(
        name = name,
        argv = argv,
        **kwargs
    )

def _digests_impl(ctx):
    env = analysistest.begin(ctx)
    bin_dir = analysistest.target_bin_dir_path(env) + "/"
    pack = _action(env, "MemfdParPack")
    asserts.equals(env, sorted(ctx.attr.digests), sorted([
        arg.removeprefix("--digest=").removeprefix(bin_dir)
        for arg in pack.argv
        if arg.startswith("--digest=")
    ]))
    inputs = [file.short_path for file in pack.inputs.to_list()]
    for digest in ctx.attr.digests + ["toolchain/x86_64_impl.runtime-digest"]:
        asserts.true(env, digest in inputs, digest + " should be an input of the packer")
    own = {
        action.outputs.to_list()[0].short_path: sorted([
            file.short_path
            for file in action.inputs.to_list()
            if file.extension != "params" and "packer" not in file.short_path and file.short_path in ctx.attr.files
        ])
        for action in analysistest.target_actions(env)
        if action.mnemonic == "MemfdParDigest"
    }
    for digest, files in ctx.attr.own.items():
        asserts.equals(env, sorted(files), own[digest])
    return analysistest.end(env)

digests_test = analysistest.make(
    _digests_impl,
    attrs = {
        "digests": attr.string_list(mandatory = True, doc = "All digests that the packer is given."),
        "files": attr.string_list(doc = "Files of which `own` tells the digest."),
        "own": attr.string_list_dict(doc = "By digest: those of `files` that it is made of."),
    },
)

def _manifest_impl(ctx):
    env = analysistest.begin(ctx)
    bin_dir = analysistest.target_bin_dir_path(env)
    lines = [
        line.replace(bin_dir, "BIN")
        for line in _written(env, ".par-manifest").splitlines()
    ]
    asserts.equals(env, sorted(ctx.attr.lines), sorted(lines))
    return analysistest.end(env)

manifest_test = analysistest.make(
    _manifest_impl,
    attrs = {"lines": attr.string_list(mandatory = True, doc = "All lines, in any order; BIN is the folder of outputs.")},
)

def _import_order_impl(ctx):
    env = analysistest.begin(ctx)
    imports = [line[2:] for line in _written(env, ".par-manifest").splitlines() if line.startswith("I\t")]
    asserts.equals(env, ctx.attr.imports, imports)
    return analysistest.end(env)

import_order_test = analysistest.make(_import_order_impl, attrs = {"imports": attr.string_list(mandatory = True)})

def _swapped_impl(ctx):
    env = analysistest.begin(ctx)
    pack = _action(env, "MemfdParPack")
    asserts.true(env, pack.argv[0].endswith("/tests/analysis/other_packer"), pack.argv[0])
    for argument in [
        "--policy=manylinux_2_34",
        "--machine=riscv64",
        "--launcher=tests/analysis/other_preamble.sh",
        "--runtime=tests/analysis/program.py",
        "--interpreter_arg=-u",
    ]:
        asserts.true(env, argument in pack.argv, "{} should be in {}".format(argument, pack.argv))
    asserts.equals(env, "manylinux_2_34", analysistest.target_under_test(env)[MemfdParInfo].policy)
    return analysistest.end(env)

swapped_toolchain_test = analysistest.make(
    _swapped_impl,
    config_settings = {"//command_line_option:extra_toolchains": "//tests/analysis:other_toolchain"},
)

def _version_impl(ctx):
    env = analysistest.begin(ctx)
    versions = [arg for arg in _action(env, "MemfdParPack").argv if arg.startswith("--python_version=")]
    asserts.equals(env, ["--python_version=" + ctx.attr.version], versions)
    return analysistest.end(env)

# Its py_runtime names no version.
carried_version_test = analysistest.make(
    _version_impl,
    attrs = {"version": attr.string(mandatory = True)},
    config_settings = {"//command_line_option:extra_toolchains": "@static_3_14//:toolchain"},
)
