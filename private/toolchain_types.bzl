"""The toolchains that a par takes."""

PAR_TOOLCHAIN = "//toolchain:type"
PYTHON_TOOLCHAIN = "@rules_python//python:toolchain_type"
