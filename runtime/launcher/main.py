"""Starts the par as its first lines do, for `python THIS.par`."""

import os
import subprocess
import sys

par = os.path.abspath(sys.argv[0])
with open(par, "rb") as file:
    code = file.read(%{length}).decode().partition("code='")[2].partition("'\n")[0]
flags = subprocess._args_from_interpreter_flags()
os.execv(sys.executable, [sys.executable, *flags, *%{flags}, "-c", code, par, *sys.argv[1:]])
