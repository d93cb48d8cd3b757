"""Shared libraries that other libraries cannot find, or that are none."""

def library(name, path, source = "", needs = [], flags = "", change = "", soname = True):
    """A shared library.

    Args:
        name: of the target.
        path: of the library.
        source: a C source text.
        needs: libraries that it needs; they are linked by their sonames.
        flags: of the linker.
        change: a command that alters the linked `$@`.
        soname: whether it has its file name for a soname; otherwise it has none.
    """
    native.genrule(
        name = name,
        srcs = needs,
        outs = [path],
        cmd = "echo '{source}' | $(CC) -shared -fPIC -nostdlib -Wl,--no-as-needed {soname} {flags} -x c - -x none {needs} -o $@ && {change}".format(
            source = source,
            soname = "-Wl,-soname," + path.rpartition("/")[2] if soname else "",
            flags = flags,
            needs = " ".join(["$(execpath %s)" % need for need in needs]),
            change = change or "true",
        ),
        toolchains = ["@bazel_tools//tools/cpp:current_cc_toolchain"],
    )
