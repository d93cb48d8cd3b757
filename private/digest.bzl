"""Digests: what packing needs to know of files, worked out once for each dependency and shared by all pars.

`packer/digester.py` makes them: byte-code, facts about ELF files, checksums. Sources and data of a target are digested
apart, so that an edit of a source reads no data again.
"""

load("@rules_python//python:py_info.bzl", "PyInfo")
load(":providers.bzl", "MemfdParDigestInfo")
load(":toolchain_types.bzl", "PAR_TOOLCHAIN")

_LEVELS = [0, 1, 2]

def run_digest(ctx, packer, files, output, optimize):
    """Declares the action that digests files.

    Args:
        ctx: the context of a rule or an aspect.
        packer: FilesToRunProvider of the packer.
        files: depset[File] to digest.
        output: File to write.
        optimize: int, the optimisation level; -1 for the runtime.
    """
    args = ctx.actions.args()
    args.add("digest")
    args.add(output, format = "--output=%s")
    args.add(optimize, format = "--optimize=%s")
    listed = ctx.actions.args()
    listed.set_param_file_format("multiline")
    listed.use_param_file("--files=%s", use_always = True)
    listed.add_all(files, uniquify = True)
    ctx.actions.run(
        executable = packer,
        arguments = [args, listed],
        inputs = files,
        outputs = [output],
        mnemonic = "MemfdParDigest",
        progress_message = "Digesting %{label}",
    )

def digests(ctx, packer, parts, targets):
    """Digests of files, together with those of other targets.

    Only those of the level that a par asks for are ever made.

    Args:
        ctx: the context of a rule or an aspect.
        packer: FilesToRunProvider of the packer.
        parts: dict[str, depset[File]], the files to digest by the names of their digests.
        targets: list[Target], some of which have MemfdParDigestInfo.

    Returns:
        MemfdParDigestInfo.
    """
    others = [target[MemfdParDigestInfo].digests for target in targets if MemfdParDigestInfo in target]
    by_level = []
    for level in _LEVELS:
        own = []
        for part, files in parts.items():
            output = ctx.actions.declare_file("_memfd_par/{}.{}-{}.digest".format(ctx.label.name, part, level))
            run_digest(ctx, packer, files, output, level)
            own.append(output)
        by_level.append(depset(own, transitive = [other[level] for other in others]))
    return MemfdParDigestInfo(digests = by_level, label = ctx.label)

def undigested(targets):
    """The files that targets without digests of their own, such as source files, give a par.

    Args:
        targets: list[Target], seen through digest_aspect.

    Returns:
        depset[File], or None where there is no such target.
    """
    files = [_carried(target) for target in targets if MemfdParDigestInfo not in target]
    return depset(transitive = files) if files else None

def _carried(target):
    info = target[DefaultInfo]
    return depset(transitive = [info.files] + ([info.default_runfiles.files] if info.default_runfiles else []))

def _targets(ctx, attribute):
    value = getattr(ctx.rule.attr, attribute, None)
    return [target for target in value if type(target) == "Target"] if type(value) == "list" else []

def _impl(target, ctx):
    toolchain = ctx.toolchains[PAR_TOOLCHAIN]
    if not toolchain:  # on another platform than the par, by a transition: the packer digests what it carries of it
        return []
    packer = toolchain.memfd_par.packer
    if PyInfo not in target:
        # A cc_import's files do not have the library that it names.
        imported = depset(getattr(ctx.rule.files, "shared_library", []))
        return [digests(ctx, packer, {"files": depset(transitive = [imported, _carried(target)])}, [])]
    sources = getattr(ctx.rule.files, "srcs", [])
    parts = {"sources": depset(sources) if sources else target[DefaultInfo].files}
    data = undigested(_targets(ctx, "data"))
    if data:
        parts["data"] = data
    return [digests(ctx, packer, parts, _targets(ctx, "deps") + _targets(ctx, "data"))]

digest_aspect = aspect(
    implementation = _impl,
    doc = "Declares the digests of what a par depends on.",
    attr_aspects = ["data", "deps"],
    # Not every target below is on a platform that pars are for.
    toolchains = [config_common.toolchain_type(PAR_TOOLCHAIN, mandatory = False)],
)
