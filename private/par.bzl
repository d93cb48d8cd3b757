"""What memfd_par_binary and memfd_par_test have in common: they differ in what Bazel does with the par."""

load("@rules_python//python:py_info.bzl", "PyInfo")
load(":digest.bzl", "digest_aspect", "digests", "undigested")
load(":manifest.bzl", "manifest_args")
load(":native.bzl", "imported_library_aspect", "needed_libraries", "shared_libraries")
load(":providers.bzl", "MemfdParInfo")
load(":repo_mapping.bzl", "mapping_of")
load(":toolchain_types.bzl", "PAR_TOOLCHAIN", "PYTHON_TOOLCHAIN")

_ONE_PROGRAM = "{target}: {count} of main, main_module and entry_point are set ({set}). A par runs one program: set one of them."
_NO_MAIN = "{target}: there is no main: none of main, main_module and entry_point is set, and none of srcs is {name}.py. srcs has: {srcs}. Set main to the script to run."
_BAD_ENTRY_POINT = "{target}: entry_point is \"{value}\", and it should be \"package.module:function\"."
_BAD_MODULE = "{target}: {attribute} has \"{value}\", which is no dotted module name such as \"package.module\"."
_ONE_FILE = "{target}: extension_modules names {label} for \"{module}\", and it has {count} files that are named like shared libraries ({files}). Name the target or the file that is the module."
_NO_FILE = "{target}: native_libs names {label}, which has no shared library. Its files: {files}. List a cc_shared_library, a cc_binary with linkshared = True, a cc_import with a shared_library, or a .so file."
_NOT_CARRIED = """\
{target}: interpreter = "carried", and no interpreter can be carried: {why}. Register a Python toolchain whose runtime is a part of the build \
(rules_python's hermetic ones are), or make one of a Python of this machine: memfd_par_local_interpreter(name = "python", \
python = "python3.14") and register_toolchains("@python//:toolchain")."""
_NO_LIBC = """\
{target}: libc = "carried", and {why}. Make the interpreter one of memfd_par_local_interpreter, which takes libc along, and register \
its toolchain; or set libc = "system"."""
_NO_STDLIB = "{target}: {attribute} is set, and the par carries no interpreter: {why}. Set interpreter = \"carried\", or drop {attribute}."

