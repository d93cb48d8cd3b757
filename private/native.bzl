"""The shared libraries of what native_libs and extension_modules name."""

load(":manifest.bzl", "is_shared_library")

_ImportedLibraryInfo = provider(
    doc = "The library of a cc_import, which its own providers do not tell from what it links against.",
    fields = {"files": "list[File]: the shared library; empty for a static one."},
)

def _impl(_target, ctx):
    if ctx.rule.kind != "cc_import":
        return []
    return [_ImportedLibraryInfo(files = getattr(ctx.rule.files, "shared_library", []))]

imported_library_aspect = aspect(
    implementation = _impl,
    doc = "Finds the shared_library of cc_import.",
)

def shared_libraries(target):
    """A target's own shared libraries.

    Args:
        target: a Target or a file, seen through imported_library_aspect.

    Returns:
        list[File].
    """
    if _ImportedLibraryInfo in target:
        return target[_ImportedLibraryInfo].files
    return [file for file in target[DefaultInfo].files.to_list() if is_shared_library(file)]

def needed_libraries(target):
    """A target's own shared libraries and those that its rule gives it at run time.

    Args:
        target: a Target or a file, seen through imported_library_aspect.

    Returns:
        depset[File]; some may be other files.
    """
    return depset(shared_libraries(target), transitive = [target[DefaultInfo].default_runfiles.files])
