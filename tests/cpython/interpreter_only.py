"""A par of these tests is not started as a program, but as an interpreter."""

import sys

sys.exit("Start it with MEMFD_PAR_INTERPRETER=1.")
