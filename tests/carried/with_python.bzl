"""A par that is built with another Python toolchain than the rest of the workspace, or for another machine."""

_PLATFORMS = "//command_line_option:platforms"
_TOOLCHAINS = "//command_line_option:extra_toolchains"

def _with_python(settings, attr):
    toolchains = ([attr.cc_toolchain] if attr.cc_toolchain else []) + [attr.toolchain]
    return {
        _PLATFORMS: str(attr.platform) if attr.platform else settings[_PLATFORMS],
        _TOOLCHAINS: [str(toolchain) for toolchain in toolchains] + settings[_TOOLCHAINS],
    }

_transition = transition(
    implementation = _with_python,
    inputs = [
        _PLATFORMS,
        _TOOLCHAINS,
    ],
    outputs = [
        _PLATFORMS,
        _TOOLCHAINS,
    ],
)

def _impl(ctx):
    par = ctx.actions.declare_file(ctx.label.name + ".par")
    ctx.actions.symlink(output = par, target_file = ctx.executable.par, is_executable = True)
    return [DefaultInfo(executable = par, files = depset([par]))]

with_python = rule(
    implementation = _impl,
    doc = "`NAME.par`, as `--extra_toolchains` and `--platforms` on the command line would build the target.",
    attrs = {
        "cc_toolchain": attr.label(
            doc = "A C toolchain to use before those that are registered.",
        ),
        "par": attr.label(
            doc = "A memfd_par_binary.",
            cfg = _transition,
            executable = True,
            mandatory = True,
        ),
        "platform": attr.label(
            doc = "To build for, if not for the one that the workspace is built for.",
        ),
        "toolchain": attr.label(
            doc = "A toolchain of the type @rules_python//python:toolchain_type.",
            mandatory = True,
        ),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
    },
    executable = True,
)
