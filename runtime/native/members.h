/* Members that are loaded in this process, whichever of its interpreters has loaded them. */
#pragma once

#include <stddef.h>

/* Notes that a member, by its number in the index, is found by dlopen(3) at `path`. Returns 0, or -1 without memory. */
int members_note(size_t number, const char *path, int tier);

/* The path that was noted first, which the caller frees, and the tier; NULL where there is none. */
char *members_find(size_t number, int *tier);

/* In the child of a fork: another thread may have held the lock. */
void members_forked(void);
