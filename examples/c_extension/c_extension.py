"""An extension module that Bazel builds, and its libraries, one of which needs another.

`polygon` is a C extension: it needs libarea_shared.so, which needs libvector_shared.so (two cc_shared_libraries), and libunits.so (a
cc_import). The par loads all of them from memory, needed ones first; none of them is ever a file on this machine.
"""

import memfd_par
from examples.c_extension import polygon

assert polygon.area([(0, 0), (4, 0), (4, 3)]) == 6.0
assert polygon.area([]) == 0.0
assert round(polygon.square_feet(100), 3) == 1076.391

loaded = memfd_par.loaded()
order = [image.soname for image in loaded if image.module is None]
assert sorted(order) == ["libarea_shared.so", "libunits.so", "libvector_shared.so"], order
assert order.index("libvector_shared.so") < order.index("libarea_shared.so"), order
assert [image.module for image in loaded if image.module] == ["examples.c_extension.polygon"], loaded

# What is mapped are memory files, and nothing with the names of these libraries.
with open("/proc/self/maps", encoding="utf-8") as maps:
    mapped = {line.split(maxsplit=5)[5].strip() for line in maps if len(line.split()) > 5}
for soname in order:
    assert [path for path in mapped if soname in path] == [f"/memfd:{soname} (deleted)"], mapped
print(loaded)
