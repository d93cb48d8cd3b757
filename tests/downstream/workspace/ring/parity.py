"""Asks two libraries that need each other."""

import ctypes

even, odd = (getattr(ctypes.CDLL("lib%s.so" % name), name) for name in ("even", "odd"))
print(even(4), odd(4), even(7), odd(7))
