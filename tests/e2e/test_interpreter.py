"""Other processes: `sys.executable` is the par as an interpreter, whoever starts it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.e2e.par import Copy, Par, says

INTERPRETER = {"MEMFD_PAR_INTERPRETER": "1"}


def test_sys_executable_is_the_par(probe: Par) -> None:
    printed = probe.output(
        "import os, sys; print(sys.executable, os.path.samefile(sys.executable, sys.argv[0]))"
    )
    assert printed.split() == [f"/proc/self/root{probe.path}", "True"]


@pytest.mark.parametrize("shell", [False, True])
def test_children_are_interpreters_with_the_par_s_modules(probe: Par, shell: bool) -> None:
    code = "import shapes, sys; print(shapes.__file__, sys.argv, __name__)"
    run = (
        "import shlex, subprocess, sys, pathlib\n"
        f"command = [str(pathlib.Path(sys.executable)), '-c', {code!r}, 'a', '-b']\n"
        f"shell = {shell}\n"
        "print(subprocess.run(shlex.join(command) if shell else command, shell=shell, capture_output=True, text=True))"
    )
    assert f"{probe.path}/shapes/__init__.py ['-c', 'a', '-b'] __main__" in probe.output(run)


def test_the_variable_makes_an_interpreter_and_goes_no_further(probe: Par) -> None:
    code = "import os, shapes; print(shapes.__name__, 'MEMFD_PAR_INTERPRETER' in os.environ)"
    assert probe.output("-c", code, env=INTERPRETER) == "shapes False\n"
    child = "import os, subprocess; print(subprocess.run(['env'], capture_output=True, text=True).stdout)"
    assert "MEMFD_PAR" not in probe.output("-c", child, env=INTERPRETER)


def test_standard_input_module_and_script(probe: Par) -> None:
    program = "import sys, shapes; print(sys.argv, __name__)"
    assert probe.output("-", "x", input=program, env=INTERPRETER) == "['-', 'x'] __main__\n"
    assert probe.output(input=program, env=INTERPRETER) == "['-'] __main__\n"
    (probe.path.parent / "script.py").write_text(program + "\nimport beside; print(__file__, beside.x)")
    (probe.path.parent / "beside.py").write_text("x = 7\n")
    try:
        printed = probe.output("script.py", "y", env=INTERPRETER)
        assert printed == "['script.py', 'y'] __main__\nscript.py 7\n"
    finally:
        (probe.path.parent / "script.py").unlink()
        (probe.path.parent / "beside.py").unlink()
    assert probe.output("-m", "calendar", "2026", "1", env=INTERPRETER).startswith("    January 2026")


def test_the_par_as_a_script_is_its_program(probe: Par) -> None:
    """As programs start themselves again: `[sys.executable, *sys.argv]`."""
    program = "import shapes, sys; print(shapes.__file__, sys.argv, __name__)"
    code = f"""
