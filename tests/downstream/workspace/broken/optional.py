"""Loads a library that lacks another one, and says what happens."""

import ctypes
from pathlib import Path

try:
    ctypes.CDLL(str(Path(__file__).with_name("libneedy.so")))
except OSError as error:
    print(error)
