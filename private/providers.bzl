"""What memfd_par's rules tell each other."""

MemfdParDigestInfo = provider(
    doc = "Digests of a dependency's files and of all that it depends on: what packing needs to know, made once for all pars.",
    fields = {
        "digests": "list[depset[File]]: by optimisation level (0, 1, 2), as a par carries code of one level. Those that nobody asks for are never made.",
        "label": "Label: the target that is digested, for error messages.",
    },
)

MemfdParInfo = provider(
    doc = "A par, for rules that ship or inspect one.",
    fields = {
        "label": "Label: the target that makes it, for error messages.",
        "manifest": "File: the files and import roots that the packer was given, one a line, for rules that inspect a par.",
        "par": "File: the par itself.",
        "policy": "str: the manylinux policy that its system libraries were checked against.",
    },
)

MemfdParInterpreterInfo = provider(
    doc = "An interpreter that a par can carry, or why there is none.",
    fields = {
        "bootstrap": "File: the ELF program that a par begins with whose program the kernel cannot start.",
        "digested": "depset[File]: what every such par carries, to be digested once for all of them; the launchers too.",
        "files": "depset[File]: the standard library and libraries that the packer chooses from.",
        "label": "Label: the carried_interpreter, for error messages.",
        "launcher": "File: the ELF program that loads libpython; None where nothing can be carried.",
        "library": "File: the same as a library, which is loaded with Python's executable.",
        "linked": "File: an executable that is linked of the static libpython; None where the runtime has a shared one, or no static one.",
        "no_libc": "str: why libc cannot be carried; empty if it can.",
        "prefix": "str: short path of the folder that the interpreter's `lib` is in.",
        "version": "str: of CPython, `3.14`, by the name of the standard library's folder.",
        "why": "str: why nothing can be carried; empty if it can.",
    },
)

MemfdParToolchainInfo = provider(
    doc = "What turns a target into a par; a monorepo may register one of its own.",
    fields = {
        "interpreter_args": "list[str]: interpreter options for every par, before the target's own.",
        "interpreter": "MemfdParInterpreterInfo: the interpreter that pars can carry, or why there is none.",
        "interpreter_digests": "list[File]: by optimisation level, the digest of what every par carries of it; empty where nothing can be carried.",
        "label": "Label: the memfd_par_toolchain, for error messages.",
        "launcher": "depset[File]: preamble.sh, start.py and main.py, the templates of what a par begins with.",
        "loader": "depset[File]: the image loader in C, a shared library for the target's machine; empty without a C toolchain.",
        "machine": "str: the machine that native members must be for, as `uname -m` prints it.",
        "packer": "FilesToRunProvider: the build-time program that writes a par; in the exec configuration.",
        "policy": "str: the manylinux policy of targets that name none.",
        "runtime": "depset[File]: the sources of the Python package `memfd_par` that every par carries.",
        "runtime_digest": "File: the digest of `runtime`, with its byte-code, and of `loader`, made once for all pars.",
    },
)
