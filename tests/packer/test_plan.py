"""Planning: what a needed name means, and in which order members are loaded."""

from __future__ import annotations

import random

import pytest
from elf_fixtures import error, made_up, planned
from hypothesis import given, settings
from hypothesis import strategies as st

from packer.errors import PackError
from packer.plan import NativeMember, Plans


def test_nothing_native() -> None:
    assert planned() == Plans({}, {}, (0, 0), None)


def test_a_diamond() -> None:
    plans = planned(
        made_up("top.so", "left.so", "right.so", "libc.so.6"),
        made_up("left.so", "base.so"),
        made_up("right.so", "base.so"),
        made_up("base.so"),
    )
    assert plans.plans["top.so"].loads == ("base.so", "left.so", "right.so")
    assert plans.plans["base.so"].loads == ()
    assert plans.machine == "x86_64"


def test_a_library_may_need_itself() -> None:
    assert planned(made_up("liba.so", "liba.so")).plans["liba.so"].loads == ()


def test_equal_bytes_are_one_image() -> None:
    plans = planned(
        made_up("z/libx.so.1", data="x"),
        made_up("a/libx.so", data="x", soname="libx.so.1"),
        made_up("ext.so", "libx.so.1"),
    )
    assert plans.aliases == {"z/libx.so.1": "a/libx.so"}
    assert sorted(plans.plans) == ["a/libx.so", "ext.so"]
    assert plans.plans["ext.so"].loads == ("a/libx.so",)
    assert not plans.plans["ext.so"].patches


def test_a_symbolic_link_name_is_found_below_the_run_path() -> None:
    plans = planned(
        made_up("p/ext.so", "libx.so", run_path=("$ORIGIN/libs",)),
        made_up("p/libs/libx.so", soname="libx.so.1", data="x"),
        made_up("p/libs/libx.so.1", data="x"),
    )
    assert plans.plans["p/ext.so"].loads == ("p/libs/libx.so",)
    assert plans.plans["p/libs/libx.so"].link_name == "libx.so"


@pytest.mark.parametrize(
    ("entry", "found"),
    [
        ("$ORIGIN/../b", "p/b/libx.so"),
        ("${ORIGIN}/../b/", "p/b/libx.so"),
        ("$ORIGIN/../../q", "q/libx.so"),
        ("$ORIGIN/../$LIB", "p/lib64/libx.so"),
        ("$ORIGIN/../${PLATFORM}", "p/x86_64/libx.so"),
    ],
)
def test_run_paths(entry: str, found: str) -> None:
    folders = ("p/b", "q", "p/lib64", "p/x86_64", "elsewhere")
    plans = planned(
        made_up("p/a/ext.so", "libx.so", run_path=("/nonexistent", "", entry)),
        *(made_up(f"{folder}/libx.so") for folder in folders),
    )
    assert plans.plans["p/a/ext.so"].loads == (found,)


@pytest.mark.parametrize(
    "entry", ["", "/q", "q", "$ORIGIN/../../../q", "$ORIGINAL/../../q", "a/$ORIGIN/../q"]
)
def test_run_paths_that_lead_out_of_the_archive_decide_nothing(entry: str) -> None:
    text = error(
        made_up("p/a/ext.so", "libx.so", run_path=(entry,)), made_up("q/libx.so"), made_up("r/libx.so")
    )
    assert "two different libraries with one soname" in text


def test_an_old_run_path_is_inherited_through_a_chain() -> None:
    """Of the loaders with one, the nearest that leads to a member counts."""
    plans = planned(
        made_up("p/ext.so", "libone.so", run_path=("$ORIGIN/libs",), passes_run_path_on=True),
        made_up("p/libs/libone.so", "libtwo.so", run_path=("/nowhere",)),
        made_up("p/libs/libtwo.so", "libx.so", run_path=("$ORIGIN/none",), passes_run_path_on=True),
        made_up("p/libs/libx.so"),
        made_up("q/libx.so"),
    ).plans
    assert plans["p/libs/libtwo.so"].loads == ("p/libs/libx.so",)


