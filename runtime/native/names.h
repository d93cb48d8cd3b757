/* The functions of glibc that take a path, or what another of them has returned: the members' calls of these are redirected
 * (hooks.c). The packer numbers them in this order (packer/hooks.py). */
#pragma once

#define HOOKED_NAMES(X)     \
    X(open)                 \
    X(open64)               \
    X(openat)               \
    X(openat64)             \
    X(__open_2)             \
    X(__open64_2)           \
    X(__openat_2)           \
    X(__openat64_2)         \
    X(fopen)                \
    X(fopen64)              \
    X(stat)                 \
    X(stat64)               \
    X(lstat)                \
    X(lstat64)              \
    X(fstatat)              \
    X(fstatat64)            \
    X(__xstat)              \
    X(__xstat64)            \
    X(__lxstat)             \
    X(__lxstat64)           \
    X(__fxstatat)           \
    X(__fxstatat64)         \
    X(statx)                \
    X(fstat)                \
    X(fstat64)              \
    X(__fxstat)             \
    X(__fxstat64)           \
    X(access)               \
    X(eaccess)              \
    X(euidaccess)           \
    X(faccessat)            \
    X(opendir)              \
    X(fdopendir)            \
    X(dirfd)                \
    X(readdir)              \
    X(readdir64)            \
    X(rewinddir)            \
    X(telldir)              \
    X(seekdir)              \
    X(closedir)             \
    X(realpath)             \
    X(__realpath_chk)       \
    X(canonicalize_file_name) \
    X(readlink)             \
    X(__readlink_chk)       \
    X(readlinkat)           \
    X(dlopen)

enum hooked {
#define NUMBER(name) HOOK_##name,
    HOOKED_NAMES(NUMBER)
#undef NUMBER
        HOOK_COUNT
};
