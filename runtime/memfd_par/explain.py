# Says why this interpreter cannot run this par. Any Python 3 can compile it: it is what runs where the par's
# own code cannot. The preamble sets `par`, `need` (magic number), `version`, `target` and `damaged`.
import sys

if damaged:  # type: ignore[name-defined]  # noqa: F821
    reason = (
        "{par} is truncated or was altered: its start-up code does not match its checksum. The file must be "
        "whole. Copy it again, and compare its size or checksum with the original."
    )
else:
    reason = (
        "{par} was built for CPython {version}, and {python} is {found}. Install CPython {version}, put it on the "
        "PATH as python{version} or name it in MEMFD_PAR_PYTHON, or build {target} with a Python toolchain for "
        "{short}."
    )
found = sys.implementation.name.replace("cpython", "CPython") + " " + sys.version.split()[0]
sys.stderr.write(
    "memfd_par: "
    + reason.format(
        par=par,  # type: ignore[name-defined]  # noqa: F821
        version=version,  # type: ignore[name-defined]  # noqa: F821
        target=target,  # type: ignore[name-defined]  # noqa: F821
        python=sys.executable,
        found=found,
        short="%d.%d" % sys.version_info[:2],
    )
    + "\n"
)
sys.exit(1)
