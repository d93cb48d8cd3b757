"""A repository with a Python that has neither an executable nor a shared libpython: a static one is all that there is of it.

Debian's static libpython cannot be linked as it is: the modules of five hashes are in it, and the objects of HACL*, which they need, are
in no package. This takes out these modules, as `configure --with-builtin-hashlib-hashes=` leaves them out of a Python that is built:
hashlib has OpenSSL's then, and says of blake2b and blake2s, which it takes from nowhere else, that it has not found them.
"""

load("//private:interpreter_build.bzl", "interpreter_build")

_NO_ARCHIVE = "{repository} needs {path}. Install libpython{version}-dev (Debian)."

_HASHES = ["blake2", "md5", "sha1", "sha2", "sha3"]

_LIBPYTHON = """
filegroup(
    name = "headers",
    srcs = glob(["include/**/*.h"]),
)

genrule(
    name = "libpython",
    srcs = [
        "installed/config.c",
        "installed/libpython{version}.a",
        "include/python{version}/Python.h",
        ":headers",
    ],
    outs = ["lib/libpython{version}.a"],
    cmd = \"\"\"
sed -E '/PyInit__({hashes})\\\\b/d' $(execpath installed/config.c) >$(@D)/config.c
$(CC) $(CC_FLAGS) -fPIC -I$$(dirname $(execpath include/python{version}/Python.h)) -c $(@D)/config.c -o $(@D)/config.o
cp $(execpath installed/libpython{version}.a) $@
chmod u+w $@
$(AR) dD $@ {objects}
$(AR) rD $@ $(@D)/config.o
\"\"\",
    toolchains = [
        "@bazel_tools//tools/cpp:cc_flags",
        "@bazel_tools//tools/cpp:current_cc_toolchain",
    ],
)
"""

_ATTRS = {
    "interpreter": attr.label(
        doc = "BUILD.bazel of a repository of memfd_par_local_interpreter, whose files these are.",
        mandatory = True,
    ),
    "version": attr.string(
        doc = "Of that interpreter, `3.14`.",
        mandatory = True,
    ),
}

def _impl(rctx):
    version = rctx.attr.version
    base = rctx.path(rctx.attr.interpreter).dirname
    stdlib = "lib/python" + version
    machine = {"amd64": "x86_64"}.get(rctx.os.arch, rctx.os.arch)
    installed = base.get_child(stdlib + "/os.py").realpath.dirname.get_child("config-{}-{}-linux-gnu".format(version, machine))
    for name in ["config.c", "libpython{}.a".format(version)]:
        path = installed.get_child(name)
        if not path.exists:
            fail(_NO_ARCHIVE.format(repository = rctx.name, path = path, version = version))
        rctx.symlink(path, "installed/" + name)
    for folder in ["include", "lib"]:
        for entry in base.get_child(folder).readdir():
            if entry.basename != "glibc" and not entry.basename.startswith("libpython"):
                rctx.symlink(entry, folder + "/" + entry.basename)
    rctx.file("WORKSPACE")

    # The interpreter is another's: Bazel runs programs of the build by it, and there is none among the files.
    interpreter = str(rctx.attr.interpreter).replace("BUILD.bazel", "bin/python" + version)
    build = interpreter_build(rctx, version, ["include/**/*.h", "lib/**"], interpreter = interpreter, built = [":libpython"])
    rctx.file("BUILD.bazel", build + _LIBPYTHON.format(
        hashes = "|".join(_HASHES),
        objects = " ".join(["config.o"] + [name + "module.o" for name in _HASHES]),
        version = version,
    ))

static_layout = repository_rule(
    implementation = _impl,
    doc = "`@NAME//:toolchain` has the files of a Python of this machine, and of the interpreter itself a static libpython alone.",
    attrs = _ATTRS,
    local = True,
)
