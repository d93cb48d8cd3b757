"""Repositories with interpreters that pars can carry, for WORKSPACE and MODULE.bazel."""

load("//private:local_interpreter.bzl", _local_interpreter = "local_interpreter")

memfd_par_local_interpreter = _local_interpreter
