"""ctypes with libraries of one's own: those in native_libs are found by their sonames, as if they were installed."""

import ctypes

import memfd_par

checksum = ctypes.CDLL("libchecksum.so")
checksum.checksum_fletcher16.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
checksum.checksum_fletcher16.restype = ctypes.c_uint16
assert checksum.checksum_fletcher16(b"abcde", 5) == 0xC8F0

# The soname is what the linker was told, here with a version; each CDLL is the one library in memory.
tally = ctypes.CDLL("libtally.so.1")
tally.tally_add.restype = ctypes.c_long
assert tally.tally_add(2) == 2
assert ctypes.CDLL("libtally.so.1").tally_add(3) == 5

try:
    ctypes.CDLL("libabsent.so")
except OSError as error:
    print(error)
else:
    raise AssertionError("there should be no libabsent.so")

assert sorted(image.soname for image in memfd_par.loaded()) == ["libchecksum.so", "libtally.so.1"]
print(memfd_par.loaded())
