"""A repository with a Python that is installed on this machine, in a form that pars can carry."""

load(":interpreter_build.bzl", "interpreter_build")

_NO_PYTHON = """\
{repository} needs {python} on this machine, and there is none. Install it, or correct `python`: a name on the PATH, or an \
absolute path."""

_NO_PARTS = """\
{repository}: {python} has no {part}, without which it cannot be carried. Install the part of Python that has it (for example \
the packages libpython3-dev on Debian, python3-devel on Fedora), or name another Python."""

# Where a Python has its parts, and the libraries that it needs beyond those of glibc and of the compiler, as ldd(1) finds
# them on this machine. One a line: a key, a tab, a value.
_FACTS = """\
import os, re, shutil, subprocess, sys, sysconfig
of = sysconfig.get_config_var
print("version", "%d.%d" % sys.version_info[:2], sep="\\t")
interpreter = os.path.realpath(sys.executable)
print("interpreter", interpreter, sep="\\t")
stdlib = os.path.dirname(os.__file__)
print("stdlib", stdlib, sep="\\t")
print("include", sysconfig.get_config_var("INCLUDEPY") or sysconfig.get_path("include"), sep="\\t")
dynload = of("DESTSHARED") or os.path.join(stdlib, "lib-dynload")
print("dynload", dynload, sep="\\t")
programs = []
folders = [of("LIBDIR") or "", os.path.join(of("LIBDIR") or "", of("MULTIARCH") or "")]
for folder in folders:
    library = os.path.join(folder, of("INSTSONAME") or "")
    if ".so" in os.path.basename(library) and os.path.isfile(library):
        print("libpython", library, sep="\\t")
        programs = [library]
        break
def ldd(path):
    return subprocess.run(["ldd", path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode()
if "libpython" not in ldd(interpreter):
    print("program", interpreter, sep="\\t")
for folder in [*folders, of("LIBPL") or ""]:
    archive = os.path.join(folder, "libpython%d.%d.a" % sys.version_info[:2])
    if os.path.isfile(archive):
        print("archive", archive, sep="\\t")
        break
modules = [os.path.join(dynload, name) for name in sorted(os.listdir(dynload)) if name.endswith(".so")]
of_the_system = re.compile(
    r"ld-linux.*|ld64.*|linux-vdso.*|lib(c|m|dl|pthread|rt|util|resolv|nsl|anl|gcc_s|stdc\\+\\+|python3.*)\\.so.*"
)
found = {}
for path in [*programs, interpreter, *modules]:
    for name, place in re.findall(r"^\\s*(\\S+) => (/\\S+)", ldd(path), re.M):
        if not of_the_system.fullmatch(os.path.basename(name)):
            found[os.path.basename(name)] = os.path.realpath(place)
for name in sorted(found):
    print("needed", name, found[name], sep="\\t")
names = '''libanl.so.1 libatomic.so.1 libc.so.6 libdl.so.2 libgcc_s.so.1 libm.so.6 libmvec.so.1 libnsl.so.1 libpthread.so.0 libresolv.so.2
librt.so.1 libstdc++.so.6 libutil.so.1'''.split()
printed = ldd(interpreter)
linker = re.search(r"(/\\S+/(ld[^/\\s]*\\.so\\.\\d+)) \\(", printed)
libc = re.search(r"libc\\.so\\.6 => (/\\S+)", printed)
if linker and libc:
    print("libc", linker[2], os.path.realpath(linker[1]), sep="\\t")
    for name in names:
        place = os.path.join(os.path.dirname(os.path.realpath(libc[1])), name)
        compiler = shutil.which("cc")
        if not os.path.exists(place) and compiler:
            place = subprocess.run([compiler, "-print-file-name=" + name], stdout=subprocess.PIPE).stdout.decode().strip()
        if os.path.isabs(place) and os.path.exists(place):
            print("libc", name, os.path.realpath(place), sep="\\t")
"""

_ATTRS = {
    "python": attr.string(
        mandatory = True,
        doc = "The interpreter: a name on the PATH such as `python3.14`, or an absolute path.",
    ),
}

def _local_interpreter_impl(rctx):
    python = rctx.path(rctx.attr.python) if rctx.attr.python.startswith("/") else rctx.which(rctx.attr.python)
    if not python or not python.exists:
        fail(_NO_PYTHON.format(repository = rctx.name, python = rctx.attr.python))
    result = rctx.execute([python, "-I", "-S", "-c", _FACTS], environment = {"LD_LIBRARY_PATH": ""})
    if result.return_code:
        fail("{}: {} cannot be asked for its parts:\n{}".format(rctx.name, python, result.stderr))
    lines = [line.split("\t") for line in result.stdout.splitlines()]
    facts = {line[0]: line[1] for line in lines if line[0] not in ["libc", "needed"]}
    for part, found in [
        ("executable with the interpreter in it, and no libpython", "program" in facts or "libpython" in facts or "archive" in facts),
        ("header Python.h", rctx.path(facts["include"] + "/Python.h").exists),
    ]:
        if not found:
            fail(_NO_PARTS.format(repository = rctx.name, python = python, part = part))
    version = facts["version"]
    rctx.symlink(facts["interpreter"], "bin/python" + version)
    rctx.symlink(facts["include"], "include/python" + version)
    for entry in rctx.path(facts["stdlib"]).readdir():
        name = entry.basename
        if name not in ["__pycache__", "dist-packages", "lib-dynload", "site-packages"] and not name.startswith("config-"):
            rctx.symlink(entry, "lib/python{}/{}".format(version, name))
    rctx.symlink(facts["dynload"], "lib/python{}/lib-dynload".format(version))
    if "libpython" in facts:
        libpython = rctx.path(facts["libpython"])
        rctx.symlink(libpython, "lib/" + libpython.basename)
    elif "program" not in facts:
        rctx.symlink(facts["archive"], "lib/libpython{}.a".format(version))
    for line in lines:
        if line[0] == "needed":
            rctx.symlink(line[2], "lib/" + line[1])
        elif line[0] == "libc":
            rctx.symlink(line[2], "lib/glibc/" + line[1])
    rctx.file("WORKSPACE")
    rctx.file("BUILD.bazel", interpreter_build(rctx, version, ["bin/**", "include/**/*.h", "lib/**"]))

local_interpreter = repository_rule(
    implementation = _local_interpreter_impl,
    doc = """\
A Python of this machine as a toolchain whose interpreter pars can carry: `@NAME//:toolchain`. It needs Python's headers, and the
interpreter as an executable or as libpython, shared or static. The libraries that its extension modules need are taken along; those of glibc and of the compiler
for targets with `libc = "carried"`.""",
    attrs = _ATTRS,
    environ = ["PATH"],
    local = True,
)
