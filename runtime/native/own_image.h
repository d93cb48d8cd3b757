/* The loader's own image: it comes from a memory file, before there is anything that could map it from the par. */
#pragma once

#include <stdint.h>

/* Maps what is read-only of the loader from the par, where it lies at `offset`, and gives the memory file's pages back. Returns
 * 0, or -1 where the par cannot be mapped executable, as on a noexec mount (mmap(2)); errno tells. */
int own_image_share(int par, uint64_t offset, int memory);
