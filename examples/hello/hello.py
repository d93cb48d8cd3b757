"""Pure Python: a module beside it, data, and what every par knows of itself."""

import pathlib
import sys

from examples.hello import greeting

assert greeting.text("par") == "Hello from a par"
# Files of the par have paths below the par, as if it were a folder.
par = pathlib.Path(sys.argv[0]).absolute()
assert pathlib.Path(__file__) == par / "examples/hello/hello.py", __file__
assert pathlib.Path(greeting.__file__) == par / "examples/hello/greeting.py", greeting.__file__
assert sys.modules["__main__"].__dict__ is globals()
print(greeting.text("par"))
