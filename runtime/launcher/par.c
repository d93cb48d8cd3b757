#define _GNU_SOURCE
#include "par.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../native/descriptor.h"
#include "../native/files.h"
#include "../native/hooks.h"
#include "failure.h"

#define SELF "/proc/self/exe"

/* What the kernel calls a program that it is given as a descriptor (execveat(2)). */
#define BY_DESCRIPTOR "/dev/fd/"

#define MOST_LINKS 40 /* as the kernel has it (path_resolution(7)) */

#define NO_PAR                                                                                                    \
    "%s is a launcher without a par behind it. Run the file that memfd_par_binary builds (NAME.par), whole and as it was " \
    "built; tools that rewrite ELF files (strip, patchelf, objcopy) drop what it carries."
#define UNREADABLE                                                                                                   \
    "%s cannot be read: %s. The par reads its program from its own file. Put it back, make it readable for this user, or " \
    "mount /proc, by which a program finds its file."
#define TRUNCATED                                                                                                  \
    "%s is truncated or was altered: %s. The file must be whole. Copy it again, and compare its size or checksum with the " \
    "original."

/* Volatile: its values are not those that the compiler sees. */
__attribute__((section(".memfd_par"), used)) const volatile struct record record = {"memfd_par launcher 0001", 0, 0, 0, 0};

static char *copied(const char *text)
{
    char *copy = strdup(text);

    if (!copy)
        fail("There is no memory left to start %s.", text);
    return copy;
}

/* fstat(2) by its number: the name belongs to glibc 2.33 and newer. */
static int status_of(int file, struct stat *status) { return (int)syscall(SYS_fstat, file, status); }

/* Whether a file is the program that runs: without /proc nobody can tell, and the name is trusted. */
static int is_this_program(int file)
{
    struct stat own, found;
    int self = open(SELF, O_PATH | O_CLOEXEC), same;

    if (self < 0)
        return 1;
    same = !status_of(self, &own) && !status_of(file, &found) && own.st_dev == found.st_dev && own.st_ino == found.st_ino;
    close(self);
    return same;
}

/* The name by which the kernel has started the program (getauxval(3)); of a descriptor's, only the caller tells one. */
static const char *started_as(const char *first_argument, int *by_kernel)
{
    const char *name = (const char *)getauxval(AT_EXECFN);

    *by_kernel = name && *name && strncmp(name, BY_DESCRIPTOR, sizeof BY_DESCRIPTOR - 1);
    return *by_kernel ? name : first_argument;
}

/* Takes `.` and empty parts out of an absolute path; links and `..` stay as they are. */
static void simplify(char *path)
{
    char *end = path;

    for (const char *next = path; *next;) {
        size_t part = strcspn(++next, "/");
        if (part && !(part == 1 && *next == '.')) {
            *end++ = '/';
            memmove(end, next, part);
            end += part;
        }
        next += part;
    }
    *end = 0;
}

static char *absolute(const char *name)
{
    char *folder = NULL, *path = NULL;

    if (*name == '/') {
        path = copied(name);
    } else {
        folder = getcwd(NULL, 0);
        if (!folder || *folder != '/')
            return copied(name);
        path = malloc(strlen(folder) + strlen(name) + 2);
        if (!path)
            return copied(name);
        strcat(strcat(strcpy(path, folder), "/"), name);
        free(folder);
    }
    simplify(path);
    return path;
}

static char *link_target(const char *link)
{
    char target[PATH_MAX];
    ssize_t length = readlink(link, target, sizeof target - 1);

    if (length < 0)
        return copied(link);
    target[length] = 0;
    return copied(target);
}

