"""What memfd_par.loaded() prints."""

from __future__ import annotations

import memfd_par
from memfd_par import Loaded
from memfd_par.image import Image

TABLE = """\
SONAME   MODULE    SIZE  TIER   MEMBER
libx.so  -            7  plain  lib/libx.so
fast.so  pkg.fast  1234  plain  pkg/fast.so"""


def test_table() -> None:
    loaded = Loaded(
        [
            Image("libx.so", None, 7, "plain", "lib/libx.so"),
            Image("fast.so", "pkg.fast", 1234, "plain", "pkg/fast.so"),
        ]
    )
    assert str(loaded) == TABLE
    assert f"{loaded}" == TABLE


def test_empty() -> None:
    assert str(Loaded()) == "SONAME  MODULE  SIZE  TIER  MEMBER"


def test_outside_of_a_par_nothing_is_loaded() -> None:
    assert memfd_par.loaded() == ()
    assert isinstance(memfd_par.loaded(), Loaded)


def test_it_is_a_tuple_of_images() -> None:
    image = Image("libx.so", None, 7, "plain", "lib/libx.so")
    loaded = Loaded([image])
    assert (len(loaded), loaded[0]) == (1, image)
    assert (
        repr(loaded)
        == "(Image(soname='libx.so', module=None, size=7, tier='plain', member='lib/libx.so', why=''),)"
    )
