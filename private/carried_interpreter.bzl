"""The interpreter that pars can carry: what the Python toolchain has of one, and a launcher that is compiled for it."""

load("@rules_cc//cc:find_cc_toolchain.bzl", "find_cc_toolchain", "use_cc_toolchain")
load("@rules_cc//cc/common:cc_common.bzl", "cc_common")
load(":providers.bzl", "MemfdParInterpreterInfo")
load(":toolchain_types.bzl", "PYTHON_TOOLCHAIN")

_NO_TOOLCHAIN = "there is no Python toolchain for its platform"
_NO_RUNTIME = "its Python toolchain names an interpreter of the machine ({path}) and has no files of it"
_NO_STDLIB = "its Python toolchain's runtime {label} has no standard library among its files (lib/python3.X/os.py)"
_NO_HEADERS = "its Python toolchain's runtime {label} has no headers among its files (include/python3.X/Python.h), for which the launcher is compiled"
_NO_LIBC = "its Python toolchain's runtime {label} has no dynamic linker and no libc among its files (lib/glibc)"
_NO_COMPILER = "there is no C toolchain, by which the launcher is compiled"

_DOC = """\
Finds what the Python toolchain's runtime has: the standard library, libpython and the headers, in the layout of an installed
Python below any folder, and compiles the launcher with these headers. memfd_par_toolchain takes such a target.
"""

_ATTRS = {
    "bootstrap": attr.label_list(
        doc = "C sources of the program that comes before the launcher where libc is carried.",
        allow_files = [".c"],
    ),
    "hdrs": attr.label_list(
        doc = "Headers of the launcher.",
        allow_files = [".h"],
    ),
    "srcs": attr.label_list(
        doc = "C sources of the launcher.",
        allow_files = [".c"],
    ),
}

_COPTS = ["-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "-fvisibility=hidden"]

# No C library, and nothing that would need one: the compiler's own checks of the stack are set up by it.
_BOOTSTRAP_COPTS = [
    "-std=c11",
    "-Os",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-fPIE",
    "-ffreestanding",
    "-fno-stack-protector",
    "-fvisibility=hidden",
    "-U_FORTIFY_SOURCE",
]
_BOOTSTRAP_LINKOPTS = ["-nostdlib", "-nostartfiles", "-static-pie", "-Wl,--no-dynamic-linker", "-Wl,-z,noexecstack", "-Wl,--build-id=none", "-Wl,--strip-all"]

# Folders whose files no program imports, or that are not the interpreter's own; `*` in packer/interpreter.py is finer.
_NO_PARTS = ["__pycache__", "dist-packages", "idlelib", "lib2to3", "site-packages", "turtledemo"]

# What a par carries only if its target says so: the packer digests it then.
_UNUSUAL_PARTS = ["ensurepip", "idle_test", "test", "tests"]

def _impl(ctx):
    runtime, why = _runtime(ctx)
    if not runtime:
        return [MemfdParInterpreterInfo(label = ctx.label, why = why, launcher = None, bootstrap = None)]

    # One target a configuration flattens these files, for all pars: what there is decides how a launcher is made.
    files = runtime.files.to_list()
    library = _folder(files, "os.py", "lib")
    headers = _folder(files, "Python.h", "include")
    toolchain = find_cc_toolchain(ctx, mandatory = False)
    label = getattr(runtime, "label", None) or runtime.interpreter.owner
    if not library:
        return [MemfdParInterpreterInfo(label = ctx.label, why = _NO_STDLIB.format(label = label), launcher = None, bootstrap = None)]
    if not headers:
        return [MemfdParInterpreterInfo(label = ctx.label, why = _NO_HEADERS.format(label = label), launcher = None, bootstrap = None)]
    if not toolchain:
        return [MemfdParInterpreterInfo(label = ctx.label, why = _NO_COMPILER, launcher = None, bootstrap = None)]
    prefix = library.dirname.rpartition("/lib/")[0]
    carried = [file for file in files if file.path.startswith(prefix + "/lib/") and not _has_part(file, _NO_PARTS)]
    launcher = _launcher(ctx, toolchain, headers.dirname, [file for file in files if file.path.startswith(headers.dirname + "/")])
    has_libc = any([file.path.startswith(prefix + "/lib/glibc/") for file in carried])
    bootstrap = _bootstrap(ctx, toolchain) if has_libc else None
    return [
        DefaultInfo(files = depset([launcher])),
        MemfdParInterpreterInfo(
            bootstrap = bootstrap,
            digested = depset([file for file in carried if not _has_part(file, _UNUSUAL_PARTS)] + [launcher] + ([bootstrap] if bootstrap else [])),
            files = depset(carried),
            label = ctx.label,
            launcher = launcher,
            no_libc = "" if bootstrap else _NO_LIBC.format(label = label),
            prefix = library.short_path.rpartition("/lib/")[0],
            why = "",
        ),
    ]

def _runtime(ctx):
    """The runtime that is built with the target, and why there is none."""
    toolchain = ctx.toolchains[PYTHON_TOOLCHAIN]
    if not toolchain or not toolchain.py3_runtime:
        return None, _NO_TOOLCHAIN
    runtime = toolchain.py3_runtime
    if not getattr(runtime, "interpreter", None) or not getattr(runtime, "files", None):
        return None, _NO_RUNTIME.format(path = runtime.interpreter_path or runtime.interpreter.path)
    return runtime, ""

def _folder(files, name, parent):
    """The file of that name in PARENT/python3.X, or None."""
    for file in files:
        if file.basename == name:
            above, _, folder = file.dirname.rpartition("/")
            if folder.startswith("python3.") and (above == parent or above.endswith("/" + parent)):
                return file
    return None

def _has_part(file, parts):
    for part in file.dirname.split("/"):
        if part in parts or part.startswith("config-3."):
            return True
    return file.extension in ["a", "pyc"]

def _launcher(ctx, toolchain, include, headers):
    return _program(
        ctx,
        toolchain,
        name = "launcher",
        srcs = ctx.files.srcs,
        headers = headers,
        includes = [include],
        copts = _COPTS,
        linkopts = ["-Wl,-z,now", "-Wl,--as-needed", "-Wl,--strip-debug", "-ldl", "-lpthread"],
    )

def _bootstrap(ctx, toolchain):
    return _program(ctx, toolchain, name = "bootstrap", srcs = ctx.files.bootstrap, copts = _BOOTSTRAP_COPTS, linkopts = _BOOTSTRAP_LINKOPTS)

def _program(ctx, toolchain, name, srcs, copts, linkopts, headers = [], includes = []):
    features = cc_common.configure_features(
        ctx = ctx,
        cc_toolchain = toolchain,
        requested_features = ctx.features,
        unsupported_features = ctx.disabled_features,
    )
    _, objects = cc_common.compile(
        name = ctx.label.name + "_" + name,
        actions = ctx.actions,
        cc_toolchain = toolchain,
        feature_configuration = features,
        private_hdrs = ctx.files.hdrs + headers,
        srcs = srcs,
        system_includes = includes,
        user_compile_flags = copts,
    )
    return cc_common.link(
        name = ctx.label.name + "_" + name,
        actions = ctx.actions,
        cc_toolchain = toolchain,
        compilation_outputs = objects,
        feature_configuration = features,
        output_type = "executable",
        user_link_flags = linkopts,
    ).executable

carried_interpreter = rule(
    implementation = _impl,
    doc = _DOC,
    attrs = _ATTRS,
    fragments = ["cpp"],
    toolchains = use_cc_toolchain() + [config_common.toolchain_type(PYTHON_TOOLCHAIN, mandatory = False)],
)
