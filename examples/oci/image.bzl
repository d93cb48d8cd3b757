"""Container images of pars."""

def par_image(name, par, architecture = "amd64", **kwargs):
    """An OCI image layout, `NAME.tar`, whose image is `FROM scratch` and holds a par as its only file, /app.

    `skopeo copy oci-archive:NAME.tar docker://…` pushes it; `podman load --input NAME.tar` takes it as it is.

    Args:
        name: of the target.
        par: a memfd_par_binary with `interpreter = "carried"` and `libc = "carried"`.
        architecture: as Go names it.
        **kwargs: Bazel's common attributes.
    """
    native.genrule(
        name = name,
        srcs = [par],
        outs = [name + ".tar"],
        cmd = "$(execpath //examples/oci:image) --architecture=%s --tag=%s $(execpath %s) $@" % (architecture, name, par),
        tools = ["//examples/oci:image"],
        **kwargs
    )
