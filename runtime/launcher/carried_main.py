"""Starts the par, which brings an interpreter of its own, for `python THIS.par`."""

import os
import sys

par = os.path.abspath(sys.argv[0])
try:
    os.execv(par, [par, *sys.argv[1:]])
except OSError as error:
    sys.exit(
        "memfd_par: %s brings its own interpreter and is a program, which could not be started: %s. Make it executable "
        "(chmod +x), and put it on a file system that programs may be run from (no noexec)." % (par, error.strerror)
    )
