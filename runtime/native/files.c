/* The files of the par for C code: lookups in a sorted table that is mapped from the par, and copies in memory files. */
#define _GNU_SOURCE
#include "files.h"
#include "descriptor.h"
#include "inflate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MOST 0x7ffff000u
#define MFD_CLOEXEC_FLAG 1u
#define MFD_NOEXEC_SEAL_FLAG 8u

struct row {
    uint32_t name; /* offset in the names, and bytes */
    uint32_t length;
    uint64_t offset; /* in the par */
    uint64_t stored; /* bytes there; fewer than `size`: deflated */
    uint64_t size;
    uint64_t executable;
};

static const struct row *rows;
static const char *names;
static size_t row_count;

static char *roots[2];
static size_t root_lengths[2];
static int par_file = -1;
static struct stat par_status;

/* fstat(2) by its number: the name belongs to glibc 2.33 and newer. */
static int status_of(int file, struct stat *status) { return (int)syscall(SYS_fstat, file, status); }

static int same_file(const struct stat *one, const struct stat *other)
{
    return one->st_dev == other->st_dev && one->st_ino == other->st_ino;
}

/* The par's descriptor, opened again where somebody has closed it. */
static int par(void)
{
    struct stat status;
    int file;

    if (!status_of(par_file, &status) && same_file(&status, &par_status))
        return par_file;
    file = (int)syscall(SYS_openat, AT_FDCWD, roots[0], O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return -1;
    if (status_of(file, &status) || !same_file(&status, &par_status)) {
        close(file);
        errno = ESTALE;
        return -1;
    }
    return par_file = descriptor_moved_up(file);
}

int files_serve(int file, const char *path, const char *real_path, uint64_t offset, uint64_t size)
{
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), before = offset % page, count;
    const char *place;

    if (rows || size < sizeof count) {
        errno = EINVAL;
        return -1;
    }
    if (status_of(file, &par_status))
        return -1;
    place = mmap(NULL, size + before, PROT_READ, MAP_PRIVATE, file, (off_t)(offset - before));
    if (place == MAP_FAILED)
        return -1;
    memcpy(&count, place + before, sizeof count);
    if (count > (size - sizeof count) / sizeof *rows || (uintptr_t)(place + before) % 8) {
        munmap((void *)place, size + before);
        errno = EINVAL;
        return -1;
    }
    roots[0] = strdup(path);
    roots[1] = strdup(real_path);
    if (!roots[0] || !roots[1])
        return -1;
    root_lengths[0] = strlen(path);
    root_lengths[1] = strlen(real_path);
    par_file = file;
    row_count = count;
    names = place + before + sizeof count + count * sizeof *rows;
    rows = (const struct row *)(place + before + sizeof count);
    return 0;
}

const char *files_real_root(void) { return roots[1]; }

/* Compares a file's path with `path`, and, where it begins so, what follows with `/`. */
static int compare(size_t number, const char *path, size_t length, int folder)
{
    const char *name = names + rows[number].name;
    size_t own = rows[number].length;
    int order = memcmp(name, path, own < length ? own : length);

    if (order)
        return order;
    if (own < length)
        return -1;
    if (!folder)
        return own > length;
    return own == length ? -1 : (unsigned char)name[length] - '/';
}