PAR_ATTRS = {
    "compression": attr.string(
        doc = "How members other than native libraries are kept: `stored` starts fastest, `deflate` makes a smaller file. Byte-code and native libraries are always stored, and the sources of a carried interpreter's standard library always deflated.",
        default = "stored",
        values = ["stored", "deflate"],
    ),
    "data": attr.label_list(
        doc = "Files that the program reads, carried in the par.",
        allow_files = True,
        aspects = [digest_aspect],
    ),
    "deps": attr.label_list(
        doc = "Python libraries: py_library, requirements from PyPI, and what else provides PyInfo.",
        aspects = [digest_aspect],
        providers = [PyInfo],
    ),
    "entry_point": attr.string(
        doc = "The program, as in a wheel's entry points: `package.module:function`. What it returns is the exit status.",
    ),
    "env": attr.string_dict(
        doc = "Environment variables that the program starts with, unless its caller has set them. They are part of the par, not only of `bazel run`. `$(rlocationpath …)` is expanded.",
    ),
    "exclude_stdlib": attr.string_list(
        doc = "Modules of a carried interpreter's standard library that the program does not need, dotted: `tkinter`, `_tkinter`, `turtle`. Libraries that nothing else needs go with them (docs/size.md). Tests, idlelib, ensurepip, lib2to3 and turtledemo never go in.",
    ),
    "extension_modules": attr.label_keyed_string_dict(
        doc = "Extension modules that Bazel builds: from a cc_shared_library, a cc_binary with `linkshared` or a .so file to the dotted name by which Python imports it.",
        allow_files = True,
        aspects = [digest_aspect, imported_library_aspect],
    ),
    "imports": attr.string_list(
        doc = "Folders that go on the import path, relative to this package, as in py_library.",
    ),
    "include_stdlib": attr.string_list(
        doc = "Modules of a carried interpreter's standard library that usually stay out, dotted: `test`, `ensurepip`, `_testcapi`.",
    ),
    "interpreter": attr.string(
        doc = "Whether the par brings its interpreter along: `carried`, with the standard library, or `system`, looked up on the machine that runs the par. Default: carried if the Python toolchain has an interpreter that is a part of the build (docs/interpreter.md).",
        values = ["", "carried", "system"],
    ),
    "interpreter_args": attr.string_list(
        doc = "Options for the interpreter, such as `-u`, `-O` or `-W error`'s two words.",
    ),
    "isolated": attr.bool(
        doc = "Whether the interpreter ignores PYTHON* variables and the machine's site-packages (`-I -S`). If not, both are honoured, behind the par's own modules.",
        default = True,
    ),
    "libc": attr.string(
        doc = "Whether a par with a carried interpreter brings libc along, too, with the dynamic linker and the compiler's libraries: `carried`, so that it runs where glibc is older, is musl, or is not there at all; or `system` (docs/interpreter.md).",
        default = "system",
        values = ["carried", "system"],
    ),
    "main": attr.label(
        doc = "The program, as a script. Default: the one of srcs that is named like the target.",
        allow_single_file = [".py"],
    ),
    "main_module": attr.string(
        doc = "The program, as a module or a package with a `__main__`, as for `python -m`.",
    ),
    "native_libs": attr.label_list(
        doc = "Shared libraries that are in memory before the program starts, and that ctypes and extension modules find by their sonames: cc_shared_library, cc_binary with `linkshared`, cc_import, .so files.",
        allow_files = True,
        aspects = [digest_aspect, imported_library_aspect],
    ),
    "on_duplicate": attr.string(
        doc = "What two different files for one module are: a warning (the first on the import path wins, as it would without a par) or an error.",
        default = "warn",
        values = ["warn", "error"],
    ),
    "on_missing": attr.string(
        doc = "What a library is that native code in `deps` needs, such as a wheel's plugin, and that nobody provides: a warning (what needs it can be loaded where the machine has it) or an error. What `native_libs` and `extension_modules` need has to be there in any case.",
        default = "warn",
        values = ["warn", "error"],
    ),
    "optimize": attr.int(
        doc = "Byte-code optimisation, as for `python -O`: 1 drops assertions, 2 docstrings too.",
        default = 0,
        values = [0, 1, 2],
    ),
    "par": attr.output(
        doc = "The file: `NAME.par`.",
        mandatory = True,
    ),
    "par_args": attr.string_list(
        doc = "Arguments that come before the caller's own (`args` of the macro).",
    ),
    "policy": attr.string(
        doc = "The manylinux policy (PEP 600) whose libraries the machine is trusted to have. Default: the toolchain's.",
    ),
    "real_files": attr.string_list(
        doc = "Distributions or folders whose code needs real folders, as plugin loaders in C do. They are put whole into a folder in memory when the program first imports one of them.",
    ),
    "repo_mapping": attr.label(
        doc = "Names of repositories, for the runfiles libraries (repo_mapping.bzl).",
    ),
    "srcs": attr.label_list(
        doc = "Python sources.",
        allow_files = [".py"],
    ),
    "system_libs": attr.string_list(
        doc = "Sonames of libraries that the machine is trusted to have beyond the policy, such as `libcuda.so.1`.",
    ),
}

def _is_dotted(name):
    parts = name.split(".")
    return all([part and not part[0].isdigit() and part.replace("_", "a").isalnum() for part in parts])

def _program(ctx):
    """The packer's option and value for the one program of the target."""
    attributes = {
        "entry_point": ctx.attr.entry_point,
        "main": ctx.file.main,
        "main_module": ctx.attr.main_module,
    }
    chosen = [name for name, value in attributes.items() if value]
    if len(chosen) > 1:
        fail(_ONE_PROGRAM.format(target = _name(ctx.label), count = len(chosen), set = ", ".join(chosen)))
    if ctx.attr.main_module:
        if not _is_dotted(ctx.attr.main_module):
            fail(_BAD_MODULE.format(target = _name(ctx.label), attribute = "main_module", value = ctx.attr.main_module))
        return "--main_module", ctx.attr.main_module
    if ctx.attr.entry_point:
        module, _, function = ctx.attr.entry_point.partition(":")
        if not _is_dotted(module) or not _is_dotted(function):
            fail(_BAD_ENTRY_POINT.format(target = _name(ctx.label), value = ctx.attr.entry_point))
        return "--entry_point", ctx.attr.entry_point
    main = ctx.file.main
    if not main:
        named = [file for file in ctx.files.srcs if file.basename == ctx.label.name + ".py"]
        if not named:
            fail(_NO_MAIN.format(
                target = _name(ctx.label),
                name = ctx.label.name,
                srcs = ", ".join([file.short_path for file in ctx.files.srcs]) or "nothing",
            ))
        main = named[0]
    return "--main", _runfiles_path(ctx, main)

def _name(label):
    """A label as users write it: the main repository's without `@`."""
    return str(label) if label.workspace_name else str(label).lstrip("@")

def _runfiles_path(ctx, file):
    return file.short_path[3:] if file.short_path.startswith("../") else ctx.workspace_name + "/" + file.short_path

