"""Tests that a target fails in its analysis, and what it says."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")

def _impl(ctx):
    env = analysistest.begin(ctx)
    for text in ctx.attr.texts:
        asserts.expect_failure(env, text)
    return analysistest.end(env)

_failure_test = analysistest.make(
    _impl,
    expect_failure = True,
    attrs = {"texts": attr.string_list(mandatory = True, doc = "Each is part of the error's text.")},
)

def failure_test(name, rule, texts, **kwargs):
    """Declares a target that is broken, and a test that says how it fails.

    Args:
        name: of the test; the target is `NAME.target`.
        rule: what makes the broken target.
        texts: what the error must contain, among it the target, the value seen and the mend.
        **kwargs: attributes of the broken target.
    """
    target = name + ".target"
    rule(
        name = target,
        tags = ["manual"],
        testonly = True,
        **kwargs
    )
    _failure_test(
        name = name,
        size = "small",
        target_under_test = target,
        texts = texts,
    )
