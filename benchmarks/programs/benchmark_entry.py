"""What every application starts by: does its work, says that it is ready, and stays until its input ends."""

from __future__ import annotations

import sys

import application


def main() -> None:
    """The program, for tools that take `module:function`."""
    application.main()
    print("ready", flush=True)
    sys.stdin.read()
