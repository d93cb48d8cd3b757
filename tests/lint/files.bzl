"""The files of some kinds, so that a test of these does not run again for a change of others."""

def _impl(ctx):
    chosen = [
        file
        for file in ctx.files.srcs
        if any([file.basename.startswith(prefix) for prefix in ctx.attr.prefixes]) or
           any([("/" + file.short_path).endswith(suffix) for suffix in ctx.attr.suffixes])
    ]
    listing = ctx.actions.declare_file(ctx.label.name + ".txt")
    ctx.actions.write(listing, "".join([file.short_path + "\n" for file in chosen]))
    return [DefaultInfo(files = depset(chosen + [listing]))]

files = rule(
    implementation = _impl,
    doc = "Those of `srcs` whose names begin, or whose paths end, as told, and `NAME.txt`, which lists them.",
    attrs = {
        "prefixes": attr.string_list(doc = "Beginnings of file names."),
        "srcs": attr.label_list(
            doc = "What to choose from.",
            allow_files = True,
            mandatory = True,
        ),
        "suffixes": attr.string_list(doc = "Ends of paths."),
    },
)
