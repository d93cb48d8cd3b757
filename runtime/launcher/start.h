/* The start block: what the launcher has to know before Python can read the index (packer/start.py writes it). */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Bytes of the block; text ends with a null character that `size` does not count. */
struct piece {
    uint64_t offset;
    uint64_t size;
};

/* A library to load before Python starts, in this order; the last one is libpython, unless the program is Python. Or one that
 * the dynamic linker has loaded, or the program. */
struct library_row {
    uint64_t number; /* in the index's table of native members */
    uint64_t offset; /* in the par, and bytes */
    uint64_t size;
    uint64_t named; /* whether `name` is the whole l_name, as its dependents find it by that alone */
    struct piece name; /* stored path */
    struct piece plan;
    struct piece patches;
};

struct start {
    uint64_t format;
    uint64_t glibc_major; /* the oldest that the libraries run on */
    uint64_t glibc_minor;
    uint64_t boot; /* the boot block: offset, bytes, checksum of par_checksum, and the one that the index knows */
    uint64_t boot_size;
    uint64_t boot_checksum;
    uint64_t boot_siphash;
    uint64_t files; /* the table of files: offset and bytes; 0 bytes where the par has none */
    uint64_t files_size;
    struct piece version; /* "3.14" */
    struct piece target;  /* label */
    struct piece program; /* what `-c` runs */
    /* Options of the interpreter: words that each end with a null character. */
    struct piece program_options;
    struct piece interpreter_options;
    struct piece encodings; /* marshalled code of the first module that Python imports */
    uint64_t library_count;
    uint64_t early_count;   /* libraries that the bootstrap hands over, in that order */
    uint64_t program_count; /* 1 where the program is Python itself */
    /* struct library_row[library_count + early_count + program_count], then the bytes of the pieces */
};

#define START_FORMAT 2

/* `number` of what no member is. */
#define NO_MEMBER UINT64_MAX

static inline const struct library_row *start_libraries(const struct start *start)
{
    return (const struct library_row *)(start + 1);
}

static inline const char *start_text(const struct start *start, struct piece piece)
{
    return (const char *)start + piece.offset;
}
