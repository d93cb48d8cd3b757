"""A Python toolchain that names its version, as newer rules_python's do."""

def _impl(_ctx):
    return [platform_common.ToolchainInfo(
        py3_runtime = struct(
            interpreter_path = "/usr/bin/python3.8",
            interpreter_version_info = struct(major = 3, minor = 8),
        ),
    )]

old_python = rule(implementation = _impl)