def test_two_loaders_that_disagree_decide_nothing() -> None:
    with pytest.raises(PackError, match="two different libraries with one soname"):
        planned(
            made_up("p/ext.so", "libone.so", run_path=("$ORIGIN",), passes_run_path_on=True),
            made_up("q/ext.so", "libone.so", run_path=("$ORIGIN",), passes_run_path_on=True),
            made_up("libone.so", "libx.so"),
            made_up("p/libx.so"),
            made_up("q/libx.so"),
        )


def test_the_first_entry_of_a_run_path_wins() -> None:
    ext = made_up("ext.so", "libx.so", run_path=("$ORIGIN/none", "$ORIGIN/b", "$ORIGIN/a"))
    plans = planned(ext, made_up("a/libx.so"), made_up("b/libx.so"))
    assert plans.plans["ext.so"].loads == ("b/libx.so",)
    assert plans.plans["b/libx.so"].patches
    assert not plans.plans["a/libx.so"].patches  # nobody asks for it


def test_system_libraries() -> None:
    ext = made_up("ext.so", "libssl.so.3", "libz.so.1", "/opt/x/libx.so")
    plans = planned(ext, system_libs=("libssl.so.3", "/opt/x/libx.so"))
    assert plans.plans["ext.so"].loads == ()
    assert plans.plans["ext.so"].patches == ()


def test_glibc_is_the_highest_of_all() -> None:
    old = made_up("a.so", versions=(("libc.so.6", "GLIBC_2.4"), ("libc.so.6", "GLIBC_2.17")))
    odd = made_up("b.so", versions=(("libc.so.6", "GLIBC_PRIVATE"), ("libm.so.6", "GLIBC_2.2.5")))
    relative = made_up("c.so", versions=(("libc.so.6", "GLIBC_ABI_DT_RELR"), ("libx.so", "GLIBCXX_3.4.30")))
    assert planned(old, odd).glibc == (2, 17)
    assert planned(old, odd, relative).glibc == (2, 36)


def test_executables_are_checked_and_never_loaded() -> None:
    tool = made_up("tool", "libx.so", soname=None, kind="executable")
    plans = planned(tool, made_up("libx.so"))
    assert list(plans.plans) == ["libx.so"]
    assert '"libx.so" is needed by bazel-out/tool' in error(tool)
    assert "no member of the par has" in error(made_up("ext.so", "tool"), made_up("tool", kind="executable"))


def test_other_kinds_are_ignored() -> None:
    assert planned(made_up("a.o", "x", kind="other", machine="em_247")) == Plans({}, {}, (0, 0), None)


@st.composite
def graphs(draw: st.DrawFn) -> list[NativeMember]:
    """Members that need only members before them; names shuffled, so that no order is given away by them."""
    count = draw(st.integers(1, 12))
    names = draw(st.permutations([f"lib{n}.so" for n in range(count)]))
    needs = [draw(st.lists(st.sampled_from(names[:n]), unique=True)) if n else [] for n in range(count)]
    return [made_up(f"libs/{name}", *needed) for name, needed in zip(names, needs)]


@settings(deadline=None, database=None)
@given(graphs(), st.randoms(use_true_random=False))
def test_dependencies_come_first_whatever_the_order_of_the_members(
    members: list[NativeMember], chance: random.Random
) -> None:
    plans = planned(*members)
    by_path = {m.stored_path: m for m in members}
    for path, made in plans.plans.items():
        assert len(set(made.loads)) == len(made.loads)
        assert path not in made.loads
        needed = {f"libs/{n.name}" for n in by_path[path].facts.needed}
        assert set(made.loads) == needed.union(*(plans.plans[n].loads for n in needed))
        for n, loaded in enumerate(made.loads):
            assert set(plans.plans[loaded].loads) <= set(made.loads[:n])
    shuffled = list(members)
    chance.shuffle(shuffled)
    assert planned(*shuffled) == plans
    assert list(planned(*shuffled).plans) == list(plans.plans)


def test_programs_of_other_machines_are_data() -> None:
    tool = made_up("bin/tool", kind="executable")
    others = [
        made_up("arm/tool", "libmissing.so", kind="executable", machine="aarch64"),
        made_up("small/tool", kind="executable", bits=32),
    ]
    assert planned(tool, made_up("ext.so"), *others) == planned(tool, made_up("ext.so"))