def _imports(ctx):
    """depset[str] of import roots: the target's own first."""
    repository = ctx.label.workspace_name or ctx.workspace_name
    own = []
    for path in ctx.attr.imports:
        parts = [repository] + ctx.label.package.split("/")
        for part in path.split("/"):
            if part == "..":
                parts = parts[:-1]
            elif part and part != ".":
                parts.append(part)
        own.append("/".join([part for part in parts if part]))
    return depset(transitive = [depset(own)] + [dep[PyInfo].imports for dep in ctx.attr.deps])

def _native_libs(ctx):
    """depset[File] of native_libs; each target must have one."""
    for target in ctx.attr.native_libs:
        if not shared_libraries(target):
            names = [file.short_path for file in target[DefaultInfo].files.to_list()]
            fail(_NO_FILE.format(target = _name(ctx.label), label = _name(target.label), files = ", ".join(names) or "none"))
    return depset(transitive = [needed_libraries(target) for target in ctx.attr.native_libs])

def _extension_modules(ctx):
    """dict[str, File]: dotted name to the file of the module."""
    modules = {}
    for target, name in ctx.attr.extension_modules.items():
        if not _is_dotted(name):
            fail(_BAD_MODULE.format(target = _name(ctx.label), attribute = "extension_modules", value = name))
        files = shared_libraries(target)
        if len(files) != 1:
            fail(_ONE_FILE.format(
                target = _name(ctx.label),
                label = _name(target.label),
                module = name,
                count = len(files),
                files = ", ".join([file.short_path for file in files]) or "none",
            ))
        modules[name] = files[0]
    return modules

def _runfiles(ctx):
    """Everything the program may import or read: what the target has itself, and what its dependencies have."""
    others = [target[DefaultInfo].default_runfiles for target in ctx.attr.data + ctx.attr.extension_modules.keys()]
    own = ctx.runfiles(files = ctx.files.srcs + ctx.files.main + ctx.files.data).merge_all(others)
    sources = depset(transitive = [dep[PyInfo].transitive_sources for dep in ctx.attr.deps])
    inherited = ctx.runfiles(transitive_files = sources).merge_all([dep[DefaultInfo].default_runfiles for dep in ctx.attr.deps])
    return own, inherited

def _digests(ctx, toolchain):
    """depset[File]: the digests of all files, at the target's optimisation level.

    Files that only an unusual rule's runfiles have are in none of them; the packer digests these itself.
    """
    targets = ctx.attr.data + ctx.attr.native_libs + ctx.attr.extension_modules.keys()
    parts = {"par-sources": depset(ctx.files.srcs + ctx.files.main)}
    data = undigested(targets)
    if data:
        parts["par-data"] = data
    return digests(ctx, toolchain.packer, parts, targets + ctx.attr.deps).digests[ctx.attr.optimize]

def _carried(ctx, toolchain):
    """MemfdParInterpreterInfo of the interpreter that is carried, or None."""
    info = toolchain.interpreter
    carried = info if info.launcher and ctx.attr.interpreter != "system" else None
    if ctx.attr.interpreter == "carried" and not carried:
        fail(_NOT_CARRIED.format(target = _name(ctx.label), why = info.why))
    for attribute in ["exclude_stdlib", "include_stdlib"]:
        if getattr(ctx.attr, attribute) and not carried:
            why = info.why or "interpreter = \"system\""
            fail(_NO_STDLIB.format(target = _name(ctx.label), attribute = attribute, why = why))
    if ctx.attr.libc == "carried":
        if not carried:
            why = "interpreter = \"system\"" if ctx.attr.interpreter == "system" else info.why
            fail(_NO_LIBC.format(target = _name(ctx.label), why = "the par carries no interpreter: " + why))
        if carried.no_libc:
            fail(_NO_LIBC.format(target = _name(ctx.label), why = carried.no_libc))
    return carried

