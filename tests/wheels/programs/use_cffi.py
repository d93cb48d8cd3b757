"""cffi: libc and libm opened at run time, callbacks, structures."""

from __future__ import annotations

import cffi


def main() -> None:
    """Calls C, and lets C call Python."""
    ffi = cffi.FFI()
    ffi.cdef(
        "size_t strlen(const char *); double cos(double); typedef struct { int x; double y; } point;"
        "void qsort(void *, size_t, size_t, int (*)(const void *, const void *));"
    )
    assert ffi.dlopen(None).strlen(b"four") == 4
    assert ffi.dlopen("libm.so.6").cos(0.0) == 1.0
    point = ffi.new("point *", {"x": 3, "y": 0.5})
    assert point.x + point.y == 3.5

    @ffi.callback("int(const void *, const void *)")
    def compare(a: object, b: object) -> int:
        return ffi.cast("int *", a)[0] - ffi.cast("int *", b)[0]

    numbers = ffi.new("int[]", [3, 1, 2])
    ffi.dlopen(None).qsort(numbers, 3, ffi.sizeof("int"), compare)
    assert list(numbers) == [1, 2, 3]
    print("cffi", cffi.__version__, "works")


if __name__ == "__main__":
    main()
