"""The image loader in C, as a shared library for the target's machine; nothing where there is no C compiler."""

load("@rules_cc//cc:find_cc_toolchain.bzl", "find_cc_toolchain", "use_cc_toolchain")
load(":cc.bzl", "cc_compile", "cc_link_shared")

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
    features, objects = cc_compile(ctx, toolchain, ctx.label.name, ctx.files.srcs, ctx.files.hdrs, _COPTS, pic = True)
    loader = cc_link_shared(ctx, toolchain, features, "memfd_par_" + ctx.label.name, objects, ["-Wl,-z,now", "-Wl,--as-needed"])
    return [DefaultInfo(files = depset([loader]))]

native_loader = rule(
    implementation = _impl,
    doc = _DOC,
    attrs = _ATTRS,
    fragments = ["cpp"],
    toolchains = use_cc_toolchain(),
)
