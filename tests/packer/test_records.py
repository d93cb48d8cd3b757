"""RECORD files for distributions that came without."""

from __future__ import annotations

import csv

from packer.records import missing_records
from packer.request import InputFile


def members(root: str, *paths: str) -> dict[str, InputFile]:
    return {path: InputFile(f"{root}/{path}", "") for path in paths}


def test_files_below_the_import_root_of_the_metadata() -> None:
    found = missing_records(
        {
            **members(
                "pypi_six/site-packages", "six.py", "six-1.0.dist-info/METADATA", "six-1.0.dist-info/WHEEL"
            ),
            **members("pypi_six", "bin/six"),
            **members("main", "app/main.py"),
        }
    )
    assert found == {
        "six-1.0.dist-info/RECORD": b"six-1.0.dist-info/METADATA,,\nsix-1.0.dist-info/RECORD,,\n"
        b"six-1.0.dist-info/WHEEL,,\nsix.py,,\n"
    }


def test_a_record_that_is_there_stays_as_it_is() -> None:
    assert not missing_records(members("a", "x-1.dist-info/METADATA", "x-1.dist-info/RECORD"))


def test_nothing_is_made_up_where_several_share_a_root() -> None:
    assert not missing_records(members("venv", "x-1.dist-info/METADATA", "y-1.dist-info/METADATA", "x.py"))


def test_names_with_signs_are_quoted() -> None:
    (text,) = missing_records(members("a", 'with, "signs".txt', "x-1.dist-info/METADATA")).values()
    assert ['with, "signs".txt', "", ""] in list(csv.reader(text.decode().splitlines()))
