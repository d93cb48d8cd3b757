"""Starts the par as its first lines do, for `python THIS.par`."""

import os
import subprocess
import sys

par = os.path.abspath(sys.argv[0])
with open(par, "rb") as file:
    code = file.read(%{length}).decode().partition("code='")[2].partition("'\n")[0]
if sys.executable.startswith("/proc/self/root/"):
    # Another par is the interpreter here, which must not be there beside this one.
    os.execv("/bin/sh", ["sh", par, *sys.argv[1:]])
flags = subprocess._args_from_interpreter_flags()
os.execv(sys.executable, [sys.executable, *flags, *%{flags}, "-c", code, par, *sys.argv[1:]])
