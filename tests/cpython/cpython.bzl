"""CPython's own tests: a par that carries an interpreter runs them, and so does that interpreter where it is installed.

A difference in what becomes of any test is a failure, unless known.toml has it and says why.
"""

load("@rules_python//python:defs.bzl", "py_binary", "py_test")
load("//:defs.bzl", "memfd_par_binary")
load("//tests/carried:with_python.bzl", "with_python")

def cpython_tests(name, pythons, suites, quick, quick_pythons, include_stdlib):
    """Programs that compare, and tests that compare what takes little.

    Args:
        name: of the program that compares all suites. `NAME_PYTHON` compares those of one Python. Both are tagged `manual`.
        pythons: their repositories, from memfd_par_local_interpreter, by version.
        suites: modules and packages of `test`.
        quick: those of them that a test `NAME_PYTHON_test` runs,
        quick_pythons: for each of these versions.
        include_stdlib: what the tests need of the standard library beyond what usually goes into a par.
    """
    memfd_par_binary(
        name = name + ".par_of_any",
        srcs = ["interpreter_only.py"],
        include_stdlib = include_stdlib,
        interpreter = "carried",
        isolated = False,  # as the other one
        main = "interpreter_only.py",
        tags = ["manual"],  # needs a toolchain that can be carried
    )
    for version, repository in pythons.items():
        with_python(
            name = "python" + version,
            par = name + ".par_of_any",
            tags = ["manual"],
            toolchain = repository + "//:toolchain",
        )
        _comparison(py_binary, name + "_" + version, {version: repository}, suites, tags = ["manual"])
        if version in quick_pythons:
            _comparison(py_test, name + "_" + version + "_test", {version: repository}, suites, quick, size = "large")
    _comparison(py_binary, name, pythons, suites, tags = ["manual"])

def _comparison(rule, name, pythons, suites, chosen = [], **kwargs):
    args = ["--suite=" + suite for suite in suites]
    data = ["known.toml", "recorder.py"]
    for version, repository in pythons.items():
        par = "python" + version
        python = "{}//:bin/python{}".format(repository, version)
        args += ["--python", version, "../$(rlocationpath {})".format(par), "../$(rlocationpath {})".format(python)]
        data += [par, python]
    rule(
        name = name,
        srcs = [
            "compare.py",
            "document.py",
            "known.py",
            "outcomes.py",
            "run.py",
        ],
        args = args + chosen,
        data = data,
        main = "compare.py",
        deps = ["//tests:side_by_side"],
        **kwargs
    )
