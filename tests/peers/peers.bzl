"""Peers' own tests: pytest runs those that a wheel carries, once from a par and once in a virtual environment.

Both have the same wheels. A difference in what becomes of any test is a failure.
"""

load("@rules_python//python:defs.bzl", "py_binary", "py_test")
load("@wheels//:requirements.bzl", "requirement", "whl_requirement")
load("//:defs.bzl", "memfd_par_binary")

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
        "par": ctx.file.par.short_path,
        "suites": ctx.attr.suites,
        "wheels": sorted([file.short_path for file in wheels.to_list() if file.extension == "whl"]),
    }))
    return [DefaultInfo(
        files = depset([facts]),
        runfiles = ctx.runfiles([facts, ctx.file.par], transitive_files = wheels),
    )]

_peer = rule(
    implementation = _peer_impl,
    doc = "`NAME.json`, which tells compare.py of one peer.",
    attrs = {
        "par": attr.label(
            doc = "The par with pytest and the peer.",
            allow_single_file = [".par"],
            mandatory = True,
        ),
        "peer": attr.string(doc = "The distribution."),
        "suites": attr.string_list(doc = "Packages with tests, as for `pytest --pyargs`."),
        "wheels": attr.label_list(doc = "Of all that is in the par, for the virtual environment."),
    },
)

def peer_tests(name, suites, quick):
    """Programs that compare, and tests that compare little.

    Args:
        name: of the program that compares all suites. `NAME.DISTRIBUTION` compares one peer's. Both are tagged `manual`.
        suites: dict of distributions to their suites.
        quick: those of suites that a test `NAME.DISTRIBUTION_test` runs.
    """
    for distribution, names in suites.items():
        par = "{}.{}.pytest".format(name, distribution)
        memfd_par_binary(
            name = par,
            main_module = "pytest",
            tags = ["manual"],
            deps = [requirement(each) for each in [distribution] + _TOOLS],
        )
        peer = "{}.{}.facts".format(name, distribution)
        _peer(
            name = peer,
            par = par + ".par",
            peer = distribution,
            suites = names,
            tags = ["manual"],
            wheels = [whl_requirement(each) for each in [distribution] + _TOOLS],
        )
        _comparison(py_binary, "{}.{}".format(name, distribution), [peer], tags = ["manual"])
        if distribution in quick:
            _comparison(
                py_test,
                "{}.{}_test".format(name, distribution),
                [peer],
                chosen = quick[distribution],
                size = "medium",
            )
    _comparison(
        py_binary,
        name,
        ["{}.{}.facts".format(name, distribution) for distribution in suites],
        tags = ["manual"],
    )

def _comparison(rule, name, peers, chosen = [], **kwargs):
    rule(
        name = name,
        srcs = [
            "compare.py",
            "outcomes.py",
        ],
        args = ["--peer=$(rootpath {})".format(peer) for peer in peers] + chosen,
        data = peers,
        main = "compare.py",
        **kwargs
    )