/* The first file whose path is not less than `path` (with a slash, for a folder). */
static size_t lower_bound(const char *path, size_t length, int folder)
{
    size_t low = 0, high = row_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(middle, path, length, folder) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static enum place look_up(const char *path, size_t length, size_t *entry)
{
    if (!length) {
        *entry = 0;
        return A_FOLDER;
    }
    *entry = lower_bound(path, length, 0);
    if (*entry < row_count && !compare(*entry, path, length, 0))
        return A_FILE;
    *entry = lower_bound(path, length, 1);
    return *entry < row_count && !compare(*entry, path, length, 1) ? A_FOLDER : NOTHING;
}

static enum place nothing(struct found *found, int code)
{
    found->code = code;
    return found->place = NOTHING;
}

/* Walks the rest of a path as path_resolution(7) has it. */
static enum place walk(const char *rest, struct found *found)
{
    size_t length = 0;

    while (*rest) {
        size_t part = strcspn(rest, "/");
        const char *next = rest + part;
        if (part == 2 && !memcmp(rest, "..", 2)) {
            if (!length) {
                int written = snprintf(found->path, sizeof found->path, "%.*s%s",
                                       (int)(strrchr(roots[0], '/') - roots[0]), roots[0], next);
                if (written < 0 || (size_t)written >= sizeof found->path)
                    return nothing(found, ENAMETOOLONG);
                if (!*found->path)
                    strcpy(found->path, "/");
                return found->place = OUTSIDE;
            }
            while (length && found->path[--length] != '/')
                ;
        } else if (part && !(part == 1 && *rest == '.')) {
            if (part > NAME_MAX || length + part + 2 > sizeof found->path)
                return nothing(found, ENAMETOOLONG);
            if (length)
                found->path[length++] = '/';
            memcpy(found->path + length, rest, part);
            length += part;
            found->place = look_up(found->path, length, &found->entry);
            if (found->place == NOTHING)
                return nothing(found, ENOENT);
            if (found->place == A_FILE && *next)
                return nothing(found, ENOTDIR);
        }
        rest = *next ? next + 1 : next;
    }
    found->path[length] = 0;
    found->place = look_up(found->path, length, &found->entry);
    return found->place;
}

enum place files_find(const char *path, struct found *found)
{
    found->place = OUTSIDE;
    *found->path = 0;
    if (!rows || !path || *path != '/')
        return OUTSIDE;
    for (int i = 0; i < 2; i++)
        if (!strncmp(path, roots[i], root_lengths[i]) && path[root_lengths[i]] == '/') {
            if (strlen(path) >= PATH_MAX)
                return nothing(found, ENAMETOOLONG);
            return walk(path + root_lengths[i] + 1, found);
        }
    return OUTSIDE;
}

/* A new memory file; runtime/memfd_par/memfd.py tells of the flags. */
static int new_memory_file(const char *name)
{
    long file = syscall(SYS_memfd_create, name, MFD_CLOEXEC_FLAG | MFD_NOEXEC_SEAL_FLAG);

    if (file < 0 && errno == EINVAL)
        file = syscall(SYS_memfd_create, name, MFD_CLOEXEC_FLAG);
    return (int)file;
}

/* Copies a file's bytes in the kernel. Returns 0 or -1. */
static int copy_file(int memory, int source, const struct row *row)
{
    off_t from = (off_t)row->offset;
    uint64_t left = row->size;

    while (left) {
        ssize_t sent = sendfile(memory, source, &from, left < MOST ? left : MOST);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0) {
            if (!sent)
                errno = EIO;
            return -1;
        }
        left -= (uint64_t)sent;
    }
    return 0;
}

