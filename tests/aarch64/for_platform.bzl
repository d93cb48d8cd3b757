"""A par that is built for another machine than the rest of the workspace."""

_PLATFORMS = "//command_line_option:platforms"
_TOOLCHAINS = "//command_line_option:extra_toolchains"

def _for_platform(settings, attr):
    return {
        _PLATFORMS: str(attr.platform),
        _TOOLCHAINS: [str(toolchain) for toolchain in attr.toolchains_first] + settings[_TOOLCHAINS],
    }

_transition = transition(
    implementation = _for_platform,
    inputs = [_TOOLCHAINS],
    outputs = [
        _PLATFORMS,
        _TOOLCHAINS,
    ],
)

def _impl(ctx):
    par = ctx.actions.declare_file(ctx.label.name + ".par")
    ctx.actions.symlink(output = par, target_file = ctx.executable.par, is_executable = True)
    return [DefaultInfo(executable = par, files = depset([par]))]

for_platform = rule(
    implementation = _impl,
    doc = "`NAME.par`, as `--platforms` and `--extra_toolchains` on the command line would build the target.",
    attrs = {
        "par": attr.label(
            doc = "A memfd_par_binary.",
            cfg = _transition,
            executable = True,
            mandatory = True,
        ),
        "platform": attr.label(
            doc = "To build for.",
            mandatory = True,
        ),
        "toolchains_first": attr.label_list(
            doc = "Toolchains to use, before those that are registered.",
            mandatory = True,
        ),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
    },
    executable = True,
)
