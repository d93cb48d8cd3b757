"""A repository with Debian's Python for another machine, whose packages lie beside those of the machine that builds (multiarch).

What is pure Python is the same for all machines. The packages are libpython3.X and libpython3.X-dev of that architecture.
"""

load("//private:interpreter_build.bzl", "interpreter_build")

_NO_PARTS = "{repository} needs {path}. Install libpython{version}-dev:{architecture} (dpkg --add-architecture {architecture})."

# The libraries that files need, directly or not, as far as a folder has them. Read off the dynamic segments (System V ABI,
# chapter 5), as ldd(1) would run the programs of this machine.
_NEEDED = """\
import os, struct, sys
folder, *waiting = sys.argv[1:]
def names(path):
    with open(path, "rb") as file:
        data = file.read()
    table, = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    segments = [struct.unpack_from("<IIQQQQQQ", data, table + size * n) for n in range(count)]
    entries = [struct.unpack_from("<qQ", data, s[2] + o) for s in segments if s[0] == 2 for o in range(0, s[5], 16)]
    strings = dict(entries)[5]
    place = next(strings - s[3] + s[2] for s in segments if s[0] == 1 and s[3] <= strings < s[3] + s[5])
    for tag, value in entries:
        if tag == 1:
            yield data[place + value:data.index(0, place + value)].decode()
seen = set()
while waiting:
    for name in names(waiting.pop()):
        path = os.path.join(folder, name)
        if name not in seen and os.path.exists(path):
            seen.add(name)
            waiting.append(path)
print(*sorted(seen))
"""

_GLIBC = [
    "libanl.so.1",
    "libatomic.so.1",
    "libc.so.6",
    "libdl.so.2",
    "libgcc_s.so.1",
    "libm.so.6",
    "libmvec.so.1",
    "libpthread.so.0",
    "libresolv.so.2",
    "librt.so.1",
    "libstdc++.so.6",
    "libutil.so.1",
]

_ATTRS = {
    "architecture": attr.string(doc = "Debian's name of it.", default = "arm64"),
    "cpu": attr.string(doc = "As in @platforms//cpu.", default = "aarch64"),
    "linker": attr.string(doc = "The dynamic linker.", default = "ld-linux-aarch64.so.1"),
    "version": attr.string(mandatory = True, doc = "`3.14`."),
}

def _debian_interpreter_impl(rctx):
    version = rctx.attr.version
    triple = rctx.attr.cpu + "-linux-gnu"
    folder = "/usr/lib/" + triple
    libpython = "libpython%s.so.1.0" % version
    stdlib = "/usr/lib/python" + version
    headers = "/usr/include/python" + version
    for path in [folder + "/" + libpython, headers + "/Python.h", "/usr/include/%s/python%s" % (triple, version)]:
        if not rctx.path(path).exists:
            fail(_NO_PARTS.format(repository = rctx.name, path = path, version = version, architecture = rctx.attr.architecture))
    dynload = rctx.path(stdlib + "/lib-dynload").readdir()
    own = [file for file in dynload if file.basename.endswith(triple + ".so")]
    result = rctx.execute([rctx.which("python3"), "-c", _NEEDED, folder, folder + "/" + libpython] + own)
    if result.return_code:
        fail("{}: the libraries of {} cannot be read:\n{}".format(rctx.name, libpython, result.stderr))
    for name in result.stdout.strip().split(" "):
        if name not in _GLIBC and name != rctx.attr.linker:
            rctx.symlink(folder + "/" + name, "lib/" + name)
    for name in _GLIBC + [rctx.attr.linker]:
        if rctx.path(folder + "/" + name).exists:
            rctx.symlink(folder + "/" + name, "lib/glibc/" + name)
    rctx.symlink(folder + "/" + libpython, "lib/" + libpython)
    for entry in rctx.path(stdlib).readdir():
        if entry.basename not in ["__pycache__", "lib-dynload"] and not entry.basename.startswith("config-"):
            rctx.symlink(entry, "lib/python%s/%s" % (version, entry.basename))
    for file in own:
        rctx.symlink(file, "lib/python%s/lib-dynload/%s" % (version, file.basename))
    rctx.symlink(headers, "include/python" + version)

    # Only the library is installed, and only that is carried.
    rctx.file("bin/python" + version, "#!/bin/sh\necho \"$0 is for another machine\" >&2\nexit 1\n")
    rctx.file("WORKSPACE")
    constraints = ["@platforms//cpu:" + rctx.attr.cpu, "@platforms//os:linux"]
    rctx.file("BUILD.bazel", interpreter_build(rctx, version, ["include/**/*.h", "lib/**"], constraints))

debian_interpreter = repository_rule(
    implementation = _debian_interpreter_impl,
    doc = "A Python for another machine as a toolchain whose interpreter pars can carry: `@NAME//:toolchain`.",
    attrs = _ATTRS,
    environ = ["PATH"],
    local = True,
)
