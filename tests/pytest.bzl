"""Tests written for pytest."""

load("@pypi//:requirements.bzl", "requirement")
load("@rules_python//python:defs.bzl", "py_test")

def pytest_test(name, srcs, deps = [], args = [], **kwargs):
    """A `py_test` that runs pytest on its sources, with warnings as errors.

    Args:
      name: of the target.
      srcs: what pytest collects tests from. A `conftest.py` next to it goes here too.
      deps: as for `py_test`; pytest and hypothesis are there already.
      args: more arguments for pytest, before the sources.
      **kwargs: everything else that `py_test` takes.
    """
    main = Label("//tests:pytest_main.py")
    py_test(
        name = name,
        srcs = srcs + [main],
        main = main,
        args = args + ["$(rootpaths {})".format(src) for src in srcs if not src.endswith("conftest.py")],
        deps = deps + [
            requirement("hypothesis"),
            requirement("pytest"),
        ],
        **kwargs
    )