/* Whether a path leads by the mark, itself or by a symbolic link in it: what realpath(3) does, but that /proc/self stays. */
static int leads_by_mark(const char *path)
{
    char done[PATH_MAX] = "", rest[2 * PATH_MAX], target[2 * PATH_MAX];
    size_t used = 0, part;
    int links = 0;

    snprintf(rest, sizeof rest, "%s", path);
    for (const char *next = rest; *next; next += part) {
        ssize_t length;
        next += strspn(next, "/");
        part = strcspn(next, "/");
        if (!part || (part == 1 && *next == '.'))
            continue;
        if (part == 2 && !strncmp(next, "..", 2)) {
            while (used && done[--used] != '/')
                ;
            continue;
        }
        if (used + part + 2 > sizeof done)
            return 0;
        done[used] = '/';
        memcpy(done + used + 1, next, part);
        done[used + part + 1] = 0;
        if (!strcmp(done, INTERPRETER_MARK))
            return 1;
        length = strcmp(done, "/proc/self") ? readlink(done, target, PATH_MAX) : -1;
        if (length < 0) {
            used += part + 1;
            continue;
        }
        if (++links > MOST_LINKS || (size_t)length + strlen(next + part) >= sizeof target)
            return 0;
        strcpy(target + length, next + part);
        strcpy(rest, target);
        if (*rest == '/')
            used = 0;
        next = rest;
        part = 0;
    }
    return 0;
}

/* A path behind the mark, where it begins with that. */
static const char *behind_mark(const char *path)
{
    return strncmp(path, INTERPRETER_MARK "/", sizeof INTERPRETER_MARK) ? path : path + sizeof INTERPRETER_MARK - 1;
}

void par_open(struct par *par, const char *first_argument)
{
    int by_kernel, is_own;
    const char *started = started_as(first_argument, &by_kernel), *name = behind_mark(started);
    struct stat status;
    char link[40];

    par->name = copied(name);
    if (!record.par_size)
        fail(NO_PAR, name);
    par->file = open(name, O_RDONLY | O_CLOEXEC);
    is_own = par->file >= 0 && is_this_program(par->file);
    par->as_interpreter = name != started && (by_kernel || is_own);
    if (is_own) {
        par->path = absolute(name);
    } else {
        /* Started by a descriptor (fexecve(3)), by ld.so, or replaced since: /proc still knows the file. */
        int code = errno;
        if (par->file >= 0)
            close(par->file);
        par->file = open(SELF, O_RDONLY | O_CLOEXEC);
        if (par->file < 0)
            fail(UNREADABLE, name, strerror(code));
        par->path = link_target(SELF);
    }
    par->file = descriptor_moved_up(par->file);
    if (par->file < 0)
        fail(UNREADABLE, par->path, strerror(errno));
    snprintf(link, sizeof link, "/proc/self/fd/%d", par->file);
    par->real_path = link_target(link);
    if (!par->as_interpreter && strcmp(par->path, par->real_path))
        par->as_interpreter = leads_by_mark(par->path);
    if (status_of(par->file, &status) || (uint64_t)status.st_size < record.par_size)
        fail(TRUNCATED, par->path, "it is shorter than it was built");
}

const void *par_map_checked(const struct par *par, uint64_t offset, uint64_t size, uint64_t checksum)
{
    uint64_t before = offset % (uint64_t)sysconf(_SC_PAGESIZE);
    const char *place =
        mmap(NULL, size + before, PROT_READ, MAP_PRIVATE | MAP_POPULATE, par->file, (off_t)(offset - before));

    if (place == MAP_FAILED)
        fail(UNREADABLE, par->path, strerror(errno));
    if (par_checksum(place + before, size) != checksum)
        fail(TRUNCATED, par->path, "its start-up code does not match its checksum");
    return place + before;
}

void par_serve_files(const struct par *par, uint64_t offset, uint64_t size)
{
    if (size && *par->real_path == '/' && !files_serve(par->file, par->path, par->real_path, offset, size))
        hooks_enable(NULL); /* libraries of the par are found by Python code alone */
}

uint64_t par_checksum(const void *bytes, uint64_t size)
{
    const char *next = bytes, *end = next + size / 8 * 8;
    uint64_t hash = 14695981039346656037ull, word;

    for (; next < end; next += 8) {
        memcpy(&word, next, 8);
        hash = (hash ^ word) * 1099511628211ull;
    }
    if (size % 8) {
        word = 0;
        memcpy(&word, next, size % 8);
        hash = (hash ^ word) * 1099511628211ull;
    }
    return hash;
}
