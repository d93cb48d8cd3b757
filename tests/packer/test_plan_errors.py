"""Planning: the text of every error."""

from __future__ import annotations

from pathlib import Path

import pytest
from elf_fixtures import Forge, error, made_up, planned

from packer.errors import PackError


def test_a_missing_library() -> None:
    text = error(made_up("ext.so", "libssl.so.3"), made_up("libssl.so.1.1"))
    assert text == (
        '//:app cannot be packed: library "libssl.so.3" is needed by bazel-out/ext.so, but no member of the '
        "par has that soname or file name, and neither the policy manylinux_2_28 nor system_libs lists it. "
        'Did you mean "libssl.so.1.1"? Mend: attach the library with native_libs; or, if every machine has '
        'it, declare system_libs = ["libssl.so.3"]; or choose another policy.'
    )


def test_missing_libraries_are_told_all_at_once() -> None:
    text = error(*(made_up(f"ext{n}.so", "libmany.so", f"very{n}.missing") for n in range(15)))
    assert "16 problems" in text
    assert "bazel-out/ext0.so, bazel-out/ext1.so, bazel-out/ext10.so, and 12 more" in text
    assert text.endswith("and 6 more")
    assert "Carried are ext0.so, " in text


def test_what_is_not_required_may_lack_libraries() -> None:
    members = (
        made_up("ext.so", "libx.so"),
        made_up("libx.so", "libgone.so.1"),
        made_up("plugin.so", "libgone.so.2"),
    )
    plans = planned(*members, required=())
    assert [text.partition(",")[0] for text in plans.missing] == [
        'library "libgone.so.1" is needed by bazel-out/libx.so',
        'library "libgone.so.2" is needed by bazel-out/plugin.so',
    ]
    assert all("Mend: attach the library with native_libs; or, if every" in text for text in plans.missing)
    assert plans.plans["ext.so"].loads == ("libx.so",)
    assert plans.plans["plugin.so"].loads == plans.plans["plugin.so"].patches == ()


def test_what_is_required_lacks_nothing_that_it_needs_by_way_of_others() -> None:
    members = (
        made_up("ext.so", "libx.so"),
        made_up("libx.so", "libgone.so.1"),
        made_up("plugin.so", "libgone.so.2"),
    )
    text = error(*members, required=("ext.so",))
    assert 'library "libgone.so.1" is needed by bazel-out/libx.so' in text
    assert "libgone.so.2" not in text


def test_a_copy_of_what_is_not_required_is_required() -> None:
    text = error(
        made_up("a/x.so", "libgone.so", data="x"),
        made_up("b/x.so", "libgone.so", data="x"),
        required=("b/x.so",),
    )
    assert '"libgone.so" is needed by bazel-out/a/x.so' in text


def test_one_soname_with_two_meanings() -> None:
    text = error(made_up("ext.so", "libx.so"), made_up("a/libx.so"), made_up("b/libx.so"))
    assert "two different libraries with one soname" in text
    assert '"libx.so", needed by bazel-out/ext.so, can be' in text
    assert "bazel-out/a/libx.so (stored as a/libx.so) or bazel-out/b/libx.so (stored as b/libx.so)" in text
    assert "patchelf --set-rpath" in text


def test_a_copy_that_means_another_library_elsewhere() -> None:
    text = error(
        made_up("a/ext.so", "libx.so", run_path=("$ORIGIN",), data="ext"),
        made_up("b/ext.so", "libx.so", run_path=("$ORIGIN",), data="ext"),
        made_up("a/libx.so"),
        made_up("b/libx.so"),
    )
    assert "two different libraries with one soname" in text


def test_a_wrong_machine() -> None:
    text = error(made_up("good.so"), made_up("bad.so", machine="aarch64"), made_up("small.so", bits=32))
    assert "2 problems" in text
    assert (
        'bazel-out/bad.so ("bad.so") is built for aarch64 (64 bits), but the target is built for x86_64'
        in text
    )
    assert 'small.so") is built for x86_64 (32 bits), but the target is built for x86_64 (64 bits)' in text


def test_a_cycle_with_a_member_that_has_no_soname(tmp_path: Path) -> None:
    forge = Forge(tmp_path)
    forge.library("libb.so", "int b;", soname=None)
    forge.library("liba.so", "int a;", "libb.so")
    forge.library("libb.so", "int b;", "liba.so", soname=None)
    forge.library("ext.so", "int e;", "liba.so")
    with pytest.raises(PackError) as raised:
        forge.plan()
    assert str(raised.value) == (
        f"//:app cannot be packed: a cycle that cannot be loaded, as the others find {tmp_path}/libb.so by no soname:\n"
        f"  {tmp_path}/liba.so (liba.so) needs libb.so\n"
        f"  {tmp_path}/libb.so (no soname) needs liba.so\n"
        "Mend: give it the soname by which it is needed (`patchelf --set-soname`, `-Wl,-soname`), or link these "
        "libraries into one."
    )


def test_no_name_is_left() -> None:
    members = [made_up(f"{n}/x", soname="x") for n in range(2)]
    dependents = [made_up(f"{n}/ext.so", "x", run_path=("$ORIGIN",)) for n in range(2)]
    text = error(*members, *dependents)
    assert 'bazel-out/0/x from all other libraries, but others bear "x" too' in text
