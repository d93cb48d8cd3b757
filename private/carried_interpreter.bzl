"""The interpreter that pars can carry: what the Python toolchain has of one, and a launcher that is compiled for it."""

load("@rules_cc//cc:action_names.bzl", "ACTION_NAMES")
load("@rules_cc//cc:find_cc_toolchain.bzl", "find_cc_toolchain", "use_cc_toolchain")
load("@rules_cc//cc/common:cc_common.bzl", "cc_common")
load(":cc.bzl", "cc_compile", "cc_link", "cc_link_shared")
load(":providers.bzl", "MemfdParInterpreterInfo")
load(":toolchain_types.bzl", "PYTHON_TOOLCHAIN")

_NO_TOOLCHAIN = "there is no Python toolchain for its platform"
_NO_RUNTIME = "its Python toolchain names an interpreter of the machine ({path}) and has no files of it"
_NO_STDLIB = "its Python toolchain's runtime {label} has no standard library among its files (lib/python3.X/os.py)"
_NO_HEADERS = "its Python toolchain's runtime {label} has no headers among its files (include/python3.X/Python.h), for which the launcher is compiled"
_NO_LIBC = "its Python toolchain's runtime {label} has no dynamic linker and no libc among its files (lib/glibc)"
_NO_COMPILER = "there is no C toolchain, by which the launcher is compiled"

_DOC = """\
Finds what the Python toolchain's runtime has: the standard library, Python's executable or libpython, and the headers, in the
layout of an installed Python below any folder, and compiles the launcher with these headers. memfd_par_toolchain takes such a
target.
"""

_ATTRS = {
    "bootstrap": attr.label_list(
        doc = "C sources of what a par begins with whose program the kernel cannot start.",
        allow_files = [".c"],
    ),
    "hdrs": attr.label_list(
        doc = "Headers of the launcher.",
        allow_files = [".h"],
    ),
    "packer": attr.label(
        doc = "The build-time program that links the executable of a static libpython.",
        cfg = "exec",
        default = "//packer",
        executable = True,
    ),
    "srcs": attr.label_list(
        doc = "C sources of the launcher.",
        allow_files = [".c"],
    ),
    "static_main": attr.label(
        doc = "C source of the main function of an executable of a static libpython.",
        allow_single_file = [".c"],
    ),
    "takeover": attr.label(
        doc = "C source of what the launcher has more as a library.",
        allow_single_file = [".c"],
    ),
}

_COPTS = ["-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "-fvisibility=hidden"]

_LINKOPTS = ["-Wl,-z,now", "-Wl,--as-needed", "-Wl,--strip-debug", "-ldl", "-lpthread"]

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
    carried += [file for file in depset([runtime.interpreter], transitive = [runtime.files]).to_list() if _is_executable(file, prefix)]
    include = struct(folder = headers.dirname, files = [file for file in files if file.path.startswith(headers.dirname + "/")])
    launcher = _launcher(ctx, toolchain, include)
    library_launcher = _library(ctx, toolchain, include)
    bootstrap = _bootstrap(ctx, toolchain)
    linked = _linked(ctx, toolchain, include, files, library.dirname)
    has_libc = any([file.path.startswith(prefix + "/lib/glibc/") for file in carried])
    programs = [launcher, library_launcher, bootstrap] + ([linked] if linked else [])
    return [
        DefaultInfo(files = depset([launcher])),
        MemfdParInterpreterInfo(
            bootstrap = bootstrap,
            digested = depset([file for file in carried if not _has_part(file, _UNUSUAL_PARTS)] + programs),
            files = depset(carried),
            label = ctx.label,
            launcher = launcher,
            library = library_launcher,
            linked = linked,
            no_libc = "" if has_libc else _NO_LIBC.format(label = label),
            prefix = library.short_path.rpartition("/lib/")[0],
            version = library.dirname.rpartition("/python")[2].removesuffix("t"),
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

def _is_executable(file, prefix):
    return file.dirname == prefix + "/bin" and file.basename.partition("3.")[0] in ["python", "python3"]

def _launcher(ctx, toolchain, include):
    features, objects = _compile(ctx, toolchain, "launcher", ctx.files.srcs, _COPTS, include)
    return cc_link(ctx, toolchain, features, ctx.label.name + "_launcher", objects, _LINKOPTS)

def _library(ctx, toolchain, include):
    features, objects = _compile(ctx, toolchain, "launcher_library", ctx.files.srcs + [ctx.file.takeover], _COPTS, include, pic = True)
    return cc_link_shared(ctx, toolchain, features, ctx.label.name + "_launcher_library", objects, _LINKOPTS)

def _bootstrap(ctx, toolchain):
    features, objects = _compile(ctx, toolchain, "bootstrap", ctx.files.bootstrap, _BOOTSTRAP_COPTS)
    return cc_link(ctx, toolchain, features, ctx.label.name + "_bootstrap", objects, _BOOTSTRAP_LINKOPTS)

def _linked(ctx, toolchain, include, files, library):
    """An executable of the static libpython, or the linker's words; None for a runtime that has none or a shared one, too."""
    archives = [file for file in files if file.basename.startswith("libpython3.") and file.extension == "a" and "-pic" not in file.basename]
    if not archives or [file for file in files if file.basename.startswith("libpython3.") and ".so" in file.basename]:
        return None
    features, objects = _compile(ctx, toolchain, "python", [ctx.file.static_main], ["-std=c11", "-O2"], include, pic = True)
    program = (objects.pic_objects or objects.objects)[0]
    output = ctx.actions.declare_file(ctx.label.name + "_python")
    recorded = [file for file in files if file.dirname == library and file.basename.startswith("_sysconfigdata")]
    shared = [file for file in files if ".so" in file.basename and file.dirname == library.rpartition("/")[0]]
    variables = cc_common.create_link_variables(cc_toolchain = toolchain, feature_configuration = features, is_linking_dynamic_library = False)
    args = ctx.actions.args()
    args.add("link")
    args.add(output, format = "--output=%s")
    args.add(archives[0], format = "--archive=%s")
    args.add(program, format = "--object=%s")
    args.add_all(recorded, format_each = "--sysconfig=%s")
    args.add_all(shared, format_each = "--library=%s")
    args.add("--")
    args.add(cc_common.get_tool_for_action(feature_configuration = features, action_name = ACTION_NAMES.cpp_link_executable))
    args.add_all(cc_common.get_memory_inefficient_command_line(feature_configuration = features, action_name = ACTION_NAMES.cpp_link_executable, variables = variables))
    ctx.actions.run(
        executable = ctx.attr.packer[DefaultInfo].files_to_run,
        arguments = [args],
        env = cc_common.get_environment_variables(feature_configuration = features, action_name = ACTION_NAMES.cpp_link_executable, variables = variables),
        inputs = depset([archives[0], program] + recorded + shared, transitive = [toolchain.all_files]),
        mnemonic = "MemfdParLinkPython",
        outputs = [output],
        progress_message = "Linking Python's executable of %s" % archives[0].short_path,
        toolchain = None,
    )
    return output

def _compile(ctx, toolchain, name, srcs, copts, include = None, pic = False):
    return cc_compile(
        ctx,
        toolchain,
        ctx.label.name + "_" + name,
        srcs,
        ctx.files.hdrs + (include.files if include else []),
        copts,
        [include.folder] if include else [],
        pic,
    )

carried_interpreter = rule(
    implementation = _impl,
    doc = _DOC,
    attrs = _ATTRS,
    fragments = ["cpp"],
    toolchains = use_cc_toolchain() + [config_common.toolchain_type(PYTHON_TOOLCHAIN, mandatory = False)],
)
