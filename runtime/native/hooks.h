/* Hooks: members' calls of functions that take paths find the par's files below the par's own path. */
#pragma once

#include <link.h>
#include <stdint.h>

#include "image.h"

/* Loads the library that a name or path means; returns the path by which dlopen(3) finds it, or NULL if the par has none. The
 * caller frees it. */
typedef char *(*library_finder)(const char *name);

/* From now on images get hooks; `finder` may be NULL. */
void hooks_enable(library_finder finder);

/* Redirects the slots that the plan lists, and those of libraries that were mapped with the image. */
void hooks_install(const struct image_plan *plan, struct link_map *map);

/* Redirects the slots of what was loaded with the program, and of the program: ld.so may not have filled them yet. */
void hooks_install_early(const struct image_plan *plan, void *handle);
