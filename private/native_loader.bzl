"""The image loader in C, as a shared library for the target's machine; nothing where there is no C compiler."""

load("@rules_cc//cc:find_cc_toolchain.bzl", "find_cc_toolchain", "use_cc_toolchain")
load("@rules_cc//cc/common:cc_common.bzl", "cc_common")

_DOC = """\
Compiles the image loader by the C toolchain of the target platform. Its only file is the library; where no C toolchain is
found it has none, and pars load native code by the runtime's own Python (tier `plain`).
"""

_ATTRS = {
    "hdrs": attr.label_list(
        doc = "Headers.",
        allow_files = [".h"],
    ),
    "srcs": attr.label_list(
        doc = "C sources.",
        allow_files = [".c"],
    ),
}

# glibc of any policy has what is used, as long as the linker does not bind it to newer versions (versions.h).
_COPTS = ["-std=c11", "-O2", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fvisibility=hidden"]

def _impl(ctx):
    toolchain = find_cc_toolchain(ctx, mandatory = False)
    if not toolchain:
        return [DefaultInfo()]
    features = cc_common.configure_features(
        ctx = ctx,
        cc_toolchain = toolchain,
        requested_features = ctx.features,
        unsupported_features = ctx.disabled_features,
    )
    _, objects = cc_common.compile(
        name = ctx.label.name,
        actions = ctx.actions,
        cc_toolchain = toolchain,
        disallow_nopic_outputs = True,
        feature_configuration = features,
        private_hdrs = ctx.files.hdrs,
        srcs = ctx.files.srcs,
        user_compile_flags = _COPTS,
    )
    linked = cc_common.link(
        name = "memfd_par_" + ctx.label.name,
        actions = ctx.actions,
        cc_toolchain = toolchain,
        compilation_outputs = objects,
        feature_configuration = features,
        output_type = "dynamic_library",
        user_link_flags = ["-Wl,-z,now", "-Wl,--as-needed"],
    )
    return [DefaultInfo(files = depset([linked.library_to_link.resolved_symlink_dynamic_library or linked.library_to_link.dynamic_library]))]

native_loader = rule(
    implementation = _impl,
    doc = _DOC,
    attrs = _ATTRS,
    fragments = ["cpp"],
    toolchains = use_cc_toolchain(),
)
