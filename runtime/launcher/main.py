"""Starts the par as its first lines do, for `python THIS.par`."""

import os
import subprocess
import sys

par = os.path.abspath(sys.argv[0])
with open(par, "rb") as file:
    code = file.read(%{length}).decode().partition("code='")[2].partition("'\n")[0]
flags = subprocess._args_from_interpreter_flags()
# Another par that is the interpreter here must not be there beside this one.
python = sys._base_executable if sys.executable.startswith("/proc/self/root/") else sys.executable
os.execv(python, [python, *flags, *%{flags}, "-c", code, par, *sys.argv[1:]])
