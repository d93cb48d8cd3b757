/* What members call instead of glibc's functions that take a path. A path below the par is served from files.c, as on a
 * read-only file system; any other goes to the real function, after one comparison. */
#define _GNU_SOURCE
#include "hooks.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"
#include "names.h"
#include "versions.h"

typedef void (*function_pointer)(void);

/* The real functions: what ld.so had put into the slots. */
static function_pointer real[HOOK_COUNT];

static library_finder find_library;
static int enabled;

#define REAL(name, type) ((type)real[HOOK_##name])

/* The path for a real function: one that leaves the par by `..` means what is above it. */
#define ABOVE(path) (*found.path ? found.path : (path))

static int fail(int code)
{
    errno = code;
    return -1;
}

/* open(2) */

static int open_inside(const struct found *found, int flags)
{
    int writes = (flags & O_ACCMODE) != O_RDONLY || flags & O_TRUNC;

    if (found->place == NOTHING)
        return fail(found->code == ENOENT && flags & O_CREAT ? EROFS : found->code);
    if (flags & O_CREAT && flags & O_EXCL)
        return fail(EEXIST);
    if (found->place == A_FOLDER)
        return writes ? fail(EISDIR) : files_open_folder(found, flags);
    if (flags & O_DIRECTORY)
        return fail(ENOTDIR);
    return writes ? fail(EROFS) : files_open(found, flags);
}

static mode_t mode_of(int flags, va_list rest)
{
    return flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
}

#define OPEN(name)                                                              \
    static int hook_##name(const char *path, int flags, ...)                    \
    {                                                                           \
        struct found found;                                                     \
        va_list rest;                                                           \
        mode_t mode;                                                            \
        va_start(rest, flags);                                                  \
        mode = mode_of(flags, rest);                                            \
        va_end(rest);                                                           \
        if (files_find(path, &found) != OUTSIDE)                                \
            return open_inside(&found, flags);                                  \
        return REAL(name, int (*)(const char *, int, ...))(ABOVE(path), flags, mode);  \
    }

OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                                       \
    static int hook_##name(int folder, const char *path, int flags, ...)                   \
    {                                                                                      \
        struct found found;                                                                \
        va_list rest;                                                                      \
        mode_t mode;                                                                       \
        va_start(rest, flags);                                                             \
        mode = mode_of(flags, rest);                                                       \
        va_end(rest);                                                                      \
        if (files_find_at(folder, path, &found) != OUTSIDE)                                \
            return open_inside(&found, flags);                                             \
        return REAL(name, int (*)(int, const char *, int, ...))(folder, ABOVE(path), flags, mode); \
    }

OPENAT(openat)
OPENAT(openat64)

/* What -D_FORTIFY_SOURCE makes of open without a mode. */
#define OPEN_2(name)                                                   \
    static int hook_##name(const char *path, int flags)                \
    {                                                                  \
        struct found found;                                            \
        if (files_find(path, &found) != OUTSIDE)                       \
            return open_inside(&found, flags);                         \
        return REAL(name, int (*)(const char *, int))(ABOVE(path), flags);    \
    }

OPEN_2(__open_2)
OPEN_2(__open64_2)

#define OPENAT_2(name)                                                         \
    static int hook_##name(int folder, const char *path, int flags)            \
    {                                                                          \
        struct found found;                                                    \
        if (files_find_at(folder, path, &found) != OUTSIDE)                    \
            return open_inside(&found, flags);                                 \
        return REAL(name, int (*)(int, const char *, int))(folder, ABOVE(path), flags); \
    }

OPENAT_2(__openat_2)
OPENAT_2(__openat64_2)

/* fopen(3) */

static FILE *fopen_inside(const struct found *found, const char *mode)
{
    int flags = *mode == 'r' && !strchr(mode, '+') ? O_RDONLY : O_RDWR;
    FILE *stream;
    int file;

    if (*mode != 'r')
        flags |= O_CREAT;
    if (strchr(mode, 'x'))
        flags |= O_EXCL;
    if (strchr(mode, 'e'))
        flags |= O_CLOEXEC;
    file = open_inside(found, flags);
    if (file < 0)
        return NULL;
    stream = fdopen(file, mode);
    if (!stream)
        close(file);
    return stream;
}

