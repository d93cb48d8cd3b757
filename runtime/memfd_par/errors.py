"""What the runtime raises on purpose, and how it ends a process that cannot start."""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # typing is not imported at start
if TYPE_CHECKING:
    from typing import NoReturn

_NO_DESCRIPTOR = (23, 24)  # ENFILE, EMFILE

#: Every message is one paragraph: what was found, what is needed, the mend.
TRUNCATED = (
    "{par} is truncated or was altered: {what}. The file must be whole. Copy it again, and compare its size "
    "or checksum with the original."
)
VANISHED = (
    "{par} can no longer be read ({reason}), but {what} is still to be loaded from it. The program's own "
    "descriptor of the file was closed (os.closerange, a daemon library), so the file has to stay where it was "
    "while the program runs. Put it back, or restart the program."
)
REPLACED = (
    "{par} was replaced by another file while the program runs, and {what} is still to be loaded from the old "
    "one. Restart the program. A par that is replaced by rename stays readable to running programs as long as "
    "they keep their descriptors open."
)
REWRITTEN = (
    "{par} was rewritten in place while the program runs, so {what} cannot be loaded from it. Restart the "
    "program, and deploy by writing a new file and renaming it over the old one, as for any library in use."
)
NO_PROC = (
    "{par} loads its native libraries from memory by their names in /proc/self/fd, and /proc is not mounted. "
    "Mount it (mount -t proc proc /proc), or run with a container runtime that does."
)
NO_MEMFD = (
    "{par} keeps its native libraries in memory files, and memfd_create(2) failed: {reason}. It needs Linux 3.17 "
    "or newer and a seccomp profile that allows memfd_create; container runtimes' default profiles do."
)
NO_DESCRIPTOR = (
    "{par} keeps its native libraries in memory files, and there is no descriptor left for one: {reason}. Raise the "
    "limit of open files (ulimit -n), or close files that the program has left open."
)
NO_SPACE = (
    "There is not enough memory to load {what} ({size} bytes) from {par}: {reason}. Raise the memory limit of the "
    "process or of its cgroup, or the limit of file sizes (ulimit -f); a memory file counts like any of these."
)
WRONG_MACHINE = (
    "{par} holds native code for {wanted}, and this machine is {found}. Build {target} for this machine "
    "(--platforms), or run it on {wanted}."
)
NOT_GLIBC = (
    "{par} holds native code for glibc {wanted} or newer, and {python} runs on another C library ({found}), as "
    "on Alpine. Run it with a Python built for glibc, for instance in a Debian or distroless image."
)
OLD_GLIBC = (
    "{par} holds native code that needs glibc {wanted} or newer, and this machine has {found}. Run it on a newer "
    "distribution, or build {target} with libraries for an older policy (attribute `policy`)."
)
WRONG_ABI = (
    "{par} holds extension modules for {wanted}, and {python} is {found}. Name the right interpreter in "
    "MEMFD_PAR_PYTHON, or build {target} with a Python toolchain for this one."
)
BAD_TIER = (
    "MEMFD_PAR_TIER is {value!r}, which is no way for {par} to load native code. Set it to one of {choices} (the best that "
    "may be used), or take it out of the environment."
)
NO_CTYPES = (
    "{what} is loaded with the module _ctypes, which {python} lacks ({reason}). Install the part of Python that "
    "holds ctypes, or build that Python with libffi."
)
NOT_LOADED = "{module} could not be loaded from {par}: {reason}. {mend}"
MEND_SYSTEM = (
    "{member} needs that library, and neither the par nor the machine has it: install it, or build {target} with it "
    "(native_libs, or the distribution that has it in deps)."
)
MEND_VERSION = (
    "{member} was linked beside a newer one of that library than was found, in the par or else on this machine: run it on a "
    "newer distribution, or build {target} with the newer library (native_libs), or for an older policy (attribute `policy`)."
)
MEND_MEMORY = "There is not enough memory or address space for {member}: raise the limit of the process (ulimit -v) or of its cgroup."
MEND_TLS = (
    "{member} was compiled for static thread-local storage (-ftls-model=initial-exec), and what ld.so keeps of it for libraries "
    "that are loaded later is used up: start the program with GLIBC_TUNABLES=glibc.rtld.optional_static_tls=65536, or more "
    "bytes, in its environment, or compile it without that option."
)
MEND_OTHER = "The member is {member}; it was built for another environment than this one."
EMPTY_NATIVE = (
    "{member} in {par} has 0 bytes, so there is no {module} to load. The file was empty when {target} was built; "
    "build its rule again."
)
NO_MAIN = (
    "{par} has no module {module}, which it was built to run. Build {target} again with a `main_module` or "
    "`entry_point` that one of its dependencies provides."
)
BAD_REQUEST = (
    "{variable} is {value!r}, which names nothing that {par} could run: {reason}. Set it to {form}, or take it out of "
    "the environment."
)
NO_FUNCTION = (
    "Module {module} in {par} has no {function}, which the entry point of {target} names. It has: {choices}. "
    "Correct `entry_point`."
)
NO_VENV = (
    "{par} carries its interpreter inside itself, and a virtual environment links to the files of an installed one. Build "
    "what the program needs into the par (`deps`), or make the environment with a Python that is installed."
)
NO_TREE = (
    "{par} carries files that need a real folder, and no folder could be made in memory ({reason}). That takes Linux "
    "5.2 or newer and user namespaces, which Docker's default seccomp profile and Ubuntu's AppArmor forbid. Allow them "
    "(docker run --security-opt seccomp=unconfined; sysctl kernel.apparmor_restrict_unprivileged_userns=0), or name a "
    "folder to write to in {variable}: the files are put there and removed when the program ends."
)
BAD_TREE = (
    "{par} carries files that need a real folder, and {variable} names {folder!r} for them, in which none can be made "
    "({reason}). Name a folder that is there and can be written to, or take the variable out."
)


def refused(par: str, error: OSError) -> str:
    """What an error of memfd_create(2) means."""
    if error.errno in _NO_DESCRIPTOR:
        return NO_DESCRIPTOR.format(par=par, reason=error.strerror)
    return NO_MEMFD.format(par=par, reason=error.strerror)


class ParError(Exception):
    """A fault of the par or of its surroundings; the text is one complete paragraph."""


class ParImportError(ParError, ImportError):
    """A module of the par cannot be loaded; an ImportError, so that optional accelerators stay optional.

    Attributes:
        may_lack_symbols: whether ld.so refused a member, and neither for a file that is not there nor for want of memory: what
            the member lacks may be in libraries that it does not name.
    """

    may_lack_symbols = False


class ParReadError(ParError, OSError):
    """The par's file can no longer be read as it was when the program started."""


class ParMemoryError(ParError, MemoryError):
    """There is no memory for what is to be read from the par."""


class ParTreeError(ParError, OSError):
    """No folder can be made in memory."""


def import_error(template: str, name: str, **values: object) -> ParImportError:
    """What the import of `name` raises: a template of this module, by its name, filled."""
    return ParImportError(globals()[template].format(**values), name=name)


def no_memory(par: str, what: str, size: int) -> ParMemoryError:
    """What it means that there is no memory for `size` bytes of the par."""
    return ParMemoryError(NO_SPACE.format(what=what, size=size, par=par, reason="Cannot allocate memory"))


def die(message: str) -> NoReturn:
    """Ends the process with status 1 and one paragraph on standard error."""
    try:
        sys.stderr.write("memfd_par: " + message + "\n")
        sys.stderr.flush()
    except (OSError, AttributeError, ValueError):
        pass  # standard error is closed; the status still tells
    sys.exit(1)
