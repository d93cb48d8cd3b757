#define _GNU_SOURCE
#include "libraries.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../native/versions.h"
#include "failure.h"
#include "memory.h"

#include <gnu/libc-version.h>

#define FOLDER "/proc/self/fd/"

#define NO_PROC                                                                                                \
    "%s loads Python from memory by its name in /proc/self/fd, and /proc is not mounted. Mount it (mount -t proc proc /proc), " \
    "or run with a container runtime that does."
#define NO_MEMFD                                                                                                \
    "%s keeps Python in a memory file, and memfd_create(2) failed: %s. It needs Linux 3.17 or newer and a seccomp profile " \
    "that allows memfd_create; container runtimes' default profiles do."
#define NO_SPACE                                                                                                \
    "There is not enough memory to load %s (%llu bytes) from %s: %s. Raise the memory limit of the process or of its cgroup, " \
    "or the limit of file sizes (ulimit -f); a memory file counts like any of these."
#define NOT_LOADED                                                                                                \
    "%s could not be loaded from %s: %s. Build %s with an interpreter for this machine."
#define OLD_GLIBC                                                                                                \
    "%s carries a Python that needs glibc %llu.%llu or newer, and this machine has %s. Run it on a newer distribution, or " \
    "build %s with a Python that was built for an older one."
#define DAMAGED "%s is truncated or was altered: the load plan of %s is damaged. Copy it again."

static char *text(const char *format, ...) __attribute__((format(printf, 1, 2)));

static char *text(const char *format, ...)
{
    va_list values;
    char *made;

    va_start(values, format);
    if (vasprintf(&made, format, values) < 0)
        abort();
    va_end(values);
    return made;
}

/* A path to `file` that this process has never used: runtime/memfd_par/image.py tells why. The runtime goes on counting. */
static char *spelled(int file, unsigned count)
{
    char digits[3 * 8 * sizeof count], *next = digits + sizeof digits;

    *--next = 0;
    for (; count; count >>= 1) {
        *--next = '/';
        if (count & 1)
            *--next = '.';
    }
    return text(FOLDER "%s%d", next, file);
}

static enum tier wanted(void)
{
    const char *value = getenv("MEMFD_PAR_TIER");

    if (value && !strcmp(value, "plain"))
        return TIER_PLAIN;
    return value && !strcmp(value, "full") ? TIER_FULL : TIER_SPARSE;
}

static void check_glibc(const struct par *par, const struct start *start)
{
    unsigned long long major = 0, minor = 0;
    const char *version = gnu_get_libc_version(), *next;

    for (next = version; *next >= '0' && *next <= '9'; next++)
        major = 10 * major + (unsigned)(*next - '0');
    for (next += *next == '.'; *next >= '0' && *next <= '9'; next++)
        minor = 10 * minor + (unsigned)(*next - '0');
    if (major < start->glibc_major || (major == start->glibc_major && minor < start->glibc_minor))
        fail(OLD_GLIBC, par->path, (unsigned long long)start->glibc_major, (unsigned long long)start->glibc_minor, version,
             start_text(start, start->target));
}

static void load(const struct par *par, const struct start *start, const struct library_row *row, struct loaded *loaded,
                 unsigned count)
{
    const char *member = start_text(start, row->name), *slash = strrchr(member, '/');
    char *name = row->named ? text("%s", member) : text("%s/%s", par->path, member);
    struct image_plan plan = {.best = TIER_PLAIN};
    struct image_result result;
    struct image_request request = {
        .par = par->file,
        .offset = row->offset,
        .size = row->size,
        .memory = memory_file(slash ? slash + 1 : member),
        .name = name,
        .patches = (const uint8_t *)start_text(start, row->patches),
        .patches_size = row->patches.size,
        .tier = wanted(),
    };
    int failed;

    if (request.memory < 0)
        fail(NO_MEMFD, par->path, strerror(errno));
    if (row->plan.size && image_plan_read(&plan, start_text(start, row->plan), row->plan.size))
        fail(DAMAGED, par->path, member);
    loaded->number = row->number;
    request.path = loaded->path = spelled(request.memory, count);
    failed = image_load(&request, &plan, &result);
    if (failed && !result.text && result.code == ENOTSUP)
        failed = image_load_plain(&request, &plan, &result);
    if (failed && !result.text)
        fail(NO_SPACE, member, (unsigned long long)row->size, par->path, strerror(result.code));
    if (failed)
        fail(NOT_LOADED, member, par->path, result.text, start_text(start, start->target));
    loaded->tier = result.tier;
    close(request.memory);
    free(name);
}

struct loaded *libraries_load(const struct par *par, const struct start *start, const struct early *early)
{
    const struct library_row *rows = start_libraries(start);
    size_t count = start->library_count, used = 0;
    struct loaded *loaded = calloc(count + early->count + 1, sizeof *loaded);

    if (!loaded)
        fail("There is no memory left to start %s.", par->path);
    check_glibc(par, start);
    if (count && access(FOLDER, F_OK))
        fail(NO_PROC, par->path);
    for (size_t i = 0; i < early->count; i++)
        if (rows[count + i].number != NO_MEMBER)
            loaded[used++] = (struct loaded){rows[count + i].number, early->handed[i].path, early->tiers[i]};
    for (size_t i = 0; i < count; i++)
        load(par, start, &rows[i], &loaded[used++], (unsigned)i + 1);
    /* Extension modules find Python's functions among those of the program. */
    if (!start->program_count && !dlopen(loaded[used - 1].path, RTLD_NOW | RTLD_NOLOAD | RTLD_GLOBAL))
        fail(NOT_LOADED, start_text(start, rows[count - 1].name), par->path, dlerror(), start_text(start, start->target));
    loaded[used].number = NO_MEMBER;
    return loaded;
}