import os, subprocess, sys
sys.argv.append({program!r})
print(subprocess.check_output([sys.executable, "-u", *sys.argv, "x"], text=True), end="", flush=True)
os.execv(sys.executable, [sys.executable, *sys.argv])
"""
    printed = f"{probe.path}/shapes/__init__.py ['{probe.path}'%s] __main__\n"
    assert probe.output(code) == printed % ", 'x'" + printed % ""


def test_another_par_as_a_script(probe: Par, copy: Copy) -> None:
    """It runs alone: nothing of this one is there."""
    other = copy("probe")
    program = "import io, shapes, sys; print(sys.argv, sys.executable, len(sys.meta_path), io.FileIO.__mro__[1].__module__)"
    code = f"import io, subprocess, sys; subprocess.run([sys.executable, {str(other.path)!r}, {program!r}], check=True)"
    alone = other.output(program)
    assert probe.output(code) == alone
    assert alone.startswith(f"['{other.path}'] /proc/self/root{other.path} ")


def test_options(probe: Par) -> None:
    code = "import sys, warnings; print(sys.flags.optimize, sys.flags.dev_mode, sys.warnoptions)"
    printed = probe.output("-O", "-X", "dev", "-W", "error", "-c", code, env=INTERPRETER)
    assert printed == "1 True ['default', 'error']\n"
    assert probe.output("-IS", "-c", "print(1)", env=INTERPRETER) == "1\n"
    assert probe.output("-V", env=INTERPRETER).startswith("Python 3.")


@pytest.mark.parametrize(
    ("arguments", "phrase"),
    [
        (("--frozen",), "--frozen is no option of python"),
        (("-c",), "Argument expected for the -c option"),
        (("missing.py",), "can't open file 'missing.py': [Errno 2]"),
    ],
)
def test_bad_command_lines_end_with_2(probe: Par, arguments: tuple[str, ...], phrase: str) -> None:
    completed = probe.run(*arguments, env=INTERPRETER)
    assert completed.returncode == 2
    says(completed.stderr, phrase)


def test_another_program_of_the_par(probe: Par) -> None:
    calendar = probe.output("2026", "1", env={"MEMFD_PAR_MODULE": "calendar"})
    assert calendar.startswith("    January 2026")
    printed = probe.output(env={"MEMFD_PAR_MODULE": "shapes"})
    assert printed == probe.output(env={"MEMFD_PAR_MODULE": "shapes.__main__"})
    assert probe.run(env={"MEMFD_PAR_ENTRY_POINT": "shapes.circle:main"}).stderr == ""


PROGRAM = Path("tests/e2e/programs/processes.py")


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("shapes.circle", "it has no function"),
        ("a:b:c", "the par has no module 'a'"),
        ("none:main", "the par has no module 'none'"),
        (":main", "it has no function"),
    ],
)
def test_a_bad_entry_point_in_the_environment(probe: Par, value: str, reason: str) -> None:
    stderr = probe.fails(env={"MEMFD_PAR_ENTRY_POINT": value})
    says(stderr, f"MEMFD_PAR_ENTRY_POINT is {value!r}", reason, "package.module:function")


def test_no_request_reaches_children(probe: Par) -> None:
    code = "import os; print([name for name in os.environ if name.startswith('MEMFD_PAR')])"
    env = {**INTERPRETER, "MEMFD_PAR_MODULE": "shapes", "MEMFD_PAR_ENTRY_POINT": "shapes.circle:main"}
    assert probe.output("-c", code, env=env) == "[]\n"


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_multiprocessing_from_a_script(probe: Par, method: str) -> None:
    script = probe.path.parent / f"{method}.py"
    script.write_text(PROGRAM.read_text())
    try:
        printed = probe.output(str(script), method, env=INTERPRETER)
    finally:
        script.unlink()
    assert printed == f"(42, '{probe.path}/shapes/__init__.py')\n"


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_multiprocessing_from_the_par_s_own_program(shared: Copy, method: str) -> None:
    par = shared("processes")
    assert par.output(method) == f"(42, '{par.path}/shapes/__init__.py')\n"


def test_a_pid_for_each(probe: Par) -> None:
    process = probe.start("import os, subprocess, sys; print(os.getpid(), flush=True); sys.stdin.read()")
    assert process.stdout and process.stdin
    assert int(process.stdout.readline()) == process.pid
    process.communicate("")
    assert process.returncode == 0
    assert subprocess.run(["pgrep", "-f", str(probe.path)], capture_output=True).stdout == b""


def test_options_of_a_par_that_is_named_by_a_relative_path(probe: Par) -> None:
    """Some options take another start of the interpreter, which has to find the par again."""
    for path in ("./probe.par", f"../{probe.path.parent.name}/probe.par"):
        completed = subprocess.run(
            [path, "-X", "dev", "-c", "import sys, shapes; print(sys.flags.dev_mode, shapes.__file__)"],
            **probe.surroundings(env=INTERPRETER, capture_output=True),
        )
        assert completed.returncode == 0, completed.stderr
        assert completed.stdout.endswith("/shapes/__init__.py\n") and completed.stdout.startswith("True /"), (
            completed
        )