def par_impl(ctx):
    """Packs the target's files.

    Args:
        ctx: the context of a rule with PAR_ATTRS.

    Returns:
        Providers: DefaultInfo, MemfdParInfo, OutputGroupInfo.
    """
    toolchain = ctx.toolchains[PAR_TOOLCHAIN].memfd_par
    python = ctx.toolchains[PYTHON_TOOLCHAIN].py3_runtime
    par = ctx.outputs.par
    option, program = _program(ctx)
    native_libs = _native_libs(ctx)
    extension_modules = _extension_modules(ctx)
    runfiles, inherited = _runfiles(ctx)
    digested = _digests(ctx, toolchain)
    carried = _carried(ctx, toolchain)
    policy = ctx.attr.policy or toolchain.policy

    manifest = ctx.actions.declare_file(ctx.label.name + ".par-manifest")
    ctx.actions.write(manifest, manifest_args(
        ctx,
        runfiles = runfiles,
        inherited = inherited,
        runtime = getattr(python, "files", None) or depset(),
        imports = _imports(ctx),
        native_libs = native_libs,
        extension_modules = extension_modules,
        interpreter = carried.files if carried else depset(),
    ))

    args = ctx.actions.args()
    args.use_param_file("@%s", use_always = False)
    args.set_param_file_format("multiline")
    args.add(_name(ctx.label), format = "--target=%s")
    args.add(par, format = "--output=%s")
    args.add(manifest, format = "--manifest=%s")
    args.add(ctx.workspace_name, format = "--workspace=%s")
    args.add_all(toolchain.runtime, format_each = "--runtime=%s")
    args.add(toolchain.runtime_digest, format = "--runtime_digest=%s")
    args.add_all(digested, format_each = "--digest=%s")
    args.add_all(toolchain.launcher, format_each = "--launcher=%s")
    args.add_all(toolchain.loader, format_each = "--loader=%s")
    inputs = []
    mapping = mapping_of(ctx.attr.repo_mapping) if ctx.attr.repo_mapping else None
    if mapping:
        args.add(mapping, format = "--repo_mapping=%s")
        inputs.append(depset([mapping]))
    if carried:
        interpreter_digest = toolchain.interpreter_digests[ctx.attr.optimize]
        args.add(carried.launcher, format = "--carried_launcher=%s")
        args.add(carried.prefix, format = "--interpreter_prefix=%s")
        args.add(carried.library, format = "--carried_library=%s")
        args.add(carried.bootstrap, format = "--carried_bootstrap=%s")
        if carried.linked:
            args.add(carried.linked, format = "--linked_python=%s")
        if ctx.attr.libc == "carried":
            args.add("--carry_libc")
        args.add(interpreter_digest, format = "--digest=%s")
        args.add_all(ctx.attr.exclude_stdlib, format_each = "--exclude_stdlib=%s")
        args.add_all(ctx.attr.include_stdlib, format_each = "--include_stdlib=%s")
        programs = [carried.launcher, carried.library, carried.bootstrap] + ([carried.linked] if carried.linked else [])
        inputs += [depset(programs + [interpreter_digest]), carried.files]
    args.add(program, format = option + "=%s")
    args.add_all(
        [name + "=" + ctx.expand_location(value, ctx.attr.data) for name, value in ctx.attr.env.items()],
        format_each = "--env=%s",
    )
    args.add_all([ctx.expand_location(arg, ctx.attr.data) for arg in ctx.attr.par_args], format_each = "--arg=%s")
    args.add(policy, format = "--policy=%s")
    args.add_all(ctx.attr.system_libs, format_each = "--system_lib=%s")
    args.add(toolchain.machine, format = "--machine=%s")
    if python.interpreter_path:
        args.add(python.interpreter_path, format = "--interpreter_path=%s")
    version = getattr(python, "interpreter_version_info", None)
    if toolchain.interpreter.launcher:  # by its files: what its py_runtime says may be the workspace's default
        args.add(toolchain.interpreter.version, format = "--python_version=%s")
    elif version:
        args.add("--python_version=%s.%s" % (version.major, version.minor))
    args.add_all(toolchain.interpreter_args + ctx.attr.interpreter_args, format_each = "--interpreter_arg=%s")
    if not ctx.attr.isolated:
        args.add("--no_isolated")
    args.add(ctx.attr.compression, format = "--compression=%s")
    args.add(ctx.attr.optimize, format = "--optimize=%s")
    args.add_all(ctx.attr.real_files, format_each = "--real_file=%s")
    args.add(ctx.attr.on_duplicate, format = "--on_duplicate=%s")
    args.add(ctx.attr.on_missing, format = "--on_missing=%s")

    ctx.actions.run(
        executable = toolchain.packer,
        arguments = [args],
        inputs = depset(
            [manifest, toolchain.runtime_digest] + extension_modules.values(),
            transitive = [runfiles.files, inherited.files, native_libs, digested, toolchain.runtime, toolchain.launcher, toolchain.loader] + inputs,
        ),
        outputs = [par],
        mnemonic = "MemfdParPack",
        progress_message = "Packing %{output}",
    )
    return [
        # The par needs no runfiles: it carries all that it uses.
        DefaultInfo(executable = par, files = depset([par])),
        MemfdParInfo(label = ctx.label, manifest = manifest, par = par, policy = policy),
        OutputGroupInfo(par_manifest = depset([manifest])),
    ]
