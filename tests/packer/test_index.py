"""The tables that the packer writes for the runtime."""

from __future__ import annotations

from elf_fixtures import made_up, planned

from memfd_par import format
from memfd_par.native import Native
from packer.archive import Stored
from packer.index import module_entries, native_entries
from packer.layout import Module


def test_native_members_are_numbered_and_groups_name_the_numbers() -> None:
    plans = planned(
        made_up("libb.so", "liba.so", "libbase.so"),
        made_up("liba.so", "libb.so"),
        made_up("libbase.so"),
        made_up("ext.so", "libb.so"),
        made_up("z/libbase.so", data="libbase.so"),  # the same bytes
    )
    stored = {path: Stored(4096 * n, 1, 1) for n, path in enumerate(plans.plans)}
    entries, numbers = native_entries(plans, stored, ["empty.so"])
    natives = [Native(*entry) for entry in entries]
    assert [native.member for native in natives] == [
        "empty.so",
        "ext.so",
        "liba.so",
        "libb.so",
        "libbase.so",
    ]
    assert numbers["z/libbase.so"] == numbers["libbase.so"]
    by_name = {native.member: native for native in natives}
    cycle = (numbers["liba.so"], numbers["libb.so"])
    assert by_name["liba.so"].group == by_name["libb.so"].group == cycle
    assert by_name["liba.so"].loads == by_name["libb.so"].loads == (numbers["libbase.so"],)
    assert by_name["ext.so"].loads == (numbers["libbase.so"], *cycle)
    assert by_name["ext.so"].group == by_name["libbase.so"].group == by_name["empty.so"].group == ()
    assert (by_name["empty.so"].size, by_name["empty.so"].soname) == (0, None)


def test_modules() -> None:
    modules = {
        module.key: module
        for module in (
            Module("pkg", format.PACKAGE, "pkg/__init__.py"),
            Module("pkg/moved", 0, "elsewhere/moved.py"),
            Module("pkg/fast", format.EXTENSION, "pkg/fast.so"),
            Module("real/fast", format.EXTENSION, "real/fast.so"),
            Module("spaces", format.PACKAGE | format.NAMESPACE, None),
        )
    }
    code = {"pkg/__init__.py": (10, 20), "elsewhere/moved.py": (30, -1)}
    assert module_entries(modules, code, {"pkg/fast.so": 7}) == {
        "pkg": (format.PACKAGE, 10, 20, None),
        "pkg/moved": (0, 30, -1, "elsewhere/moved.py"),
        "pkg/fast": (format.EXTENSION, 7, 0, "pkg/fast.so"),
        "real/fast": (format.EXTENSION, -1, 0, "real/fast.so"),  # the dynamic linker's own, in a real folder
        "spaces": (format.PACKAGE | format.NAMESPACE, 0, 0, None),
    }
