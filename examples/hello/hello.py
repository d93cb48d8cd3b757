"""Pure Python: a module beside it, data, and what every par knows of itself."""

import pathlib
import sys

from examples.hello import greeting

assert greeting.text("par") == "Hello from a par"
assert __file__.endswith("hello.par/examples/hello/hello.py"), __file__
assert greeting.__file__ == str(pathlib.PurePath(__file__).with_name("greeting.py"))
assert sys.modules["__main__"].__dict__ is globals()
print(greeting.text("par"))
