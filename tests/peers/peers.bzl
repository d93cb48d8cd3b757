"""Peers' own tests: pytest runs those that a wheel carries, once from a par and once in a virtual environment.

Both have the same wheels. A difference in what becomes of any test is a failure.
"""

load("@rules_python//python:defs.bzl", "py_binary", "py_test")
load("@wheels//:requirements.bzl", "requirement", "whl_requirement")
load("//:defs.bzl", "memfd_par_binary")
load("//tests/carried:with_python.bzl", "with_python")

# What their tests import, besides pytest and themselves.
_TOOLS = ["hypothesis", "pytest"]

def _peer_impl(ctx):
    wheels = depset(transitive = [
        depset(transitive = [target[DefaultInfo].files, target[DefaultInfo].default_runfiles.files])
        for target in ctx.attr.wheels
    ])
    facts = ctx.actions.declare_file(ctx.label.name + ".json")
    ctx.actions.write(facts, json.encode({
        "name": ctx.attr.peer,
        "title": ctx.attr.title,
        "par": ctx.file.par.short_path,
        "env": ctx.attr.env,
        "suites": ctx.attr.suites,
        "tests": sorted([file.short_path for file in ctx.files.tests]),
        "wheels": sorted([file.short_path for file in wheels.to_list() if file.extension == "whl"]),
    }))
    return [DefaultInfo(
        files = depset([facts]),
        runfiles = ctx.runfiles([facts, ctx.file.par] + ctx.files.tests, transitive_files = wheels),
    )]

_peer = rule(
    implementation = _peer_impl,
    doc = "`NAME.json`, which tells compare.py of one peer.",
    attrs = {
        "env": attr.string_dict(doc = "Environment of both runs."),
        "par": attr.label(
            doc = "The par with pytest and the peer.",
            allow_single_file = [".par"],
            mandatory = True,
        ),
        "peer": attr.string(doc = "The distribution."),
        "title": attr.string(doc = "What the table calls it."),
        "suites": attr.string_list(doc = "Packages with tests, as for `pytest --pyargs`."),
        "tests": attr.label_list(
            doc = "What private/pypi_sdist.bzl keeps, where the wheel has no tests.",
            allow_files = True,
        ),
        "wheels": attr.label_list(doc = "Of all that is in the par, for the virtual environment."),
    },
)

def peer_tests(name, peers):
    """Programs that compare, and tests that compare little.

    Args:
        name: of the program that compares all suites. `NAME.DISTRIBUTION` compares one peer's. Both are tagged `manual`.
        peers: dict of distributions to dicts: `suites`, their packages with tests, and optionally `quick`, those of them
            that a test `NAME.DISTRIBUTION_test` runs; `needs`, distributions that the tests use besides; `sdist`, the
            repository of tests that are not in the wheel; `env`, environment variables; `attributes`, those of the par;
            `toolchain`, a Python toolchain that is carried: `NAME.DISTRIBUTION.carried` compares such a par, with
            `include_stdlib`, what the tests import of CPython's own.
    """
    for distribution, peer in peers.items():
        prefix = "{}.{}".format(name, distribution)
        distributions = [distribution] + _TOOLS + peer.get("needs", [])
        sdist = peer.get("sdist")
        attributes = {
            "deps": [requirement(each) for each in distributions] + ([sdist + "//:lib"] if sdist else []),
            "main_module": "pytest",
            "tags": ["manual"],
        } | peer.get("attributes", {})
        memfd_par_binary(name = prefix + ".pytest", **attributes)
        titles = {prefix: distribution}
        if "toolchain" in peer:
            titles[prefix + ".carried"] = distribution + ", interpreter carried"
            memfd_par_binary(
                name = prefix + ".carried.program",
                include_stdlib = peer.get("include_stdlib", []),
                interpreter = "carried",
                **attributes
            )
            with_python(
                name = prefix + ".carried.pytest",
                par = prefix + ".carried.program",
                tags = ["manual"],
                toolchain = peer["toolchain"],
            )
        for program, title in titles.items():
            _peer(
                name = program + ".facts",
                env = peer.get("env", {}),
                par = program + ".pytest",
                peer = distribution,
                suites = peer["suites"],
                tags = ["manual"],
                tests = [sdist + "//:files"] if sdist else [],
                title = title,
                wheels = [whl_requirement(each) for each in distributions],
            )
            _comparison(py_binary, program, [program + ".facts"], tags = ["manual"])
        if "quick" in peer:
            _comparison(py_test, prefix + "_test", [prefix + ".facts"], chosen = peer["quick"], size = "medium")
    _comparison(
        py_binary,
        name,
        ["{}.{}.facts".format(name, distribution) for distribution in peers],
        tags = ["manual"],
    )

def _comparison(rule, name, peers, chosen = [], **kwargs):
    rule(
        name = name,
        srcs = [
            "compare.py",
            "document.py",
            "outcomes.py",
        ],
        args = ["--peer=$(rootpath {})".format(peer) for peer in peers] + chosen,
        data = peers,
        main = "compare.py",
        deps = ["//tests:side_by_side"],
        **kwargs
    )
