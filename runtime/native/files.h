/* The files of the par, as C code finds them: a sorted table in the par itself (packer/file_table.py writes it). */
#pragma once

#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

/* What a path names. */
enum place {
    OUTSIDE, /* not the par's */
    A_FILE,
    A_FOLDER,
    NOTHING /* `code` says why: ENOENT, ENOTDIR, ENAMETOOLONG */
};

struct found {
    enum place place;
    int code;
    size_t entry;        /* of a file; of a folder, the first file below it */
    char path[PATH_MAX]; /* below the par, without slashes at the ends; OUTSIDE: what is meant, if the path leaves the par */
};

/* Serves the table of `size` bytes at `offset` of the par, for paths below any of the roots. Returns 0 or -1. */
int files_serve(int par, const char *path, const char *real_path, uint64_t offset, uint64_t size);

/* Looks a path up. */
enum place files_find(const char *path, struct found *found);

/* A descriptor of the bytes of a file, read-only and at the start; -1 and errno. */
int files_open(const struct found *file, int flags);

/* A descriptor that stands for a folder: it cannot be read, and files_folder tells it from others. -1 and errno. */
int files_open_folder(const struct found *folder, int flags);

/* From now on there may be such a descriptor that Python has made (runtime/memfd_par/descriptors.py). */
void files_heed_folders(void);

/* Looks up what a path means that is relative to a folder's descriptor. OUTSIDE where that is no folder of the par. */
enum place files_find_at(int folder, const char *path, struct found *found);

/* As stat(2). Returns 0 or -1. */
int files_stat(const struct found *found, struct stat *status);

/* The name of the next entry of a folder from `*entry` on, which moves on; 0 at the end. */
size_t files_next(const struct found *folder, size_t *entry, char name[NAME_MAX + 1], int *is_folder);

/* Whether any file of the par has this name, in whichever folder. */
int files_has_name(const char *name);

/* The root by which a path below the par begins, for realpath(3): without the slash. */
const char *files_real_root(void);