#define FOPEN(name)                                                          \
    static FILE *hook_##name(const char *path, const char *mode)             \
    {                                                                        \
        struct found found;                                                  \
        if (files_find(path, &found) != OUTSIDE)                             \
            return fopen_inside(&found, mode);                               \
        return REAL(name, FILE *(*)(const char *, const char *))(ABOVE(path), mode); \
    }

FOPEN(fopen)
FOPEN(fopen64)

/* stat(2); struct stat64 is struct stat on these machines. */

static int stat_inside(const struct found *found, struct stat *status)
{
    return found->place == NOTHING ? fail(found->code) : files_stat(found, status);
}

#define STAT(name)                                                              \
    static int hook_##name(const char *path, struct stat *status)               \
    {                                                                           \
        struct found found;                                                     \
        if (files_find(path, &found) != OUTSIDE)                                \
            return stat_inside(&found, status);                                 \
        return REAL(name, int (*)(const char *, struct stat *))(ABOVE(path), status);  \
    }

STAT(stat)
STAT(stat64)
STAT(lstat)
STAT(lstat64)

#define FSTATAT(name)                                                                                  \
    static int hook_##name(int folder, const char *path, struct stat *status, int flags)               \
    {                                                                                                  \
        struct found found;                                                                            \
        if (files_find_at(folder, path, &found) != OUTSIDE)                                                       \
            return stat_inside(&found, status);                                                        \
        return REAL(name, int (*)(int, const char *, struct stat *, int))(folder, ABOVE(path), status, flags); \
    }

FSTATAT(fstatat)
FSTATAT(fstatat64)

/* What stat is before glibc 2.33. */
#define XSTAT(name)                                                                              \
    static int hook_##name(int version, const char *path, struct stat *status)                   \
    {                                                                                            \
        struct found found;                                                                      \
        if (files_find(path, &found) != OUTSIDE)                                                 \
            return stat_inside(&found, status);                                                  \
        return REAL(name, int (*)(int, const char *, struct stat *))(version, ABOVE(path), status);     \
    }

XSTAT(__xstat)
XSTAT(__xstat64)
XSTAT(__lxstat)
XSTAT(__lxstat64)

#define FXSTATAT(name)                                                                               \
    static int hook_##name(int version, int folder, const char *path, struct stat *status, int flags) \
    {                                                                                                \
        struct found found;                                                                          \
        if (files_find_at(folder, path, &found) != OUTSIDE)                                                     \
            return stat_inside(&found, status);                                                      \
        return REAL(name, int (*)(int, int, const char *, struct stat *, int))(version, folder, ABOVE(path), status, flags); \
    }

FXSTATAT(__fxstatat)
FXSTATAT(__fxstatat64)

static int hook_statx(int folder, const char *path, int flags, unsigned mask, struct statx *out)
{
    struct found found;
    struct stat status;

    if (files_find_at(folder, path, &found) == OUTSIDE)
        return REAL(statx, int (*)(int, const char *, int, unsigned, struct statx *))(folder, ABOVE(path), flags, mask, out);
    if (stat_inside(&found, &status))
        return -1;
    memset(out, 0, sizeof *out);
    out->stx_mask = STATX_BASIC_STATS;
    out->stx_blksize = (uint32_t)status.st_blksize;
    out->stx_nlink = (uint32_t)status.st_nlink;
    out->stx_uid = status.st_uid;
    out->stx_gid = status.st_gid;
    out->stx_mode = (uint16_t)status.st_mode;
    out->stx_ino = status.st_ino;
    out->stx_size = (uint64_t)status.st_size;
    out->stx_blocks = (uint64_t)status.st_blocks;
    out->stx_atime.tv_sec = status.st_atime;
    out->stx_mtime.tv_sec = status.st_mtime;
    out->stx_ctime.tv_sec = status.st_ctime;
    out->stx_dev_major = (uint32_t)(status.st_dev >> 8 & 0xfff);
    out->stx_dev_minor = (uint32_t)(status.st_dev & 0xff);
    return 0;
}

