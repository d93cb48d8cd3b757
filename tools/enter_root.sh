#!/bin/bash
# enter_root.sh ROOT CWD MOUNTPOINT BIND... -- COMMAND...
#
# Becomes COMMAND with ROOT's own folders and all of the machine's others (/home, /tmp, …) at their usual paths. Runs in
# a mount namespace of its own (unshare --mount). MOUNTPOINT is an empty folder; each BIND is a path to show as well.
# No parent process stays, so that signals, the terminal and the exit code are those of COMMAND itself; bubblewrap
# would stay, and die at Ctrl-C before Bazel does.
set -euo pipefail
shopt -s nullglob

root=$1 cwd=$2 new=$3
shift 3

show() { # path, where it comes from
    [[ -d $new$1 ]] || mkdir -p "$new$1"
    mount --rbind "$2" "$new$1"
}

mount -t tmpfs -o mode=755 memfd_par "$new"
# Keeps the folders that are shown inside of it from showing it in turn.
mount --make-unbindable "$new"

for entry in "$root"/*; do
    name=/${entry##*/}
    case $name in
        /dev | /proc | /sys) show "$name" "$name" ;;
        /etc | /run | /usr | /var | /lib* | /bin | /sbin)
            if [[ -L $entry ]]; then cp --no-dereference "$entry" "$new$name"; else show "$name" "$entry"; fi
            ;;
    esac
done
for entry in /*/; do
    name=${entry%/}
    [[ -e $new$name || $name == /boot || $name == /lost+found || $name == /lib* ]] || show "$name" "$name"
done
for file in /etc/resolv.conf /etc/hosts /etc/pip.conf; do
    if [[ -e $file ]]; then
        [[ -e $new$file ]] || : >"$new$file"
        mount --bind "$(realpath "$file")" "$new$file"
    fi
done
while [[ $1 != -- ]]; do
    [[ $1 -ef $new$1 ]] || show "$1" "$1"
    shift
done
shift

mkdir "$new/.machine"
mount --make-private "$new"
cd "$new"
pivot_root . .machine
cd "$cwd"
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
umount --lazy /.machine
rmdir /.machine
exec "$@"
