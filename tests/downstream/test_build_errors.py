"""What a user sees of each target that cannot be packed: all of them are in one build of the downstream workspace."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.downstream.nested import Workspace

Result = subprocess.CompletedProcess[str]

#: By target: parts of its one error.
ERRORS = {
    "needs_a_library_that_nobody_provides": [
        'cannot be packed: library "libabsent.so.1" is needed by bazel-out/*/bin/broken/libneedy.so',
        "neither the policy manylinux_2_28 nor system_libs lists it",
        'Mend: attach the library with native_libs; or, if every machine has it, declare system_libs = ["libabsent.so.1"]',
    ],
    "refuses_a_library_that_a_dependency_lacks": [
        'cannot be packed: library "libabsent.so.1" is needed by bazel-out/*/bin/broken/libneedy.so',
        "Mend: attach the library with native_libs",
    ],
    "has_two_libraries_with_one_soname": [
        'two different libraries with one soname: "libtwin.so.1", needed by bazel-out/*/bin/broken/libundecided.so',
        "bin/broken/a/libtwin.so.1 (stored as broken/a/libtwin.so.1) or bazel-out/*/bin/broken/b/libtwin.so.1",
        "Mend: give the dependent a run path to the one it means",
    ],
    "has_a_library_for_another_machine": [
        'bin/broken/libforeign.so ("libforeign.so") is built for riscv64 (64 bits), but the target is built for *(64 bits)',
        "Mend: attach its build for",
    ],
    "has_a_cycle": [
        "a cycle that cannot be loaded, as the others find bazel-out/*/bin/broken/libpong.so by no soname:",
        "bin/broken/libping.so (libping.so) needs bazel-out/*/bin/broken/libpong.so",
        "bin/broken/libpong.so (no soname) needs libping.so",
        "Mend: give it the soname by which it is needed",
    ],
    "has_an_empty_library": [
        "bin/broken/libempty.so is listed in native_libs, and it is empty, not a shared library",
        "List the file that the linker makes",
    ],
    "has_a_linker_script": [
        "bin/broken/libscript.so is listed in native_libs, and it is not an ELF file (it starts with b'INPU')",
    ],
    "has_a_linker_script_as_extension_module": [
        "bin/broken/libscript.so is listed in extension_modules, and it is not an ELF file",
    ],
    "has_a_cut_library": [
        "bin/broken/libcut.so begins like an ELF file but cannot be read as one",
        "the file has 200 bytes",
        "Mend: build or download the file again",
    ],
    "lacks_its_main_module": [
        "there is no module broken.programme among its sources and dependencies (did you mean broken.program?)",
        "Add the dependency that provides it, or correct main_module",
    ],
    "lacks_the_module_of_its_entry_point": [
        "there is no module broken.programme among its sources and dependencies (did you mean broken.program?)",
        "Add the dependency that provides it, or correct entry_point",
    ],
    "names_a_policy_that_does_not_exist": [
        'policy = "manylinux2_28" is not a manylinux policy that is known here. Did you mean "manylinux_2_28"?',
        "Mend: set `policy`",
    ],
    "names_real_files_that_are_not_there": [
        "real_files names 'broke', which is neither a distribution nor a file or folder at the top of the par (did you mean broken?).",
        "Name a distribution as it is called on PyPI, or a folder as `unzip -l` shows it",
    ],
    "refuses_two_files_for_one_module": [
        "1 places are claimed by different files",
        "shared.py: downstream/broken/left/shared.py wins over downstream/broken/right/shared.py",
        'Drop one of the dependencies, or set on_duplicate = "warn"',
    ],
}


def of(target: str, output: str) -> list[str]:
    """The packer's messages for a target, each up to what Bazel says next."""
    begins = re.compile(rf"^memfd_par: //broken:{target}\b", re.MULTILINE)
    ends = re.compile(r"^(Use --|INFO|ERROR|WARNING|DEBUG|Target |memfd_par: )", re.MULTILINE)
    messages = []
    for match in begins.finditer(output):
        end = ends.search(output, match.end())
        messages.append(output[match.start() : end.start() if end else len(output)])
    return messages