/* fstat(2) of a folder's descriptor */

#define FSTAT(name)                                                          \
    static int hook_##name(int file, struct stat *status)                    \
    {                                                                        \
        struct found found;                                                  \
        if (files_find_at(file, "", &found) != OUTSIDE)                      \
            return files_stat(&found, status);                               \
        return REAL(name, int (*)(int, struct stat *))(file, status);        \
    }

FSTAT(fstat)
FSTAT(fstat64)

#define FXSTAT(name)                                                                \
    static int hook_##name(int version, int file, struct stat *status)              \
    {                                                                               \
        struct found found;                                                         \
        if (files_find_at(file, "", &found) != OUTSIDE)                             \
            return files_stat(&found, status);                                      \
        return REAL(name, int (*)(int, int, struct stat *))(version, file, status); \
    }

FXSTAT(__fxstat)
FXSTAT(__fxstat64)

/* access(2) */

static int access_inside(const struct found *found, int mode)
{
    struct stat status;

    if (stat_inside(found, &status))
        return -1;
    if (mode & W_OK)
        return fail(EROFS);
    return mode & X_OK && !(status.st_mode & 0111) ? fail(EACCES) : 0;
}

#define ACCESS(name)                                                   \
    static int hook_##name(const char *path, int mode)                 \
    {                                                                  \
        struct found found;                                            \
        if (files_find(path, &found) != OUTSIDE)                       \
            return access_inside(&found, mode);                        \
        return REAL(name, int (*)(const char *, int))(ABOVE(path), mode);     \
    }

ACCESS(access)
ACCESS(eaccess)
ACCESS(euidaccess)

static int hook_faccessat(int folder, const char *path, int mode, int flags)
{
    struct found found;

    if (files_find_at(folder, path, &found) != OUTSIDE)
        return access_inside(&found, mode);
    return REAL(faccessat, int (*)(int, const char *, int, int))(folder, ABOVE(path), mode, flags);
}

/* opendir(3): a DIR of the par is one of these. */

struct folder {
    struct folder *next;
    struct found found;
    int file; /* a descriptor that stands for it, or -1 */
    size_t entry;
    long position;
    struct dirent item;
};

static struct folder *folders;
static pthread_mutex_t folders_lock = PTHREAD_MUTEX_INITIALIZER;

static struct folder *folder_of(DIR *stream, int take)
{
    struct folder **place, *found = NULL;

    if (!__atomic_load_n(&folders, __ATOMIC_ACQUIRE))
        return NULL;
    pthread_mutex_lock(&folders_lock);
    for (place = &folders; *place; place = &(*place)->next)
        if ((DIR *)*place == stream) {
            found = *place;
            if (take)
                *place = found->next;
            break;
        }
    pthread_mutex_unlock(&folders_lock);
    return found;
}

/* Takes the descriptor over. */
static DIR *open_folder(const struct found *found, int file)
{
    struct folder *folder;

    if (found->place != A_FOLDER) {
        errno = found->place == A_FILE ? ENOTDIR : found->code;
        return NULL;
    }
    folder = calloc(1, sizeof *folder);
    if (!folder)
        return NULL;
    folder->found = *found;
    folder->file = file;
    folder->entry = found->entry;
    pthread_mutex_lock(&folders_lock);
    folder->next = folders;
    __atomic_store_n(&folders, folder, __ATOMIC_RELEASE);
    pthread_mutex_unlock(&folders_lock);
    return (DIR *)folder;
}

static DIR *hook_opendir(const char *path)
{
    struct found found;

    if (files_find(path, &found) != OUTSIDE)
        return open_folder(&found, -1);
    return REAL(opendir, DIR * (*)(const char *))(ABOVE(path));
}

