"""A par that is built with another Python toolchain than the rest of the workspace."""

def _with_python(settings, attr):
    return {"//command_line_option:extra_toolchains": [str(attr.toolchain)] + settings["//command_line_option:extra_toolchains"]}

_transition = transition(
    implementation = _with_python,
    inputs = ["//command_line_option:extra_toolchains"],
    outputs = ["//command_line_option:extra_toolchains"],
)

def _impl(ctx):
    par = ctx.actions.declare_file(ctx.label.name + ".par")
    ctx.actions.symlink(output = par, target_file = ctx.executable.par, is_executable = True)
    return [DefaultInfo(executable = par, files = depset([par]))]

with_python = rule(
    implementation = _impl,
    doc = "`NAME.par`, of the same bytes as the target's own under that toolchain.",
    attrs = {
        "par": attr.label(
            doc = "A memfd_par_binary.",
            cfg = _transition,
            executable = True,
            mandatory = True,
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
