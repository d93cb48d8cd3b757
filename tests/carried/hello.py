"""Says who runs it."""

import sys

print("hello", "%d.%d" % sys.version_info[:2], *sys.argv[1:])
