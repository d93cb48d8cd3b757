"""For `python -m shapes`."""

import sys

from . import Circle

print(__name__, __spec__.name, __package__, Circle(), sys.argv[1:])
print(__file__)
