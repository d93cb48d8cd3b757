# Makes the private Debian root that holds Bazel. Sourced by bazelw.
#
#   BASE/DEBIAN_SUITE-FINGERPRINT/root      the root; it exists only when it is complete
#   BASE/DEBIAN_SUITE-FINGERPRINT/output    Bazel's output user root for that root
#   BASE/….making                           a root in the making; nobody runs anything in it
#   BASE/downloads                          packages of a root in the making, kept after an interruption
#
# The fingerprint covers this file, the package list and the machine's own certificates, so that a change of any
# of them makes a new root with a new output folder: Bazel does not notice when the compiler below it changes.

DEBIAN_SUITE=forky

# npm ships buildifier's programs inside the package; Debian has no package of it.
BUILDIFIER_PACKAGE=@bazel/buildifier@8.2.1
BUILDIFIER_SHA512=799fc0abedabe0f7096ba2db3c24fa7df80825f4d4fe062296a233a17d8e2cce273646d00bab5330f64d9fb6871e38463f16cd2efe35ce6e17aadd689422e05f

debian_root_name() {
    local fingerprint
    fingerprint=$(
        shopt -s nullglob
        cat "$TOOLS/debian_root.sh" "$TOOLS/debian_packages.txt" /dev/null /usr/local/share/ca-certificates/*.crt |
            sha256sum
    )
    echo "$DEBIAN_SUITE-${fingerprint:0:12}"
}

# debian_root_provide BASE NAME: returns once BASE/NAME/root is complete.
debian_root_provide() {
    local base=$1 name=$2
    [[ -d $base/$name/root ]] && return
    mkdir -p "$base/downloads"
    exec {lock}>"$base/lock"
    if ! flock --nonblock "$lock"; then
        note "another bazelw is making $base/$name, waiting for it"
        flock "$lock"
    fi
    # The lock is inherited on purpose: while any process of an interrupted run lives, nobody cleans up below it.
    if [[ ! -d $base/$name/root ]]; then
        debian_root_install_tools
        debian_root_clean_up "$base"
        debian_root_make "$base" "$base/$name.making"
        mv --no-target-directory "$base/$name.making" "$base/$name"
        rm -rf "$base/downloads"
        note "made $base/$name"
    fi
    exec {lock}>&-
}

debian_root_install_tools() {
    command -v mmdebstrap >/dev/null && return
    note "installing mmdebstrap"
    {
        apt-get update
        DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends mmdebstrap
    } >&2 || fail "apt-get could not install mmdebstrap (its output is above). Install it by hand, or install bazelisk."
}

# Removes what an interrupted run left, but keeps the packages that it had downloaded.
debian_root_clean_up() {
    local base=$1 half
    for half in "$base"/*.making; do
        [[ -d $half ]] || continue
        note "removing the unfinished $half"
        find "$half/root/var/cache/apt/archives" -maxdepth 1 -name '*.deb' -exec mv -t "$base/downloads" {} + 2>/dev/null || true
        rm -rf --one-file-system "$half"
    done
}

debian_root_make() {
    local base=$1 making=$2 packages
    packages=$(paste --serial --delimiters=, "$TOOLS/debian_packages.txt")
    note "making a Debian $DEBIAN_SUITE root with Bazel in it: once, about 400 MB to download, 2 GB on disk"
    mkdir -p "$making/output" "$making/mnt"
    # In a mount namespace of its own, so that an interruption leaves no mount behind in the half-made root.
    # A frozen mirror's index can be past its date: hence no check of that.
    # shellcheck disable=SC2016  # $1 is for the hooks' own shell
    DOWNLOADS=$base/downloads unshare --mount mmdebstrap \
        --variant=minbase \
        --aptopt='Acquire::Check-Valid-Until "false"' \
        --include="$packages" \
        --setup-hook='mkdir -p "$1/var/cache/apt/archives" &&
            find "$DOWNLOADS" -name "*.deb" -exec cp --link -t "$1/var/cache/apt/archives" {} +' \
        --essential-hook='printf "#!/bin/sh\nexit 101\n" >"$1/usr/sbin/policy-rc.d" && chmod 755 "$1/usr/sbin/policy-rc.d"' \
        --customize-hook='mkdir -p "$1/usr/local/share/ca-certificates" /usr/local/share/ca-certificates &&
            cp -rT /usr/local/share/ca-certificates "$1/usr/local/share/ca-certificates" &&
            chroot "$1" update-ca-certificates' \
        "$DEBIAN_SUITE" "$making/root" >&2 ||
        fail "mmdebstrap could not make $making/root (its output is above). What was downloaded is kept: run the same" \
            "command again once the cause is mended."
    debian_root_add_buildifier "$base/downloads" "$making/root"
    echo "$making" >"$making/root/.memfd_par_root"
}

debian_root_add_buildifier() {
    local downloads=$1 root=$2 tarball=$1/bazel-buildifier-${BUILDIFIER_PACKAGE##*@}.tgz machine
    case $(uname -m) in
        x86_64) machine=amd64 ;;
        aarch64) machine=arm64 ;;
        *) return ;;
    esac
    if ! [[ -e $tarball ]] && ! (cd "$downloads" && npm pack --silent "$BUILDIFIER_PACKAGE" >&2); then
        note "npm could not fetch $BUILDIFIER_PACKAGE: the tests that format Starlark will fail until there is a" \
            "buildifier in ${root/.making/}/usr/local/bin"
        return
    fi
    echo "$BUILDIFIER_SHA512  $tarball" | sha512sum --check --quiet >&2 || {
        rm -f "$tarball"
        fail "$BUILDIFIER_PACKAGE from npm does not have the expected SHA-512 checksum"
    }
    tar --extract --gzip --file="$tarball" --to-stdout "package/buildifier-linux_$machine" >"$root/usr/local/bin/buildifier"
    chmod 755 "$root/usr/local/bin/buildifier"
}
