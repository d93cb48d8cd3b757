"""libmariadb of the machine that builds, as a library that Bazel can carry."""

_NO_CONFIG = """\
Building //:mysql_repl needs MariaDB's client library, and there is no mariadb_config on the PATH. Install its \
development package: libmariadb-dev on Debian and Ubuntu, mariadb-connector-c-devel on Fedora."""

_NO_LIBRARY = "mariadb_config says that MariaDB's client library is in {folder}, which has no {name}. Install the package that holds it: libmariadb3 on Debian and Ubuntu."

_NAME = "libmariadb.so.3"

_BUILD = """\
load("@rules_cc//cc:defs.bzl", "cc_import")

cc_import(
    name = "libmariadb",
    shared_library = "{name}",
    visibility = ["//visibility:public"],
)
"""

def _impl(ctx):
    config = ctx.which("mariadb_config")
    if not config:
        fail(_NO_CONFIG)
    folder = ctx.execute([config, "--variable=pkglibdir"]).stdout.strip()
    library = ctx.path(folder).get_child(_NAME)
    if not library.exists:
        library = ctx.path(folder).dirname.get_child(_NAME)
    if not library.exists:
        fail(_NO_LIBRARY.format(folder = folder, name = _NAME))
    ctx.symlink(library, _NAME)
    ctx.file("BUILD", _BUILD.format(name = _NAME))

libmariadb = repository_rule(
    implementation = _impl,
    doc = "Provides `:libmariadb`, a cc_import of the machine's MariaDB client library.",
    environ = ["PATH"],
    local = True,
)
