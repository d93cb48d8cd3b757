"""The manylinux policies."""

from __future__ import annotations

import pytest

from packer.errors import PackError
from packer.policy import known, policy


def test_known_is_sorted_by_version() -> None:
    minors = [int(name.rpartition("_")[2]) for name in known()]
    assert minors == sorted(set(minors))
    assert {"manylinux_2_5", "manylinux_2_17", "manylinux_2_28", "manylinux_2_34", "manylinux_2_35"} < set(
        known()
    )


@pytest.mark.parametrize("name", known())
def test_each_policy_tells_its_glibc_and_trusts_libc(name: str) -> None:
    found = policy(name)
    assert found.name == name
    assert name == "manylinux_{}_{}".format(*found.glibc)
    assert {"libc.so.6", "libm.so.6", "libstdc++.so.6", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"} <= (
        found.libraries
    )
    assert not {"libssl.so.3", "libcrypto.so.3", "libmariadb.so.3"} & found.libraries


def test_newer_policies_trust_more() -> None:
    libraries = [policy(name).libraries for name in known()]
    assert all(older <= newer for older, newer in zip(libraries, libraries[1:]))
    assert "libexpat.so.1" not in policy("manylinux_2_5").libraries
    assert "libexpat.so.1" in policy("manylinux_2_12").libraries
    assert "libmvec.so.1" not in policy("manylinux_2_17").libraries
    assert "libmvec.so.1" in policy("manylinux_2_24").libraries


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("manylinux1", "manylinux_2_5"),
        ("manylinux2010", "manylinux_2_12"),
        ("manylinux2014", "manylinux_2_17"),
    ],
)
def test_aliases(alias: str, name: str) -> None:
    assert policy(alias) == policy(name)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("manylinux_2-28", "manylinux_2_28"),
        ("manylinux2_28", "manylinux_2_28"),
        ("manylinux2041", "manylinux20"),
    ],
)
def test_an_unknown_name_lists_the_choices(name: str, meant: str) -> None:
    with pytest.raises(PackError) as raised:
        policy(name)
    text = str(raised.value)
    assert f'policy = "{name}"' in text
    assert f'Did you mean "{meant}' in text
    assert ", ".join(known()) in text
    assert "manylinux2014" in text
    assert "Mend:" in text


def test_a_name_like_no_other_gets_no_guess() -> None:
    with pytest.raises(PackError, match="Valid are manylinux_2_5, ") as raised:
        policy("musl")
    assert "Did you mean" not in str(raised.value)
