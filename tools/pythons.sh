# shellcheck shell=bash
# Finds the Pythons that tests can use inside the root. Sourced by bazelw.

# Prints the CPython 3.9 to 3.14 programs of the machine that can be seen from inside the root, one a line: pyenv's, and
# those on the PATH. What lies in the system's own folders cannot: the root has its own.
pythons_of_the_machine() {
    local minor home=~
    for minor in {9..14}; do
        compgen -G "${PYENV_ROOT:-$home/.pyenv}/versions/3.$minor.*/bin/python3.$minor"
        type -aP "python3.$minor"
    done | grep --invert-match /shims/ | xargs --no-run-if-empty --delimiter='\n' realpath |
        grep --invert-match --extended-regexp '^/(usr|bin|sbin|lib|etc|var|run)' | awk '!seen[$0]++'
}

# pythons_bazelrc FOLDER ENTER...: prints the name of a bazelrc in FOLDER that tells tests of the Pythons that start when
# run by ENTER. It is named after those that were found, so that each set of them is tried only once.
pythons_bazelrc() {
    local folder=$1 file working
    local -a found
    shift
    mapfile -t found < <(pythons_of_the_machine)
    file=$folder/pythons-$(stat --format='%n %Y' /dev/null "${found[@]}" | tail -n +2 | sha256sum | head -c 12).bazelrc
    if [[ ! -e $file ]]; then
        # shellcheck disable=SC2016  # for the shell in the root
        working=$("$@" /bin/bash -c '
            is_meant="import sys; sys.exit(sys.implementation.name != \"cpython\" or not (3, 9) <= sys.version_info < (3, 15))"
            for python; do "$python" -I -S -c "$is_meant" && echo "$python"; done 2>/dev/null
            true' bash "${found[@]}" /usr/bin/python3.{9..14} | paste --serial --delimiters=:)
        # For "build" too: a build and a test that differ in it would discard each other's analysis.
        echo "build --test_env=MEMFD_PAR_PYTHONS=$working" >"$file.$$"
        mv "$file.$$" "$file"
    fi
    echo "$file"
}
