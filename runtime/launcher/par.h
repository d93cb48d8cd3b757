/* The par that this process was started from: its path, and its bytes. */
#pragma once

#include <stdint.h>

#include "../native/image.h"

/* By this prefix of its path, or of a symbolic link in that, which proc(5) lets pass as it is, a par is told to be an interpreter
 * (runtime/memfd_par/executable.py). */
#define INTERPRETER_MARK "/proc/self/root"

/* What the packer writes into the launcher (packer/launcher.py finds it by its mark). */
struct record {
    char mark[24];
    uint64_t start; /* offset of the start block, bytes, and checksum */
    uint64_t start_size;
    uint64_t start_checksum;
    uint64_t par_size; /* of the whole file */
};

extern const volatile struct record record;

struct par {
    int file;           /* read-only, closed by exec, none of the low numbers that programs count on */
    char *name;         /* as it was started: sys.argv[0] */
    char *path;         /* absolute; symbolic links stay as they are */
    char *real_path;    /* without them */
    int as_interpreter; /* the path has the mark */
};

/* Finds and opens the par, and checks that it is whole. Ends the process where it cannot be read. */
void par_open(struct par *par, const char *first_argument);

/* `size` bytes from `offset`, which stay mapped. Ends the process where they do not match `checksum`. */
const void *par_map_checked(const struct par *par, uint64_t offset, uint64_t size, uint64_t checksum);

/* Lets the C code of what is loaded from now on find the par's files below its path (runtime/native/hooks.h). */
void par_serve_files(const struct par *par, uint64_t offset, uint64_t size);

/* FNV-1a over 64-bit little-endian words, the last one filled with zeros (packer/launcher.py has the same). */
uint64_t par_checksum(const void *bytes, uint64_t size);
