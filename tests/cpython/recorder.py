"""Runs one of CPython's own tests as `python -m test` does, and writes down what becomes of each test.

The interpreter gets this text by `-c`, then OUTPUT and the arguments of `-m test`, so that nothing has to be added to its import
path. OUTPUT gets a line of JSON for each event, a list of a test's name and a kind, and `null` once all have run.

regrtest's own report (`--junit-xml`) does not do: tests with subtests that fail have no name in it, and what `setUpClass` skips is missing.
"""

from __future__ import annotations

import json
import os
import runpy
import sys
from typing import Any

_FLAGS = os.O_WRONLY | os.O_APPEND | os.O_CREAT


class _Log:
    """Where it is written. Neither what a test replaces nor what it closes hurts; what a forked child runs does not count."""

    def __init__(self, path: str) -> None:
        self._path = os.path.abspath(path)
        self._process = os.getpid()
        self._functions = os.open, os.write, os.close, os.getpid

    def add(self, event: list[str] | None) -> None:
        open_, write, close, getpid = self._functions
        if getpid() != self._process:
            return
        fd = open_(self._path, _FLAGS)
        write(fd, json.dumps(event).encode() + b"\n")
        close(fd)


def _name(test: Any) -> str:
    """What unittest calls a test, a subtest's test or, where a whole class fails, what has failed."""
    test = getattr(test, "test_case", test)
    return str(test.id()) if callable(getattr(test, "id", None)) else str(test)


def _record(result: Any, log: _Log) -> None:
    """Lets a class of unittest's results write down what it is told."""

    def watch(method: str, kind: str) -> None:
        real = getattr(result, method)

        def add(self: Any, test: Any, *args: Any) -> None:
            log.add([_name(test), kind])
            real(self, test, *args)

        setattr(result, method, add)

    watch("addSuccess", "passed")
    watch("addFailure", "failed")
    watch("addError", "error")
    watch("addSkip", "skipped")
    watch("addExpectedFailure", "xfailed")
    watch("addUnexpectedSuccess", "failed")
    real = result.addSubTest

    def add_subtest(self: Any, test: Any, subtest: Any, error: Any) -> None:
        if error is not None:
            log.add([_name(test), "failed" if issubclass(error[0], test.failureException) else "error"])
        real(self, test, subtest, error)

    result.addSubTest = add_subtest


def _main() -> None:
    log = _Log(sys.argv.pop(1))
    sys.path[0] = os.getcwd()  # as of -m

    from test.libregrtest import testresult

    _record(testresult.RegressionTestResult, log)
    try:
        runpy._run_module_as_main("test")  # type: ignore[attr-defined]  # what -m is
    except SystemExit:
        log.add(None)
        raise


_main()
