"""The packer's manifest, written lazily: no depset is flattened before the action runs.

`packer/request.py` reads it and says what each letter means.
"""

def _file(file):
    return "F\t%s\t%s" % (file.short_path, file.path)

def _inherited(file):
    return "D\t%s\t%s" % (file.short_path, file.path)

def _runtime(file):
    return "T\t" + file.short_path

def _import_root(path):
    return "I\t" + path

def _symlink(entry):
    return "S\t%s\t%s" % (entry.path, entry.target_file.path)

def _root_symlink(entry):
    return "R\t%s\t%s" % (entry.path, entry.target_file.path)

def is_shared_library(file):
    """Whether a file is named like a shared library: `libx.so`, `libx.so.1.2`."""
    name = file.basename
    return name.endswith(".so") or ".so." in name

def _native_lib(file):
    return "N\t%s\t%s" % (file.short_path, file.path) if is_shared_library(file) else None

def _interpreter(file):
    return "P\t%s\t%s" % (file.short_path, file.path)

def manifest_args(ctx, runfiles, inherited, runtime, imports, native_libs, extension_modules, interpreter):
    """The manifest as an Args object, which goes into a file.

    Args:
        ctx: the rule's context.
        runfiles: runfiles with the target's own sources, data and their native libraries.
        inherited: runfiles of its dependencies, which may have those of a py_binary among them.
        runtime: depset[File] of the Python toolchain's runtime, which a py_binary has in its runfiles.
        imports: depset[str] of import roots, as in PyInfo.
        native_libs: depset[File]; those that are no shared libraries are left out.
        extension_modules: dict[str, File], by dotted name.
        interpreter: depset[File] of an interpreter that is carried.

    Returns:
        Args.
    """
    args = ctx.actions.args()
    args.set_param_file_format("multiline")
    args.add_all(imports, map_each = _import_root)
    args.add_all(native_libs, map_each = _native_lib)
    for name, file in extension_modules.items():
        args.add_all([file], format_each = "E\t%s\t%s\t%%s" % (name, file.short_path))
    args.add_all(runtime, map_each = _runtime)
    args.add_all(runfiles.files, map_each = _file)
    args.add_all(inherited.files, map_each = _inherited)
    for each in [runfiles, inherited]:
        args.add_all(each.symlinks, map_each = _symlink)
        args.add_all(each.root_symlinks, map_each = _root_symlink)
    args.add_all(interpreter, map_each = _interpreter)
    return args
