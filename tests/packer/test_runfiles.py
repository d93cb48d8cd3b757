"""Runfiles: each is found in the par, however the import roots lie over each other."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from packer.layout import lay_out
from packer.request import InputFile
from packer.runfiles import apparent_names, place_of, places


def test_import_roots_are_enough() -> None:
    members = {
        "package/data.txt": InputFile("main/package/data.txt", ""),
        "six.py": InputFile("pypi_six/site-packages/six.py", ""),
        "memfd_par/boot.py": InputFile("memfd_par/boot.py", ""),
    }
    assert places(members) == {"main": "", "pypi_six/site-packages": ""}


def test_files_that_lie_elsewhere_have_an_entry_of_their_own() -> None:
    members = {
        "LICENSE": InputFile("one/LICENSE", ""),
        "two/LICENSE": InputFile("two/LICENSE", ""),
        "two.txt": InputFile("two/two.txt", ""),
        "module/name.so": InputFile("main/built/_name.so", ""),
    }
    assert places(members) == {
        "main/built/_name.so": "module/name.so",
        "one": "",
        "two": "",
        "two/LICENSE": "two/LICENSE",
    }


def test_a_folder_and_what_is_unknown() -> None:
    found = places({"package/data.txt": InputFile("main/package/data.txt", "")})
    assert place_of("main/package", found) == "package"
    assert place_of("main", found) == ""
    assert place_of("other/package", found) is None


def test_repositories_have_more_names() -> None:
    members = {
        "shop/title.txt": InputFile("_main/shop/title.txt", ""),
        "list.txt": InputFile("prices~/list.txt", ""),
        "prices2/list.txt": InputFile("prices2~/list.txt", ""),
        "six.py": InputFile("pip~six/site-packages/six.py", ""),
    }
    lines = [",town,_main\n", ",my_prices,prices~\n", "prices~,six,pip~six\n", "prices~,absent,absent~\n"]
    found = places(members, apparent_names(lines))
    for path, place in {
        "town/shop/title.txt": "shop/title.txt",
        "my_prices/list.txt": "list.txt",
        "prices~/list.txt": "list.txt",
        "six/site-packages/six.py": "six.py",
        "absent/x": None,
        "prices2/list.txt": None,
    }.items():
        assert place_of(path, found) == place, path


def test_names_that_mean_different_things() -> None:
    lines = [",a,one~", "x~,a,two~", "x~,b,one~", "y~,b,two~", "x~,c,one~", "y~,c,one~"]
    assert apparent_names(lines) == {"a": "one~", "c": "one~"}


_PATH = st.lists(st.sampled_from(["a", "b", "c", "__init__.py", "x.py"]), min_size=2, max_size=5).map(
    "/".join
)


@given(st.sets(_PATH, max_size=8), st.lists(st.sampled_from(["a", "a/b", "b", "b/c"]), max_size=3))
def test_every_file_is_found(paths: set[str], imports: list[str]) -> None:
    folders = {"/".join(path.split("/")[:count]) for path in paths for count in range(1, path.count("/") + 1)}
    files = [InputFile(path, path) for path in sorted(paths - folders)]
    layout = lay_out(files, imports, script_folder=None, extension_suffixes=[".so"], same=lambda *_: False)
    found = places(layout.members)
    for stored_path, file in layout.members.items():
        assert place_of(file.runfiles_path, found) == stored_path
