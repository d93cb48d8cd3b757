"""The manifest that the rule writes."""

from __future__ import annotations

import pytest

from packer.errors import PackError
from packer.request import InputFile, decode, parse_manifest


def test_every_kind_of_line() -> None:
    manifest = parse_manifest(
        [
            "I\tpypi_six/site-packages\n",
            "F\tapp/main.py\tapp/main.py\n",
            "F\t../pypi_six/site-packages/six.py\texternal/pypi_six/site-packages/six.py\n",
            "S\tlink.txt\tout/target.txt\n",
            "R\tother/root.txt\tout/root.txt\n",
            "N\tlib/libx.so\tout/lib/libx.so\n",
            "E\tapp._fast\tapp/fast.so\tout/app/fast.so\n",
            "P\t../python/lib/python3.14/os.py\texternal/python/lib/python3.14/os.py\n",
        ],
        "m",
        "ws",
    )
    assert manifest.imports == ["pypi_six/site-packages"]
    assert manifest.files == [
        InputFile("ws/app/main.py", "app/main.py"),
        InputFile("pypi_six/site-packages/six.py", "external/pypi_six/site-packages/six.py"),
        InputFile("ws/link.txt", "out/target.txt"),
        InputFile("other/root.txt", "out/root.txt"),
    ]
    assert manifest.native_libs == [InputFile("ws/lib/libx.so", "out/lib/libx.so")]
    assert manifest.extension_modules == [("app._fast", InputFile("ws/app/fast.so", "out/app/fast.so"))]
    own = InputFile("python/lib/python3.14/os.py", "external/python/lib/python3.14/os.py")
    assert manifest.interpreter == [own]


def test_what_a_dependency_has_of_the_toolchain_is_left_out() -> None:
    lines = [
        "T\t../python/bin/python3",
        "F\t../python/bin/python3\texternal/python/bin/python3",
        "D\t../python/bin/python3\texternal/python/bin/python3",
        "D\t../python/lib/extra.py\texternal/python/lib/extra.py",
    ]
    assert [file.runfiles_path for file in parse_manifest(lines, "m", "ws").files] == [
        "python/bin/python3",
        "python/lib/extra.py",
    ]
    assert [file.runfiles_path for file in parse_manifest([lines[0], *lines[2:]], "m", "ws").files] == [
        "python/lib/extra.py"
    ]


@pytest.mark.parametrize("line", ["", "F\tone", "Q\ta\tb", "E\ta\tb", "I", "D\tone", "T"])
def test_other_lines_are_errors_that_name_the_place(line: str) -> None:
    with pytest.raises(PackError) as error:
        parse_manifest(["I\tx", line], "app.par-manifest", "ws")
    assert (
        str(error.value)
        == f"app.par-manifest:2: {line!r} is no manifest line. Each starts with one of: F, T, D, S, R, I, N, E, P."
    )


def test_file_names_in_either_encoding() -> None:
    name = "F\tété.txt\tété.txt\n"
    assert decode(name.encode()) == decode(name.encode("latin-1")) == name