static DIR *hook_fdopendir(int file)
{
    struct found found;

    if (files_find_at(file, "", &found) != OUTSIDE)
        return open_folder(&found, file);
    return REAL(fdopendir, DIR * (*)(int))(file);
}

static int hook_dirfd(DIR *stream)
{
    struct folder *folder = folder_of(stream, 0);

    if (!folder)
        return REAL(dirfd, int (*)(DIR *))(stream);
    if (folder->file < 0)
        folder->file = files_open_folder(&folder->found, O_CLOEXEC);
    return folder->file;
}

/* `.`, `..`, then the entries. struct dirent64 is struct dirent on these machines. */
static struct dirent *next_of(struct folder *folder)
{
    struct dirent *item = &folder->item;
    char name[NAME_MAX + 1] = "..";
    int is_folder = 1;

    if (folder->position < 2)
        name[folder->position + 1] = 0;
    else if (!files_next(&folder->found, &folder->entry, name, &is_folder))
        return NULL;
    item->d_off = ++folder->position;
    item->d_ino = (ino_t)folder->position;
    item->d_reclen = sizeof *item;
    item->d_type = is_folder ? DT_DIR : DT_REG;
    strcpy(item->d_name, name);
    return item;
}

static struct dirent *hook_readdir(DIR *stream)
{
    struct folder *folder = folder_of(stream, 0);

    return folder ? next_of(folder) : REAL(readdir, struct dirent * (*)(DIR *))(stream);
}

static struct dirent *hook_readdir64(DIR *stream)
{
    struct folder *folder = folder_of(stream, 0);

    return folder ? next_of(folder) : REAL(readdir64, struct dirent * (*)(DIR *))(stream);
}

static void move_to(struct folder *folder, long position)
{
    folder->position = 0;
    folder->entry = folder->found.entry;
    while (folder->position < position && next_of(folder))
        ;
}

static void hook_rewinddir(DIR *stream)
{
    struct folder *folder = folder_of(stream, 0);

    if (folder)
        move_to(folder, 0);
    else
        REAL(rewinddir, void (*)(DIR *))(stream);
}

static long hook_telldir(DIR *stream)
{
    struct folder *folder = folder_of(stream, 0);

    return folder ? folder->position : REAL(telldir, long (*)(DIR *))(stream);
}

static void hook_seekdir(DIR *stream, long position)
{
    struct folder *folder = folder_of(stream, 0);

    if (folder)
        move_to(folder, position);
    else
        REAL(seekdir, void (*)(DIR *, long))(stream, position);
}

static int hook_closedir(DIR *stream)
{
    struct folder *folder = folder_of(stream, 1);

    if (!folder)
        return REAL(closedir, int (*)(DIR *))(stream);
    if (folder->file >= 0)
        close(folder->file);
    free(folder);
    return 0;
}

/* realpath(3) and readlink(2): the par has no links. */

static char *realpath_inside(const struct found *found, char *resolved)
{
    const char *root = files_real_root();

    if (found->place == NOTHING) {
        errno = found->code;
        return NULL;
    }
    if (strlen(root) + strlen(found->path) + 2 > PATH_MAX) {
        errno = ENAMETOOLONG;
        return NULL;
    }
    if (!resolved && !(resolved = malloc(PATH_MAX)))
        return NULL;
    sprintf(resolved, *found->path ? "%s/%s" : "%s", root, found->path);
    return resolved;
}

static char *hook_realpath(const char *path, char *resolved)
{
    struct found found;

    if (files_find(path, &found) != OUTSIDE)
        return realpath_inside(&found, resolved);
    return REAL(realpath, char *(*)(const char *, char *))(ABOVE(path), resolved);
}

static char *hook___realpath_chk(const char *path, char *resolved, size_t size)
{
    struct found found;

    if (files_find(path, &found) != OUTSIDE && size >= PATH_MAX)
        return realpath_inside(&found, resolved);
    return REAL(__realpath_chk, char *(*)(const char *, char *, size_t))(ABOVE(path), resolved, size);
}

