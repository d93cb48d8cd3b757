"""Tells with what it was started."""

import json
import os
import sys


def main() -> str:
    """What is returned from an entry point is the exit status: a text goes to standard error."""
    state = {
        "argv": sys.argv[1:],
        "debug": __debug__,
        "optimize": sys.flags.optimize,
        "isolated": sys.flags.isolated,
        "warnings": sys.warnoptions,
        "color": os.environ.get("COLOR"),
        "shape": os.environ.get("SHAPE"),
        "path": sys.path,
        "site": "site" in sys.modules,
        "doc": main.__doc__,
    }
    print(json.dumps(state))
    return "returned"


if __name__ == "__main__":
    main()
