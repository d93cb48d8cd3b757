"""Data files and distributions of a par, by importlib's own interfaces."""

from __future__ import annotations

from tests.e2e.par import Copy, Par


def _check(par: Par, code: str) -> None:
    par.output(f"PAR = {str(par.path)!r}\nTEXT = 'circle\\nsquare \\xe9\\n'\n" + code)


def test_files(probe: Par) -> None:
    _check(
        probe,
        """
import importlib.resources as r, shapes
folder = r.files("shapes")
names = folder.joinpath("names.txt")
assert names.read_text(encoding="utf-8") == TEXT and names.read_bytes() == TEXT.encode() and names.is_file()
assert (folder / "names.txt").name == "names.txt" and str(names) == PAR + "/shapes/names.txt"
assert {"__init__.py", "names.txt", "deep"} <= {child.name for child in folder.iterdir()} and folder.is_dir()
assert (folder / "deep" / "er.py").is_file() and (folder / "deep").is_dir() and not (folder / "none").is_file()
with names.open("rb") as file: assert file.read() == TEXT.encode()
with names.open(encoding="utf-8") as file: assert list(file) == TEXT.splitlines(True)
assert r.files(shapes).joinpath("..", "faulty", "__init__.py").read_text().startswith('"' * 3)
assert {child.name for child in r.files("commons").iterdir()} >= {"near.py", "far.py"}
""",
    )


def test_files_are_paths_as_those_of_a_package_on_disk(probe: Par) -> None:
    _check(
        probe,
        """
import importlib.resources as r, os, pathlib, shutil, sys, tempfile
folder = r.files("shapes")
assert isinstance(folder, pathlib.Path) and os.fspath(folder) == PAR + "/shapes" and str(folder) in map(str, [folder])
assert "names.txt" in os.listdir(folder) and os.path.isdir(str(folder)) and str(r.files("shapes")).startswith(PAR)
with open(folder / "names.txt", encoding="utf-8") as file: assert file.read() == TEXT
assert [path.name for path in folder.glob("*.txt")] == ["names.txt"] and folder.joinpath("names.txt").stat().st_size
assert folder.joinpath("deep").resolve().relative_to(folder.resolve()) == pathlib.Path("deep")
with tempfile.TemporaryDirectory() as other: assert pathlib.Path(shutil.copy(folder / "names.txt", other)).is_file()
assert isinstance(r.files("commons"), pathlib.Path)
""",
    )


def test_functions(probe: Par) -> None:
    _check(
        probe,
        """
import importlib.resources as r, warnings
warnings.simplefilter("ignore")  # some versions deprecate these
if hasattr(r, "read_text"):
    assert r.read_text("shapes", "names.txt", encoding="utf-8") == TEXT and r.is_resource("shapes", "names.txt")
    assert r.read_binary("shapes", "names.txt") == TEXT.encode() and not r.is_resource("shapes", "deep")
    with r.path("shapes", "names.txt") as path: assert path.read_text(encoding="utf-8") == TEXT
""",
    )


def test_as_file(probe: Par) -> None:
    _check(
        probe,
        """
import importlib.resources as r, os
with r.as_file(r.files("shapes") / "names.txt") as path:
    assert path.read_text(encoding="utf-8") == TEXT and os.fspath(path).startswith("/proc/self/fd/")
    assert os.path.getsize(path) == len(TEXT.encode())
    with r.as_file(r.files("shapes") / "names.txt") as again: assert again.read_bytes() == path.read_bytes()
with r.as_file(r.files("shapes") / "deep") as path:
    assert not str(path).startswith(PAR) and "er.py" in os.listdir(path)
    assert (path / "er.py").read_text() == (r.files("shapes") / "deep" / "er.py").read_text()
import pathlib
with r.as_file(pathlib.Path(os.__file__)) as path: assert path == pathlib.Path(os.__file__)
with r.as_file(pathlib.Path(PAR, "shapes", "names.txt")) as path: assert not str(path).startswith(PAR)
try:
    with r.as_file(r.files("shapes") / "absent"): raise AssertionError
except FileNotFoundError as error: assert error.filename == PAR + "/shapes/absent"
""",
    )