static char *hook_canonicalize_file_name(const char *path)
{
    struct found found;

    if (files_find(path, &found) != OUTSIDE)
        return realpath_inside(&found, NULL);
    return REAL(canonicalize_file_name, char *(*)(const char *))(ABOVE(path));
}

static ssize_t hook_readlink(const char *path, char *text, size_t size)
{
    struct found found;

    if (files_find(path, &found) != OUTSIDE)
        return fail(found.place == NOTHING ? found.code : EINVAL);
    return REAL(readlink, ssize_t(*)(const char *, char *, size_t))(ABOVE(path), text, size);
}

static ssize_t hook___readlink_chk(const char *path, char *text, size_t size, size_t space)
{
    struct found found;

    if (files_find(path, &found) != OUTSIDE)
        return fail(found.place == NOTHING ? found.code : EINVAL);
    return REAL(__readlink_chk, ssize_t(*)(const char *, char *, size_t, size_t))(ABOVE(path), text, size, space);
}

static ssize_t hook_readlinkat(int folder, const char *path, char *text, size_t size)
{
    struct found found;

    if (files_find_at(folder, path, &found) != OUTSIDE)
        return fail(found.place == NOTHING ? found.code : EINVAL);
    return REAL(readlinkat, ssize_t(*)(int, const char *, char *, size_t))(folder, ABOVE(path), text, size);
}

/* dlopen(3) */

static void *hook_dlopen(const char *name, int mode)
{
    struct found found;
    int carried = 0;
    char *path = NULL;
    void *handle;

    if (name && find_library)
        carried = strchr(name, '/') ? files_find(name, &found) == A_FILE : files_has_name(name);
    if (carried)
        path = find_library(name);
    handle = REAL(dlopen, void *(*)(const char *, int))(path ? path : name, mode);
    free(path);
    return handle;
}

static const function_pointer hooks[HOOK_COUNT] = {
#define HOOK(name) (function_pointer)hook_##name,
    HOOKED_NAMES(HOOK)
#undef HOOK
};

static const char *const hooked_names[HOOK_COUNT] = {
#define NAME(name) #name,
    HOOKED_NAMES(NAME)
#undef NAME
};

void hooks_enable(library_finder finder)
{
    find_library = finder;
    enabled = 1;
}

/* Puts a hook into a slot that ld.so has filled. */
static void redirect(function_pointer *slot, enum hooked function)
{
    if (*slot == hooks[function] || !*slot)
        return;
    if (!real[function])
        real[function] = *slot;
    *slot = hooks[function];
}

struct relro {
    char *start;
    size_t size;
};

static void protect(const struct relro *relro, int protection)
{
    if (relro->size)
        mprotect(relro->start, relro->size, protection);
}

/* The pages that ld.so has made read-only: _dl_protect_relro in elf/dl-reloc.c. */
static struct relro relro_of(uintptr_t base, uint64_t address, uint64_t size)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t start = (base + address) & ~(page - 1), end = (base + address + size) & ~(page - 1);

    return (struct relro){(char *)start, end > start ? end - start : 0};
}

