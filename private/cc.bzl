"""Compiling C, and linking it, by rules that have no cc_library for it: each object has its own flags, and no output is for others."""

load("@rules_cc//cc/common:cc_common.bzl", "cc_common")

def cc_compile(ctx, toolchain, name, srcs, hdrs, copts, includes = [], pic = False):
    """Compiles C sources.

    Args:
        ctx: the rule's, whose fragments have `cpp`.
        toolchain: of find_cc_toolchain.
        name: of the compilation, unlike any other in the package.
        srcs: files.
        hdrs: files.
        copts: flags.
        includes: paths of folders with headers of the system's.
        pic: whether the objects go into a shared library.

    Returns:
        The feature configuration, for cc_link, and the CcCompilationOutputs.
    """
    features = cc_common.configure_features(
        ctx = ctx,
        cc_toolchain = toolchain,
        requested_features = ctx.features,
        unsupported_features = ctx.disabled_features,
    )
    _, objects = cc_common.compile(
        name = name,
        actions = ctx.actions,
        cc_toolchain = toolchain,
        disallow_nopic_outputs = pic,
        feature_configuration = features,
        private_hdrs = hdrs,
        srcs = srcs,
        system_includes = includes,
        user_compile_flags = copts,
    )
    return features, objects

def cc_link(ctx, toolchain, features, name, objects, linkopts):
    """Links an executable.

    Args:
        ctx: the rule's.
        toolchain: of find_cc_toolchain.
        features: of cc_compile.
        name: of the output.
        objects: of cc_compile.
        linkopts: flags.

    Returns:
        The file.
    """
    return _link(ctx, toolchain, features, name, objects, linkopts, "executable").executable

def cc_link_shared(ctx, toolchain, features, name, objects, linkopts):
    """Links a shared library.

    Args:
        ctx: the rule's.
        toolchain: of find_cc_toolchain.
        features: of cc_compile.
        name: of the output, without `lib` and `.so`.
        objects: of cc_compile, with `pic`.
        linkopts: flags.

    Returns:
        The file, no link to it.
    """
    linked = _link(ctx, toolchain, features, name, objects, linkopts, "dynamic_library").library_to_link
    return linked.resolved_symlink_dynamic_library or linked.dynamic_library

def _link(ctx, toolchain, features, name, objects, linkopts, output_type):
    return cc_common.link(
        name = name,
        actions = ctx.actions,
        cc_toolchain = toolchain,
        compilation_outputs = objects,
        feature_configuration = features,
        output_type = output_type,
        user_link_flags = linkopts,
    )
