"""Runs its first argument as `python -c` does: tests look around in a par with it."""

import sys

exec(compile(sys.argv.pop(1), "<probe>", "exec"))