/* Redirects the slots of a library of the machine: what it imports is at the start of its symbol table. */
static void redirect_system_library(const struct link_map *map)
{
    const ElfW(Ehdr) *header = (const void *)map->l_addr;
    const ElfW(Phdr) *segments;
    const ElfW(Sym) *symbols = NULL;
    const char *strings = NULL;
    const ElfW(Rela) *tables[2] = {NULL, NULL};
    size_t sizes[2] = {0, 0};
    const uint32_t *hash = NULL;
    struct relro relro = {NULL, 0};
    int8_t *functions;
    int any = 0;

    for (const ElfW(Dyn) *tag = map->l_ld; tag->d_tag != DT_NULL; tag++) {
        uintptr_t value = tag->d_un.d_ptr;
        /* Older dynamic linkers have added the address in place. */
        uintptr_t address = value < map->l_addr ? map->l_addr + value : value;
        switch (tag->d_tag) {
        case DT_SYMTAB: symbols = (const void *)address; break;
        case DT_STRTAB: strings = (const void *)address; break;
        case DT_RELA: tables[0] = (const void *)address; break;
        case DT_RELASZ: sizes[0] = value; break;
        case DT_JMPREL: tables[1] = (const void *)address; break;
        case DT_PLTRELSZ: sizes[1] = value; break;
        case DT_GNU_HASH: hash = (const void *)address; break;
        }
    }
    if (!symbols || !strings || !hash || memcmp(header->e_ident, ELFMAG, SELFMAG))
        return;
    functions = malloc(hash[1] ? hash[1] : 1);
    if (!functions)
        return;
    for (uint32_t i = 0; i < hash[1]; i++) {
        functions[i] = -1;
        for (int k = 0; k < HOOK_COUNT && i; k++)
            if (!strcmp(strings + symbols[i].st_name, hooked_names[k])) {
                functions[i] = (int8_t)k;
                any = 1;
            }
    }
    segments = (const void *)(map->l_addr + header->e_phoff);
    for (int i = 0; any && i < header->e_phnum; i++)
        if (segments[i].p_type == PT_GNU_RELRO)
            relro = relro_of(map->l_addr, segments[i].p_vaddr, segments[i].p_memsz);
    protect(&relro, any ? PROT_READ | PROT_WRITE : PROT_READ);
    for (int table = 0; any && table < 2; table++)
        for (size_t i = 0; tables[table] && i < sizes[table] / sizeof *tables[table]; i++) {
            uint64_t symbol = ELF64_R_SYM(tables[table][i].r_info);
            if (symbol && symbol < hash[1] && functions[symbol] >= 0 && !tables[table][i].r_addend)
                redirect((function_pointer *)(map->l_addr + tables[table][i].r_offset), (enum hooked)functions[symbol]);
        }
    protect(&relro, PROT_READ);
    free(functions);
}

/* glibc itself must keep calling its own. */
static int is_glibc(const char *name)
{
    static const char *const own[] = {"libc.so.6", "ld-linux", "libdl.so.2", "libpthread.so.0", "libm.so.6", "librt.so.1"};
    const char *last = strrchr(name, '/');

    last = last ? last + 1 : name;
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (!strncmp(last, own[i], strlen(own[i])))
            return 1;
    return 0;
}

static void redirect_slots(const struct image_plan *plan, struct link_map *map, int early)
{
    struct relro relro = relro_of(map->l_addr, plan->relro, plan->relro_size);

    protect(&relro, PROT_READ | PROT_WRITE);
    for (size_t i = 0; i < plan->slot_count; i++) {
        function_pointer *slot = (function_pointer *)(map->l_addr + plan->slots[i].address);
        if (plan->slots[i].function >= HOOK_COUNT)
            continue;
        if (early) {
            void *function = dlsym(RTLD_DEFAULT, hooked_names[plan->slots[i].function]);
            memcpy(slot, &function, sizeof function);
        }
        redirect(slot, (enum hooked)plan->slots[i].function);
    }
    protect(&relro, PROT_READ);
}

void hooks_install_early(const struct image_plan *plan, void *handle)
{
    struct link_map *map = NULL;

    if (enabled && plan->slot_count && !dlinfo(handle, RTLD_DI_LINKMAP, &map))
        redirect_slots(plan, map, 1);
}

void hooks_install(const struct image_plan *plan, struct link_map *map)
{
    if (!enabled)
        return;
    if (plan->slot_count)
        redirect_slots(plan, map, 0);
    for (const struct link_map *next = map->l_next; next; next = next->l_next)
        if (next->l_name && *next->l_name == '/' && strncmp(next->l_name, "/proc/self/fd/", 14) && !is_glibc(next->l_name))
            redirect_system_library(next);
}
