"""A rule as some repositories have: it hands on a Python library under an attribute that only itself knows."""

load("@rules_python//python:py_info.bzl", "PyInfo")

def _impl(ctx):
    return [
        DefaultInfo(runfiles = ctx.attr.around[DefaultInfo].default_runfiles),
        ctx.attr.around[PyInfo],
    ]

wrap = rule(
    implementation = _impl,
    attrs = {"around": attr.label(providers = [PyInfo])},
)
