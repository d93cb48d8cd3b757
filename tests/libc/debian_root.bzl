"""A repository with the root of another release of Debian, for tests beside its glibc.

Its packages are what a mirror has of that release: a point release replaces them, so that no checksum of one can stand here.
apt holds them against the signature of Debian's archive.
"""

_NO_MIRROR = "{repository} needs the packages {packages} of Debian {suite}, and apt-get names no mirror of Debian here:\n{output}"
_NO_PACKAGES = "{repository}: the packages {packages} of Debian {suite} could not be had:\n{output}"

# Of folders that no program reads.
_LEFT_OUT = ["usr/share/" + name for name in ["doc", "info", "lintian", "locale", "man"]]

# apt with its state in the current folder, so that it takes no right and leaves the machine's own alone.
_FETCH = """\
suite=$1
shift
mirror=$(apt-get update --print-uris | sed -n "s|^'\\([^']*/debian/\\)dists/.*|\\1|p" | head -n 1)
[ "$mirror" ] || exit 3
mkdir -p apt/lists/partial apt/archives/partial root
echo "deb $mirror $suite main" >apt/sources.list
: >apt/status
in_suite() {
    apt-get -qq -o APT::Sandbox::User=root -o Acquire::Check-Valid-Until=false -o Acquire::Languages=none \\
        -o Dir::State="$PWD/apt" -o Dir::State::status="$PWD/apt/status" -o Dir::Cache="$PWD/apt" \\
        -o Dir::Etc::sourcelist="$PWD/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null "$@"
}
in_suite update
in_suite download "$@"
for package in *.deb; do dpkg-deb --extract "$package" root; done
"""

_ATTRS = {
    "packages": attr.string_list(mandatory = True, doc = "All that are wanted; what they depend on is not looked up."),
    "suite": attr.string(mandatory = True, doc = "The release, `bookworm`."),
}

def _impl(rctx):
    names = {"packages": ", ".join(rctx.attr.packages), "repository": rctx.name, "suite": rctx.attr.suite}
    result = rctx.execute(["sh", "-eu", "-c", _FETCH, "sh", rctx.attr.suite] + rctx.attr.packages)
    if result.return_code:
        fail((_NO_MIRROR if result.return_code == 3 else _NO_PACKAGES).format(output = result.stdout + result.stderr, **names))

    # One file: what Bazel would show of a folder are links, which lead out of a root.
    result = rctx.execute(["tar", "--create", "--file=root.tar", "--directory=root"] + ["--exclude=./" + folder for folder in _LEFT_OUT] + ["."])
    if result.return_code:
        fail(_NO_PACKAGES.format(output = result.stderr, **names))
    for path in rctx.path(".").readdir():
        if path.basename != "root.tar":
            rctx.delete(path)
    rctx.file("WORKSPACE")
    rctx.file("BUILD.bazel", "exports_files([\"root.tar\"])\n")

debian_root = repository_rule(
    implementation = _impl,
    doc = "`@NAME//:root.tar` has the files of some packages of a release of Debian, for the architecture of this machine.",
    attrs = _ATTRS,
    environ = ["PATH"],
)
