# Finds the Pythons that tests can run with inside the root. Sourced by bazelw.

# Prints the CPython 3.9 to 3.14 programs of the machine that the root can show, one a line: pyenv's, and those on the
# PATH. What lies below the system's own folders is the root's inside, so those are left out.
pythons_candidates() {
    local path minor
    for minor in 9 10 11 12 13 14; do
        for path in "${PYENV_ROOT:-${HOME:-/nonexistent}/.pyenv}"/versions/3."$minor".*/bin/python3."$minor" $(type -aP "python3.$minor"); do
            case $path in
                /usr/* | /bin/* | /sbin/* | */shims/*) ;;
                *) [[ -x $path ]] && realpath --no-symlinks "$path" ;;
            esac
        done
    done | awk '!seen[$0]++'
}

# pythons_bazelrc FOLDER ENTER...: prints the path of a bazelrc in FOLDER that tells tests of those Pythons that run when
# started through ENTER. Its name follows from the candidates, so each set is tried only once.
pythons_bazelrc() {
    local folder=$1 candidates file
    shift
    candidates=$(pythons_candidates)
    file=$folder/pythons-$(stat --format='%n %Y' --dereference $candidates /dev/null 2>/dev/null | sha256sum | head -c 12).bazelrc
    [[ -e $file ]] || pythons_write "$file" "$candidates" "$@"
    echo "$file"
}

pythons_write() {
    local file=$1 candidates=$2 working
    shift 2
    # shellcheck disable=SC2016  # for the shell inside
    working=$("$@" /bin/bash -c '
        for python; do
            "$python" -I -S -c "import sys; sys.exit(not (sys.implementation.name == \"cpython\" and (3, 9) <= sys.version_info < (3, 15)))" \
                >/dev/null 2>&1 && echo "$python"
        done' _ $candidates /usr/bin/python3.{9..14} | paste --serial --delimiters=:)
    # "build", not "test": a build and a test with different options would discard each other's analysis.
    echo "build --test_env=MEMFD_PAR_PYTHONS=$working" >"$file.$$"
    mv "$file.$$" "$file"
}