def test_a_file_as_file_keeps_its_name_and_its_neighbours(probe: Par) -> None:
    _check(
        probe,
        """
import importlib.resources as r, os, pathlib, pickle
with r.as_file(r.files("shapes") / "names.txt") as path: pass
assert isinstance(path, pathlib.Path) and (path.name, path.stem, path.suffix) == ("names.txt", "names", ".txt")
assert str(path.parent) == os.path.dirname(PAR + "/shapes/names.txt") and path.is_absolute() and path.is_file()
assert {"__init__.py", "names.txt", "deep"} <= {child.name for child in path.parent.iterdir()}
assert (path.parent / "deep" / "er.py").is_file() and str(path.with_name("new.md")) == PAR + "/shapes/new.md"
assert os.path.samefile(path.parent, r.files("shapes")) and str(path.parent.parent) == PAR
assert os.fspath(path) == str(path) == path.as_posix() and bytes(path) == os.fsencode(str(path)) and path.exists()
assert str(path) in repr(path) and path.stat().st_size == os.stat(str(path)).st_size
with open(path, encoding="utf-8") as one, path.open(encoding="utf-8") as two: assert one.read() == two.read() == TEXT
assert path.resolve() == (r.files("shapes") / "names.txt").resolve() == path.resolve(strict=True)
assert str(pickle.loads(pickle.dumps(path))) == PAR + "/shapes/names.txt"
assert path.relative_to(r.files("shapes")) == pathlib.Path("names.txt") and path.match("*.txt")
assert str(pathlib.Path(path)) == str(path) == str(path.absolute()) and str(path / "x") == str(path) + "/x"
assert (path / "x").name == "x" and (path / "x").parent.name == os.path.basename(str(path))
with r.as_file(path) as again: assert str(again) == str(path)
with r.as_file(r.files("shapes") / "names.txt") as again: assert again == path and hash(again) == hash(path)
""",
    )


def test_what_is_not_there(probe: Par) -> None:
    _check(
        probe,
        """
import importlib.resources as r
for use in (lambda f: (f / "none").read_text(), lambda f: (f / "none").open("rb"), lambda f: list((f / "none").iterdir()),
            lambda f: f.read_text(), lambda f: (f / "names.txt" / "x").read_bytes(), lambda f: (f / "new").open("w")):
    try: use(r.files("shapes"))
    except OSError as error: assert error.errno and error.filename.startswith(PAR + "/shapes"), repr(error)
    else: raise AssertionError
try: r.files("none")
except ModuleNotFoundError: pass
""",
    )


def test_metadata(probe: Par) -> None:
    _check(
        probe,
        """
import importlib.metadata as m
names = ("shapes-dist", "shapes_dist", "Shapes.Dist")[: None if __import__("sys").version_info >= (3, 10) else 2]
for name in names: assert m.version(name) == "1.0", name
assert m.metadata("shapes-dist")["Name"] == "shapes-dist" and not m.requires("shapes-dist")
files = m.files("shapes-dist")
assert [str(path) for path in files] == ["shapes/__init__.py", "shapes/names.txt"]
assert files[1].locate().read_text(encoding="utf-8") == files[1].read_text() == TEXT
point, = m.distribution("shapes-dist").entry_points
assert point.name == "round" and point.group == "shapes" and point.load().name == "circle"
assert point in m.entry_points(group="shapes") if __import__("sys").version_info >= (3, 10) else True
assert [d.metadata["Name"] for d in m.distributions()].count("shapes-dist") == 1
assert m.packages_distributions()["shapes"] == ["shapes-dist"] if __import__("sys").version_info >= (3, 11) else True
try: m.version("none")
except m.PackageNotFoundError: pass
else: raise AssertionError
assert list(m.distributions(path=["/nonexistent"])) == []
""",
    )


def test_metadata_of_wheels(shared: Copy) -> None:
    code = """
import importlib.metadata as m, requests, MySQLdb
assert m.version("requests") == requests.__version__ and m.version("mysqlclient")
names = sorted(d.metadata["Name"].lower() for d in m.distributions())
assert {"requests", "mysqlclient", "certifi", "docopt", "urllib3", "idna"} <= set(names), names
assert "Requires-Dist" in m.metadata("requests") and m.requires("requests")
"""
    shared("mysql_repl").output("-c", code)
