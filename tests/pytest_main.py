"""Runs pytest as Bazel runs a test: its arguments are pytest's."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import hypothesis
import pytest


def main(arguments: list[str]) -> int:
    """Run pytest and return its exit code, which is not 0 when nothing was collected either."""
    # The same examples every time, so that a cached result is the result of a run.
    hypothesis.settings.register_profile("bazel", derandomize=True, deadline=None, database=None)
    hypothesis.settings.load_profile("bazel")

    options = [
        "--strict-config",
        "--strict-markers",
        # Parameters of which there are none, such as interpreters of the machine, would be a test that is skipped.
        "--override-ini=empty_parameter_set_mark=fail_at_collect",
        "--import-mode=importlib",
        "-Werror",
        "-rA",
        "--color=no",
        "-pno:cacheprovider",
        "--config-file=/dev/null",
        f"--rootdir={Path.cwd()}",
    ]
    if report := os.environ.get("XML_OUTPUT_FILE"):
        options.append(f"--junit-xml={report}")
    if chosen := os.environ.get("TESTBRIDGE_TEST_ONLY"):
        options.append(f"-k={chosen}")

    # Not below TEST_TMPDIR: its name is too long for the path of a Unix socket.
    with tempfile.TemporaryDirectory(prefix="pytest-") as folder:
        hypothesis.configuration.set_hypothesis_home_dir(folder)
        return int(pytest.main([*options, f"--basetemp={folder}/tests", *arguments]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