@pytest.mark.parametrize("target", ERRORS)
def test_error(target: str, broken: Result) -> None:
    messages = of(target, broken.stderr)
    assert len(messages) == 1, broken.stderr
    for text in ERRORS[target]:
        pattern = re.escape(text).replace(r"\*", r"[\w. -]+")
        assert re.search(pattern, messages[0]), f"{text!r} is not in {messages[0]!r}"


def test_nothing_is_left_of_a_target_that_cannot_be_packed(broken: Result, workspace: Workspace) -> None:
    assert broken.returncode == 1, broken.stderr
    made = {path.name for path in (workspace.folder / "bazel-bin/broken").glob("*.par")}
    assert made == {
        "warns_of_a_library_that_a_dependency_lacks.par",
        "warns_of_two_files_for_one_module.par",
    }


def test_no_error_is_a_traceback(broken: Result) -> None:
    assert "Traceback" not in broken.stderr


def test_a_library_that_a_dependency_lacks_is_a_warning(broken: Result) -> None:
    (message,) = of("warns_of_a_library_that_a_dependency_lacks", broken.stderr)
    assert "native code that needs 1 libraries which nobody provides" in message
    assert "bin/broken/libneedy.so, but no member of the par has that soname" in message
    assert 'set on_missing = "error"' in message
    assert 'declare system_libs = ["libabsent.so.1"]' in message


@pytest.mark.usefixtures("broken")
def test_a_library_that_lacks_another_says_so_when_it_is_loaded(workspace: Workspace) -> None:
    par = workspace.folder / "bazel-bin/broken/warns_of_a_library_that_a_dependency_lacks.par"
    output = subprocess.run([par], stdout=subprocess.PIPE, check=True, text=True).stdout
    assert "libabsent.so.1: cannot open shared object file" in output
    assert "broken/libneedy.so needs that library, and neither the par nor the machine has it" in output
    assert "build //broken:warns_of_a_library_that_a_dependency_lacks with it (native_libs" in output


def test_two_files_for_one_module_are_a_warning_that_names_both(broken: Result) -> None:
    (message,) = of("warns_of_two_files_for_one_module", broken.stderr)
    assert message.count("downstream/broken/left/shared.py wins over downstream/broken/right/shared.py") == 1
    assert "on_duplicate" not in message


@pytest.mark.usefixtures("broken")
def test_the_first_file_on_the_import_path_wins(workspace: Workspace) -> None:
    par = workspace.folder / "bazel-bin/broken/warns_of_two_files_for_one_module.par"
    assert subprocess.run([par], stdout=subprocess.PIPE, check=True).stdout == b"left\n"


def test_a_python_toolchain_of_another_version_than_the_packers(workspace: Workspace) -> None:
    result = workspace.run(
        "build",
        "--platforms=//broken:basement_platform",
        "--extra_toolchains=//broken:basement_python",
        "//broken:is_for_another_python",
    )
    assert result.returncode == 1
    (message,) = of("is_for_another_python", result.stderr)
    assert "its Python toolchain is for CPython 3.8, and the packer runs on CPython 3." in message
    assert "register one Python toolchain for both the target and the exec platform" in message


def test_a_wheel_that_does_not_match_its_checksum(workspace: Workspace) -> None:
    result = workspace.run("build", "@wrong_checksum//:lib")
    assert result.returncode == 1
    assert "pip could not fetch six==1.17.0 for wrong_checksum" in result.stderr
    assert f"what it has does not have the sha256 {'0' * 64}" in result.stderr


def test_a_wheel_where_there_is_no_python_to_fetch_it(workspace: Workspace) -> None:
    result = workspace.run("query", "--repo_env=PATH=/nonexistent", "@not_fetched//:all")
    assert result.returncode != 0
    assert (
        "not_fetched needs a Python 3 with pip on the PATH to fetch six==1.17.0, and found no python3"
        in result.stderr
    )
    assert "Install them" in result.stderr
