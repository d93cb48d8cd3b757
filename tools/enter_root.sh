#!/bin/bash
# enter_root.sh ROOT MOUNTPOINT SHOW... -- COMMAND...
#
# Becomes COMMAND, in ROOT's system folders and with all of the machine's other folders (/home, /tmp, …) in their usual
# places. Runs in a mount namespace of its own; MOUNTPOINT is an empty folder to build that view on. Each SHOW is a path
# that has to be visible even if it lies in one of the machine's system folders.
#
# No parent process stays, so that signals, the terminal and the exit code are those of COMMAND. (bubblewrap stays, and
# Ctrl-C ends it before Bazel.)
set -euo pipefail
shopt -s nullglob

TOOLS=$(dirname "$(realpath "$0")")
readonly TOOLS
readonly SEARCH_PATH=/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin
# Of the machine, where it has them.
readonly SETTINGS=(/etc/hosts /etc/pip.conf /etc/resolv.conf)

root=$1 view=$2
shift 2

show_folder() { # place, origin
    mkdir -p "$view$1"
    mount --rbind "$2" "$view$1"
}

show_file() { # place, origin
    [[ -e $view$1 ]] || : >"$view$1"
    mount --bind "$2" "$view$1"
}

mount -t tmpfs -o mode=755 memfd_par "$view"
# Keeps the view from being shown inside itself.
mount --make-unbindable "$view"

for name in bin etc lib lib32 lib64 libx32 run sbin usr var; do
    if [[ -L $root/$name ]]; then
        cp --no-dereference "$root/$name" "$view/$name"
    elif [[ -d $root/$name ]]; then
        show_folder "/$name" "$root/$name"
    fi
done
for folder in /*/; do
    case $folder in
        /bin/ | /boot/ | /etc/ | /lib*/ | /lost+found/ | /run/ | /sbin/ | /usr/ | /var/) ;;
        *) show_folder "${folder%/}" "${folder%/}" ;;
    esac
done
for file in "${SETTINGS[@]}"; do
    [[ ! -e $file ]] || show_file "$file" "$(realpath "$file")"
done
show_file /etc/bazel/bazelrc "$TOOLS/debian.bazelrc"
for (( ; ; )); do
    path=$1
    shift
    [[ $path != -- ]] || break
    [[ $path -ef $view$path ]] || show_folder "$path" "$path"
done

cwd=$PWD
mkdir "$view/.machine"
mount --make-private "$view"
cd "$view"
pivot_root . .machine
cd "$cwd" 2>/dev/null || cd /
PATH=$SEARCH_PATH
# Bazel's Java cannot name a file with an accent without it.
[[ ${LC_ALL-}${LC_CTYPE-}${LANG-} ]] || export LANG=C.UTF-8
umount --lazy /.machine
rmdir /.machine
exec "$@"
