"""Other processes: `sys.executable` is the par as an interpreter, whoever starts it."""

from __future__ import annotations

import os
import shutil
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


_WHO = "import sys; print(sys.argv, __name__, sys.flags.isolated)"


@pytest.mark.parametrize("by", ["link", "link to a link", "folder", "relative", "folder above"])
def test_a_link_to_sys_executable_is_the_interpreter_as_well(probe: Par, tmp_path: Path, by: str) -> None:
    executable = Path("/proc/self/root" + str(probe.path))
    link = tmp_path / "python"
    place: Path | str = link
    if by == "folder":
        (tmp_path / "bin").symlink_to(executable.parent)
        place = tmp_path / "bin" / executable.name
    elif by == "folder above":
        (tmp_path / "bin").symlink_to(executable.parent / "..")
        place = tmp_path / "bin" / executable.parent.name / executable.name
    elif by == "link to a link":
        (tmp_path / "other").symlink_to(executable)
        link.symlink_to("./other")
    else:
        link.symlink_to(executable)
        place = "./python" if by == "relative" else link
    completed = subprocess.run(
        [place, "-c", _WHO, "a"], **probe.surroundings(capture_output=True, cwd=tmp_path)
    )
    assert (completed.stdout.split("__main__")[0], completed.stderr) == ("['-c', 'a'] ", "")


@pytest.mark.parametrize("target", ["{par}", "../{name}", "/proc/self/cwd/{name}", "/proc/{pid}/root{par}"])
def test_another_link_is_the_program(probe: Par, target: str) -> None:
    link = probe.path.parent / "links" / "app"
    link.parent.mkdir()
    try:
        link.symlink_to(target.format(par=probe.path, name=probe.path.name, pid=os.getpid()))
        command = [link, "import sys; print(sys.argv)", "-c"]
        completed = subprocess.run(command, **probe.surroundings(capture_output=True))
        assert (completed.stdout, completed.stderr) == (f"['{link}', '-c']\n", "")
    finally:
        shutil.rmtree(link.parent)


_OWN = """
import os, sys
own = [int(name) for name in os.listdir("/proc/self/fd") if os.path.exists("/proc/self/fd/" + name)
       and os.path.samefile("/proc/self/fd/" + name, sys.argv[0])]
null = os.open("/dev/null", os.O_RDONLY)
print(own, null, os.get_inheritable(own[0]))
"""


def test_low_descriptors_are_free(probe: Par) -> None:
    """As for Python itself: the first that a program opens is 3. A system's Python has to have fcntl built in for that."""
    assert probe.output(_OWN).split() == ["[256]", "3", "False"]


@pytest.mark.parametrize(
    ("limit", "taken", "number"),
    [(64, "", 63), (64, "63<&0", 62), (256, "", 255), (257, "", 256), (32, "", 3)],
)
def test_low_descriptors_where_few_are_allowed(probe: Par, limit: int, taken: str, number: int) -> None:
    command = f'exec {taken}; ulimit -n {limit}; exec "$@"'
    prefix = ["/bin/bash", "-c", command, "bash"]
    first = 4 if number == 3 else 3
    assert probe.output(_OWN, prefix=prefix).split() == [f"[{number}]", str(first), "False"]


def test_standard_streams_are_free_after_closing_all(probe: Par) -> None:
    """As in a daemon that closes whatever is open: the par, which it opens again, takes none of their numbers."""
    code = """
import os, sys
out = os.dup2(1, 5000)
os.closerange(0, 1024)
import shapes
os.write(out, repr([os.open("/dev/null", os.O_RDWR) for _ in range(3)]).encode())
"""
    assert probe.output(code) == "[0, 1, 2]"
