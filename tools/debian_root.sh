# shellcheck shell=bash
# Makes the private Debian root that holds Bazel. Sourced by bazelw.
#
#   BASE/SUITE-FINGERPRINT/root      the root; it exists only once it is complete
#   BASE/SUITE-FINGERPRINT/output    the output user root of the Bazel in it
#   BASE/SUITE-FINGERPRINT.making    a root in the making; no Bazel runs in it
#   BASE/downloads                   packages of an interrupted attempt
#
# The fingerprint covers this file, the package list and the machine's own certificates, so that a change of any of them
# makes a new root. It has an output folder of its own, as Bazel does not notice when the compiler below it changes.

DEBIAN_SUITE=forky

# Debian has no package of buildifier; npm's has the programs in it.
BUILDIFIER=@bazel/buildifier@8.2.1
BUILDIFIER_SHA512=799fc0abedabe0f7096ba2db3c24fa7df80825f4d4fe062296a233a17d8e2cce273646d00bab5330f64d9fb6871e38463f16cd2efe35ce6e17aadd689422e05f

# The name of the folder below BASE.
debian_root_name() {
    local certificates=/usr/local/share/ca-certificates fingerprint
    [[ -d $certificates ]] || certificates=/dev/null
    fingerprint=$(find "$TOOLS"/debian_root.sh "$TOOLS"/debian_packages.txt "$certificates" -type f -exec sha256sum {} + |
        cut -d ' ' -f 1 | sort | sha256sum)
    echo "$DEBIAN_SUITE-${fingerprint:0:12}"
}

# debian_root_provide BASE NAME: returns once BASE/NAME/root is there.
debian_root_provide() {
    local base=$1 name=$2 lock older
    [[ ! -d $base/$name/root ]] || return 0
    mkdir -p "$base/downloads"
    exec {lock}>"$base/lock"
    if ! flock --nonblock "$lock"; then
        note "another bazelw is making a root in $base: waiting for it"
        flock "$lock"
    fi
    # Every program started from here on inherits the lock: nobody cleans up while one of them still lives.
    if [[ ! -d $base/$name/root ]]; then
        debian_root_provide_mmdebstrap
        debian_root_clean_up "$base"
        debian_root_make "$base/downloads" "$base/$name.making"
        mv --no-target-directory "$base/$name.making" "$base/$name"
        rm -rf "$base/downloads"
        for older in "$base/$DEBIAN_SUITE"-*; do
            [[ $older -ef $base/$name ]] || note "$older is no longer needed once its Bazel has stopped: remove it"
        done
    fi
    exec {lock}>&-
}

debian_root_provide_mmdebstrap() {
    if type mmdebstrap mount &>/dev/null; then return; fi
    note "installing mmdebstrap and mount"
    {
        apt-get update
        DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends mmdebstrap mount
    } >&2 || fail "apt-get could not install mmdebstrap and mount (its output is above). Install them by hand, or install" \
        "bazelisk."
}

# Removes what an interrupted attempt left, but keeps the packages that it had downloaded.
debian_root_clean_up() {
    local base=$1 half
    for half in "$base"/*.making; do
        [[ -d $half ]] || continue
        note "removing the unfinished $half"
        # Those with two links are in the downloads already.
        find "$half" -path '*/var/cache/apt/archives/*' -name '*.deb' -not -path '*/partial/*' -links 1 \
            -exec mv --target-directory="$base/downloads" {} +
        rm -rf --one-file-system "$half"
    done
}

debian_root_make() {
    local downloads=$1 making=$2 packages
    packages=$(paste --serial --delimiters=, "$TOOLS/debian_packages.txt")
    local -a npm=(npm)
    if ! type npm &>/dev/null; then
        packages+=,npm
        npm=(unshare --mount "$TOOLS/enter_root.sh" "$making/root" "$making/mnt" "$downloads" -- npm)
    fi
    note "making a Debian $DEBIAN_SUITE with Bazel in $making: once, in about a minute; 4 GB on disk"
    mkdir -p "$making/mnt"
    # The mount namespace keeps an interrupted attempt from leaving mounts behind in what is removed later. The index of a
    # frozen mirror can be past its date, hence no check of that.
    # shellcheck disable=SC2016  # $1 is for the shells that run the hooks
    DOWNLOADS=$downloads unshare --mount mmdebstrap \
        --variant=minbase \
        --architectures="$(dpkg --print-architecture),arm64" \
        --aptopt='Acquire::Check-Valid-Until "false"' \
        --include="$packages" \
        --setup-hook='mkdir -p "$1/var/cache/apt/archives" &&
            find "$DOWNLOADS" -name "*.deb" -exec cp --link --target-directory="$1/var/cache/apt/archives" {} +' \
        --essential-hook='printf "#!/bin/sh\nexit 101\n" >"$1/usr/sbin/policy-rc.d" && chmod 755 "$1/usr/sbin/policy-rc.d"' \
        --customize-hook='if [ -d /usr/local/share/ca-certificates ]; then
            cp -r /usr/local/share/ca-certificates "$1/usr/local/share/" && chroot "$1" update-ca-certificates; fi' \
        "$DEBIAN_SUITE" "$making/root" >&2 ||
        fail "mmdebstrap could not make $making/root (its output is above). What it downloaded is kept: once the cause is" \
            "mended, run the same command again."
    debian_root_add_buildifier "$downloads" "$making/root/usr/local/bin/buildifier" "${npm[@]}"
}

# debian_root_add_buildifier DOWNLOADS PROGRAM NPM...
# Where npm cannot fetch it there is a root all the same: only this project's own tests need it.
debian_root_add_buildifier() {
    local downloads=$1 program=$2 tarball=$1/bazel-buildifier-${BUILDIFIER##*@}.tgz machine
    shift 2
    case $(uname -m) in
        x86_64) machine=amd64 ;;
        aarch64) machine=arm64 ;;
        *) return 0 ;;
    esac
    if [[ ! -e $tarball ]] && ! (cd "$downloads" && "$@" pack --silent "$BUILDIFIER" >/dev/null); then
        note "npm could not fetch $BUILDIFIER: tests that format Starlark fail until there is a ${program/.making\//\/}"
        return 0
    fi
    if ! sha512sum --check --quiet <<<"$BUILDIFIER_SHA512  $tarball" >&2; then
        rm "$tarball"
        fail "npm's $BUILDIFIER does not have the SHA-512 checksum that $TOOLS/debian_root.sh expects"
    fi
    tar --extract --gzip --file="$tarball" --to-stdout "package/buildifier-linux_$machine" >"$program"
    chmod 755 "$program"
}
