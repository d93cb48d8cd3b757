"""Plans, proved by the dynamic linker: patched images are loaded from memory, and the right code answers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from elf_fixtures import Forge

from packer.errors import PackError


@pytest.fixture
def forge(tmp_path: Path) -> Forge:
    return Forge(tmp_path / "par")


def two_with_one_soname(forge: Forge, *flags: str) -> None:
    for side, value in (("a", 1), ("b", 2)):
        forge.library(f"{side}/libs/libx.so.1", f"int x(void) {{ return {value}; }}", *flags)
        forge.library(
            f"{side}/ext.so",
            f"int x(void); int {side}(void) {{ return 10 * x(); }}",
            f"{side}/libs/libx.so.1",
            "-Wl,-rpath,$ORIGIN/libs",
            soname=None,
        )


def test_a_chain_is_loaded_dependencies_first(forge: Forge) -> None:
    forge.library("libone.so", "int one(void) { return 1; }")
    forge.library("libtwo.so", "int one(void); int two(void) { return one() + 1; }", "libone.so")
    forge.library("ext.so", "int two(void); int three(void) { return two() + 1; }", "libtwo.so", soname=None)
    plans = forge.plan()
    assert plans.plans["ext.so"].loads == ("libone.so", "libtwo.so")
    assert all(not p.patches and p.link_name is None for p in plans.plans.values())
    assert forge.run(plans, ("ext.so", "three")) == [3]


def test_two_libraries_with_one_soname_each_serve_their_own_dependent(forge: Forge) -> None:
    two_with_one_soname(forge)
    plans = forge.plan()
    assert plans.plans["a/libs/libx.so.1"].soname == plans.plans["b/libs/libx.so.1"].soname == "libx.so.1"
    assert forge.run(plans, ("a/ext.so", "a"), ("b/ext.so", "b")) == [10, 20]
    assert forge.run(plans, ("b/ext.so", "b"), ("a/ext.so", "a")) == [20, 10]


def _below_a_loader(forge: Forge, *flags: str, middle: tuple[str, ...] = ()) -> None:
    """ext.so -> libmiddle.so -> libx.so.1 on each side, of which only ext.so says where its libraries lie."""
    for side, value in (("a", 1), ("b", 2)):
        forge.library(f"{side}/libs/libx.so.1", f"int x(void) {{ return {value}; }}")
        source = f"int x(void); int middle_{side}(void) {{ return 10 * x(); }}"
        library = f"{side}/libs/libmiddle_{side}.so"
        forge.library(library, source, f"{side}/libs/libx.so.1", *middle)
        source = f"int middle_{side}(void); int {side}(void) {{ return middle_{side}() + 1; }}"
        forge.library(f"{side}/ext.so", source, library, f"-Wl,-rpath-link,{side}/libs", *flags, soname=None)


def test_a_library_inherits_the_old_run_path_of_its_loader(forge: Forge) -> None:
    _below_a_loader(forge, "-Wl,--disable-new-dtags,-rpath,$ORIGIN/libs")
    plans = forge.plan()
    assert plans.plans["a/ext.so"].loads == ("a/libs/libx.so.1", "a/libs/libmiddle_a.so")
    assert forge.run(plans, ("a/ext.so", "a"), ("b/ext.so", "b")) == [11, 21]
    assert forge.run(plans, ("b/ext.so", "b"), ("a/ext.so", "a")) == [21, 11]


def test_a_new_run_path_is_not_inherited(forge: Forge) -> None:
    _below_a_loader(forge, "-Wl,--enable-new-dtags,-rpath,$ORIGIN/libs")
    with pytest.raises(PackError, match=r'"libx.so.1", needed by .*no run path of the dependent'):
        forge.plan()


def test_a_library_with_a_new_run_path_inherits_none(forge: Forge) -> None:
    new = "-Wl,--enable-new-dtags,-rpath,$ORIGIN/nowhere"
    _below_a_loader(forge, "-Wl,--disable-new-dtags,-rpath,$ORIGIN/libs", middle=(new,))
    with pytest.raises(PackError, match=r'"libx.so.1", needed by .*no run path of the dependent'):
        forge.plan()


def test_without_the_patches_the_first_one_serves_both(forge: Forge) -> None:
    # Guards the test above: the collision that the patches prevent is real.
    two_with_one_soname(forge)
    plans = forge.plan()
    bare = {path: replace(made, patches=()) for path, made in plans.plans.items()}
    assert forge.run(replace(plans, plans=bare), ("a/ext.so", "a"), ("b/ext.so", "b")) == [10, 10]


def test_version_needs_hold_after_renaming(forge: Forge, tmp_path: Path) -> None:
    script = tmp_path / "versions.map"
    # A version that is spelled like the soname, as in libjansson.so.4: the linker stores one string for both.
    script.write_text("libx.so.1 { global: x; local: *; };")
    two_with_one_soname(forge, f"-Wl,--version-script={script}")
    dependent = next(m for m in forge.members() if m.stored_path == "a/ext.so")
    assert ("libx.so.1", "libx.so.1") in dependent.facts.version_needs
    plans = forge.plan()
    assert len(plans.plans["a/ext.so"].patches) == 2  # NEEDED and vn_file
    assert forge.run(plans, ("a/ext.so", "a"), ("b/ext.so", "b")) == [10, 20]


def test_strings_that_share_their_tail_with_a_soname_stay(forge: Forge) -> None:
    # Symbols "so" and "o" end "libx.so", and the linker stores them only once.
    for side, value in (("a", 1), ("b", 2)):
        source = f"int so(void) {{ return {value}; }} int o(void) {{ return {value + 2}; }}"
        forge.library(f"{side}/libx.so", source)
        use = f"int so(void); int o(void); int {side}(void) {{ return 10 * so() + o(); }}"
        forge.library(f"{side}/ext.so", use, f"{side}/libx.so", "-Wl,-rpath,$ORIGIN", soname=None)
    assert forge.run(forge.plan(), ("a/ext.so", "a"), ("b/ext.so", "b")) == [13, 24]


def test_a_member_wins_over_a_system_library_of_its_soname(forge: Forge) -> None:
    forge.library("libz.so.1", "int mine(void) { return 7; }")
    forge.library("ext.so", "int mine(void); int seven(void) { return mine(); }", "libz.so.1", soname=None)
    plans = forge.plan()
    assert plans.plans["libz.so.1"].patches
    assert forge.run(plans, ("ext.so", "seven")) == [7]


def test_a_library_without_a_soname_is_found_by_its_link_name(forge: Forge) -> None:
    forge.library("libs/libplain.so", "int plain(void) { return 5; }", soname=None)
    use = "int plain(void); int five(void) { return plain(); }"
    forge.library("ext.so", use, "-Llibs", "-lplain", soname=None)
    plans = forge.plan()
    assert plans.plans["libs/libplain.so"].link_name == "libplain.so"
    assert forge.run(plans, ("ext.so", "five")) == [5]


def test_two_libraries_without_soname_and_one_file_name(forge: Forge) -> None:
    for side, value in (("a", 1), ("b", 2)):
        forge.library(f"{side}/libplain.so", f"int plain(void) {{ return {value}; }}", soname=None)
        use = f"int plain(void); int {side}(void) {{ return plain(); }}"
        forge.library(f"{side}/ext.so", use, f"-L{side}", "-lplain", "-Wl,-rpath,$ORIGIN", soname=None)
    plans = forge.plan()
    names = {plans.plans[f"{side}/libplain.so"].link_name for side in "ab"}
    assert len(names) == 2
    assert None not in names
    assert forge.run(plans, ("a/ext.so", "a"), ("b/ext.so", "b")) == [1, 2]


def test_a_needed_path_without_soname_and_with_versions(forge: Forge, tmp_path: Path) -> None:
    script = tmp_path / "versions.map"
    script.write_text("PLAIN_1 { global: plain; local: *; };")
    forge.library(
        "libs/libplain.so",
        "int plain(void) { return 5; }",
        f"-Wl,--version-script={script}",
        soname=None,
    )
    use = "int plain(void); int five(void) { return plain(); }"
    forge.library("ext.so", use, "./libs/libplain.so", soname=None)
    facts = next(m for m in forge.members() if m.stored_path == "ext.so").facts
    assert facts.needed[0].name == "./libs/libplain.so"
    assert forge.run(forge.plan(), ("ext.so", "five")) == [5]


def test_a_needed_path_of_a_library_that_has_a_longer_soname(forge: Forge) -> None:
    # Linked by its path before it got a soname: as after a later `patchelf --set-soname`.
    forge.library("libs/libx.so", "int x(void) { return 5; }", soname=None)
    forge.library("ext.so", "int x(void); int five(void) { return x(); }", "./libs/libx.so", soname=None)
    forge.library("libs/libx.so", "int x(void) { return 6; }", soname="libx-with-a-longer-name.so.1")
    plans = forge.plan()
    assert plans.plans["libs/libx.so"].link_name == "libx.so"
    assert forge.run(plans, ("ext.so", "five")) == [6]


def test_the_path_of_a_system_library_becomes_its_soname(forge: Forge) -> None:
    forge.library("build/libm.so.6", "int unused;", soname=None)
    forge.library("ext.so", "int four(void) { return 4; }", "build/libm.so.6", soname=None)
    (forge.root / "build/libm.so.6").unlink()
    assert forge.members()[0].facts.needed[0].name == "build/libm.so.6"
    assert forge.run(forge.plan(), ("ext.so", "four")) == [4]