/* Inflates a file's bytes into a memory file. Returns 0 or -1. */
static int inflate_file(int memory, int source, const struct row *row)
{
    uint8_t *from, *to = MAP_FAILED;
    uint64_t got = 0;
    int result = -1;

    from = mmap(NULL, row->stored, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (from == MAP_FAILED)
        return -1;
    while (got < row->stored) {
        ssize_t part = pread(source, from + got, row->stored - got, (off_t)(row->offset + got));
        if (part < 0 && errno == EINTR)
            continue;
        if (part <= 0) {
            if (!part)
                errno = EIO;
            goto end;
        }
        got += (uint64_t)part;
    }
    if (fallocate(memory, 0, 0, (off_t)row->size)) /* where there is no room it says so; a write to a mapping ends in SIGBUS */
        goto end;
    to = mmap(NULL, row->size, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
    if (to == MAP_FAILED)
        goto end;
    result = inflate_bytes(from, row->stored, to, row->size);
    if (result)
        errno = EIO;
end:
    if (to != MAP_FAILED)
        munmap(to, row->size);
    munmap(from, row->stored);
    return result;
}

int files_open(const struct found *file, int flags)
{
    const struct row *row = &rows[file->entry];
    const char *slash = strrchr(file->path, '/');
    char place[40];
    int source = par(), memory, opened;

    if (source < 0)
        return -1;
    memory = new_memory_file(slash ? slash + 1 : file->path);
    if (memory < 0)
        return -1;
    if (row->stored == row->size ? copy_file(memory, source, row) : inflate_file(memory, source, row)) {
        int code = errno;
        close(memory);
        errno = code;
        return -1;
    }
    /* A descriptor of its own: read-only, and at the start. */
    snprintf(place, sizeof place, "/proc/self/fd/%d", memory);
    opened = (int)syscall(SYS_openat, AT_FDCWD, place, (flags & O_CLOEXEC) | O_RDONLY);
    close(memory);
    return opened;
}

/* What memory files are called that stand for folders. Each holds the folder's path below the par. */
#define FOLDER_NAME "folder of a par"

static int folders_opened;

void files_heed_folders(void) { __atomic_store_n(&folders_opened, 1, __ATOMIC_RELEASE); }

int files_open_folder(const struct found *folder, int flags)
{
    char place[40];
    int memory = new_memory_file(FOLDER_NAME), opened;
    size_t length = strlen(folder->path);

    if (memory < 0)
        return -1;
    if (write(memory, folder->path, length) != (ssize_t)length) {
        close(memory);
        return -1;
    }
    snprintf(place, sizeof place, "/proc/self/fd/%d", memory);
    opened = (int)syscall(SYS_openat, AT_FDCWD, place, (flags & O_CLOEXEC) | O_PATH);
    close(memory);
    files_heed_folders();
    return opened;
}

/* The path that the descriptor of a folder stands for; 0, or -1 for any other descriptor. */
static int folder_path(int folder, char path[PATH_MAX])
{
    static const char name[] = "/memfd:" FOLDER_NAME;
    char place[40], target[sizeof name];
    ssize_t length;
    int file;

    if (folder < 0 || !__atomic_load_n(&folders_opened, __ATOMIC_ACQUIRE))
        return -1;
    snprintf(place, sizeof place, "/proc/self/fd/%d", folder);
    length = syscall(SYS_readlinkat, AT_FDCWD, place, target, sizeof target);
    if (length < (ssize_t)sizeof name - 1 || memcmp(target, name, sizeof name - 1))
        return -1;
    file = (int)syscall(SYS_openat, AT_FDCWD, place, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return -1;
    length = read(file, path, PATH_MAX - 1);
    close(file);
    if (length < 0)
        return -1;
    path[length] = 0;
    return 0;
}

enum place files_find_at(int folder, const char *path, struct found *found)
{
    char base[PATH_MAX], whole[PATH_MAX];
    int written;

    if (!path || *path == '/' || folder == AT_FDCWD || folder_path(folder, base))
        return files_find(path, found);
    written = snprintf(whole, sizeof whole, "%s/%s/%s", roots[0], base, path);
    *found->path = 0;
    if (written < 0 || (size_t)written >= sizeof whole)
        return nothing(found, ENAMETOOLONG);
    return files_find(whole, found);
}

/* A number that stays the same for the same path (FNV-1a). */
static uint64_t inode_of(const char *path)
{
    uint64_t hash = 14695981039346656037ull;

    for (; *path; path++)
        hash = (hash ^ (unsigned char)*path) * 1099511628211ull;
    return hash >> 1;
}

int files_stat(const struct found *found, struct stat *status)
{
    int file = par();

    if (file < 0 || status_of(file, status))
        return -1;
    status->st_ino = inode_of(found->path);
    status->st_blksize = 4096;
    if (found->place == A_FOLDER) {
        status->st_mode = S_IFDIR | 0555;
        status->st_nlink = 2;
        status->st_size = 4096;
    } else {
        status->st_mode = S_IFREG | (rows[found->entry].executable ? 0555 : 0444);
        status->st_nlink = 1;
        status->st_size = (off_t)rows[found->entry].size;
    }
    status->st_blocks = (status->st_size + 511) / 512;
    return 0;
}

size_t files_next(const struct found *folder, size_t *entry, char name[NAME_MAX + 1], int *is_folder)
{
    size_t length = strlen(folder->path), start = length ? length + 1 : 0;
    const char *own;
    size_t part, left;

    if (*entry >= row_count || (length && compare(*entry, folder->path, length, 1)))
        return 0;
    own = names + rows[*entry].name + start;
    left = rows[*entry].length - start;
    for (part = 0; part < left && own[part] != '/'; part++)
        ;
    if (part > NAME_MAX)
        return 0;
    memcpy(name, own, part);
    name[part] = 0;
    *is_folder = part < left;
    if (!*is_folder) {
        ++*entry;
        return part;
    }
    /* All files of that folder lie together. */
    while (*entry < row_count && rows[*entry].length > start + part &&
           !memcmp(names + rows[*entry].name + start, name, part) && names[rows[*entry].name + start + part] == '/' &&
           (!length || !compare(*entry, folder->path, length, 1)))
        ++*entry;
    return part;
}

int files_has_name(const char *name)
{
    size_t length = strlen(name);

    for (size_t i = 0; i < row_count; i++) {
        const char *own = names + rows[i].name;
        if (rows[i].length >= length && !memcmp(own + rows[i].length - length, name, length) &&
            (rows[i].length == length || own[rows[i].length - length - 1] == '/'))
            return 1;
    }
    return 0;
}
