"""Libraries that need each other: planned as groups, and really loaded from memory through a stub."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest
from elf_fixtures import Forge, made_up, planned


@pytest.fixture
def forge(tmp_path: Path) -> Forge:
    return Forge(tmp_path / "par")


def ring(forge: Forge, names: str, *others: str, folder: str = "", first: int = 1) -> None:
    """A library for each letter, which needs the next one, and the last the first.

    `a_value()` is the place in the ring, and 0 if the constructor did not run; `a()` is two digits, its own value and
    the next one's.
    """
    for name in names:
        forge.library(f"{folder}lib{name}.so", "int stand_in;")
    for place, name in enumerate(names, first):
        following = names[(place - first + 1) % len(names)]
        forge.library(
            f"{folder}lib{name}.so",
            "static int ready; __attribute__((constructor)) static void start(void) { ready = 1; }"
            f"int {following}_value(void); int {name}_value(void) {{ return {place} * ready; }}"
            f"int {name}(void) {{ return 10 * {name}_value() + {following}_value(); }}",
            f"{folder}lib{following}.so",
            *others,
        )


def test_two_libraries(forge: Forge) -> None:
    ring(forge, "ab")
    plans = forge.plan()
    for path in ("liba.so", "libb.so"):
        assert plans.plans[path].group == ("liba.so", "libb.so")
        assert plans.plans[path].loads == ()
    assert forge.run(plans, ("liba.so", "a"), ("libb.so", "b")) == [12, 21]


def test_three_libraries_whichever_is_wanted_first(forge: Forge) -> None:
    ring(forge, "abc")
    plans = forge.plan()
    results = {"a": 12, "b": 23, "c": 31}
    for order in permutations("abc"):
        calls = [(f"lib{name}.so", name) for name in order]
        assert forge.run(plans, *calls) == [results[name] for name in order]


def test_what_needs_a_cycle_loads_all_of_it(forge: Forge) -> None:
    ring(forge, "ab")
    forge.library("ext.so", "int a(void); int ext(void) { return a() + 100; }", "liba.so", soname=None)
    plans = forge.plan()
    assert plans.plans["ext.so"].loads == ("liba.so", "libb.so")
    assert plans.plans["ext.so"].group == ()
    assert forge.run(plans, ("ext.so", "ext")) == [112]


def test_two_cycles_and_a_library_that_both_need(forge: Forge) -> None:
    forge.library("libbase.so", "static int count; int base(void) { return ++count; }")
    ring(forge, "ab", "libbase.so")
    ring(forge, "cd", "libbase.so", first=3)
    use = "int base(void); int a(void); int c(void); int ext(void) { return 1000 * base() + a() + c(); }"
    forge.library("ext.so", use, "libc.so", "liba.so", "libbase.so", soname=None)
    plans = forge.plan()
    assert plans.plans["liba.so"].loads == plans.plans["libd.so"].loads == ("libbase.so",)
    assert set(plans.plans["ext.so"].loads) == {"libbase.so", "liba.so", "libb.so", "libc.so", "libd.so"}
    assert plans.plans["ext.so"].loads[0] == "libbase.so"
    assert forge.run(plans, ("libd.so", "d"), ("ext.so", "ext"), ("libbase.so", "base")) == [
        43,
        1000 + 12 + 34,
        2,  # one base for all
    ]


def test_cycles_that_share_a_member_are_one(forge: Forge) -> None:
    forge.library("liba.so", "int stand_in;")
    forge.library("libc.so", "int stand_in;")
    middle = "int a(void); int c(void); int b_value(void) { return 5; } int b(void) { return a() + c(); }"
    forge.library("libb.so", middle, "liba.so", "libc.so")
    for name, value in (("a", 10), ("c", 20)):
        source = f"int b_value(void); int {name}(void) {{ return {value} + b_value(); }}"
        forge.library(f"lib{name}.so", source, "libb.so")
    plans = forge.plan()
    assert plans.plans["libb.so"].group == ("liba.so", "libb.so", "libc.so")
    assert forge.run(plans, ("libc.so", "c"), ("libb.so", "b")) == [25, 40]


def test_a_cycle_above_another(forge: Forge) -> None:
    ring(forge, "cd")
    ring(forge, "ab", "libc.so")
    plans = forge.plan()
    assert plans.plans["liba.so"].loads == plans.plans["libb.so"].loads == ("libc.so", "libd.so")
    assert plans.plans["libd.so"].loads == ()
    assert forge.run(plans, ("libb.so", "b"), ("libd.so", "d")) == [21, 21]


def test_an_extension_module_in_a_cycle(forge: Forge) -> None:
    # As libtorch_python.so and what it calls back, or an extension that exports an API to its own helper.
    module = "pkg/_ext.cpython-314-x86_64-linux-gnu.so"
    forge.library(module, "int stand_in;")
    source = "int api(void); int help(void) { return api() + 1; }"
    forge.library("pkg.libs/libhelp.so", source, module, "-Wl,-rpath,$ORIGIN/../pkg")
    source = "int help(void); int api(void) { return 4; } int PyInit__ext(void) { return 10 * help(); }"
    forge.library(module, source, "pkg.libs/libhelp.so", "-Wl,-rpath,$ORIGIN/../pkg.libs")
    plans = forge.plan()
    assert plans.plans[module].group == ("pkg.libs/libhelp.so", module)
    assert forge.run(plans, (module, "PyInit__ext")) == [50]
    assert forge.run(plans, ("pkg.libs/libhelp.so", "help"), (module, "api")) == [5, 4]


def test_two_cycles_with_the_same_sonames(forge: Forge) -> None:
    ring(forge, "ab", "-Wl,-rpath,$ORIGIN", folder="one/")
    ring(forge, "ab", "-Wl,-rpath,$ORIGIN", folder="two/", first=3)
    plans = forge.plan()
    assert plans.plans["one/liba.so"].group == ("one/liba.so", "one/libb.so")
    assert plans.plans["two/liba.so"].group == ("two/liba.so", "two/libb.so")
    calls = [("one/liba.so", "a"), ("two/libb.so", "b"), ("two/liba.so", "a"), ("one/libb.so", "b")]
    assert forge.run(plans, *calls) == [12, 43, 34, 21]


def test_the_result_does_not_depend_on_the_order_of_the_members() -> None:
    members = [
        made_up("liba.so", "libb.so"),
        made_up("libb.so", "libc.so", "libbase.so"),
        made_up("libc.so", "liba.so"),
        made_up("libbase.so"),
        made_up("ext.so", "libc.so"),
    ]
    plans = planned(*members)
    assert plans.plans["ext.so"].loads == ("libbase.so", "liba.so", "libb.so", "libc.so")
    assert plans.plans["libc.so"].loads == ("libbase.so",)
    for shuffled in permutations(members):
        assert planned(*shuffled) == plans


@pytest.mark.parametrize("soname", ["libcrypto.so.3", "libssl.so.3", "libsqlite3.so.0", "libz.so.1"])
def test_a_member_never_serves_the_interpreter_s_own_modules(forge: Forge, soname: str) -> None:
    forge.library(soname, "int mine(void) { return 7; }")
    forge.library("ext.so", "int mine(void); int seven(void) { return mine(); }", soname, soname=None)
    plans = forge.plan()
    assert plans.plans[soname].patches, "in memory it has a soname that no system library has"
    assert plans.plans["ext.so"].patches
    assert forge.run(plans, ("ext.so", "seven")) == [7]


def test_a_library_that_nobody_else_carries_keeps_its_name() -> None:
    plans = planned(made_up("libmariadb.so.3"), made_up("ext.so", "libmariadb.so.3"))
    assert not any(made.patches for made in plans.plans.values())
