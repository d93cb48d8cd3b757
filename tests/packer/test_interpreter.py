"""What is carried of an interpreter, and where it goes."""

from __future__ import annotations

import pytest

from packer.errors import PackError
from packer.interpreter import Interpreter, choose
from packer.request import InputFile

FILES = (
    "bin/python3.14",
    "include/python3.14/Python.h",
    "lib/libpython3.14.so",
    "lib/libpython3.14.so.1.0",
    "lib/libpython3.so",
    "lib/libssl.so.3",
    "lib/pkgconfig/python3.pc",
    "lib/python3.14/os.py",
    "lib/python3.14/__pycache__/os.cpython-314.pyc",
    "lib/python3.14/config-3.14-x86_64-linux-gnu/Makefile",
    "lib/python3.14/ctypes/__init__.py",
    "lib/python3.14/ctypes/test/__init__.py",
    "lib/python3.14/ensurepip/__init__.py",
    "lib/python3.14/idlelib/idle.py",
    "lib/python3.14/lib-dynload/_ssl.cpython-314-x86_64-linux-gnu.so",
    "lib/python3.14/lib-dynload/_testcapi.cpython-314-x86_64-linux-gnu.so",
    "lib/python3.14/lib-dynload/_tkinter.cpython-314-x86_64-linux-gnu.so",
    "lib/python3.14/pydoc_data/_pydoc.css",
    "lib/python3.14/site-packages/six.py",
    "lib/python3.14/test/__init__.py",
    "lib/python3.14/test/test_os.py",
    "lib/python3.14/tkinter/__init__.py",
    "lib/python3.14/unittest/case.py",
)


def chosen(
    left_out: tuple[str, ...] = (), kept: tuple[str, ...] = (), files: tuple[str, ...] = FILES
) -> Interpreter:
    inputs = [InputFile("python/" + path, "external/python/" + path) for path in files]
    return choose(inputs, target="//a:b", prefix="python", version="3.14", left_out=left_out, kept=kept)


def test_what_is_importable_and_the_libraries() -> None:
    interpreter = chosen()
    assert (interpreter.folder, interpreter.libpython) == ("lib/python3.14", "lib/libpython3.14.so.1.0")
    assert {
        placed.stored_path.removeprefix("lib/python3.14/"): placed.module for placed in interpreter.files
    } == {
        "os.py": "os.py",
        "ctypes/__init__.py": "ctypes/__init__.py",
        "lib-dynload/_ssl.cpython-314-x86_64-linux-gnu.so": "_ssl.cpython-314-x86_64-linux-gnu.so",
        "lib-dynload/_tkinter.cpython-314-x86_64-linux-gnu.so": "_tkinter.cpython-314-x86_64-linux-gnu.so",
        "pydoc_data/_pydoc.css": "pydoc_data/_pydoc.css",
        "tkinter/__init__.py": "tkinter/__init__.py",
        "unittest/case.py": "unittest/case.py",
        ".par/python3.14": None,
        "lib/libpython3.14.so.1.0": None,
        "lib/libssl.so.3": None,
    }


def test_modules_that_the_target_does_not_need() -> None:
    paths = {placed.stored_path for placed in chosen(left_out=("tkinter", "_tkinter", "ctypes")).files}
    assert not [path for path in paths if "tkinter" in path or "ctypes" in path]


def test_modules_that_usually_stay_out() -> None:
    paths = {placed.module for placed in chosen(kept=("test", "_testcapi")).files}
    assert {"test/test_os.py", "_testcapi.cpython-314-x86_64-linux-gnu.so"} <= paths
    assert "ctypes/test/__init__.py" not in paths
    assert "ctypes/test/__init__.py" in {placed.module for placed in chosen(kept=("ctypes.test",)).files}
    assert not [p for p in chosen(left_out=("test",), kept=("test",)).files if "test_os" in p.stored_path]


@pytest.mark.parametrize("attribute", ["exclude_stdlib", "include_stdlib"])
def test_names_that_mean_nothing(attribute: str) -> None:
    names = ("tkintr",)
    with pytest.raises(PackError) as error:
        chosen(names) if attribute == "exclude_stdlib" else chosen((), names)
    assert str(error.value).startswith(
        f'//a:b: {attribute} names "tkintr", and the standard library of its interpreter has no such module. Did you mean "'
    )
    assert '"tkinter"' in str(error.value)


def test_what_may_be_started() -> None:
    assert chosen().executables == (".par/python3.14",)
    files = ("bin/python", "bin/python3", "bin/pip3.14", "bin/python3-config", *FILES)
    assert chosen(files=files).executables == (".par/python3.14", ".par/python3", ".par/python")
    without = chosen(files=tuple(path for path in FILES if "libpython" not in path))
    assert (without.libpython, without.executables) == ("", (".par/python3.14",))


def test_a_free_threaded_python() -> None:
    files = tuple(
        path.replace("python3.14", "python3.14t").replace("cpython-314", "cpython-314t") for path in FILES
    )
    with pytest.raises(PackError) as error:
        chosen(files=files)
    assert str(error.value).startswith(
        "//a:b: the interpreter of its Python toolchain is free-threaded (lib/python3.14t/os.py), and no par has carried"
    )
    assert 'interpreter = "system"' in str(error.value)
