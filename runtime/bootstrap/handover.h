/* What the bootstrap tells the launcher, by an entry of the auxiliary vector (getauxval(3)). */
#pragma once

#include <stdint.h>

/* No kernel has this type of entry, and the dynamic linker leaves it alone. */
#define HANDOVER_TYPE 0x6d656d66

/* A library that the dynamic linker has loaded. */
struct handed {
    int memory;       /* the memory file that it was mapped from */
    const char *path; /* by which the dynamic linker knows it */
};

struct handover {
    uint64_t count;
    const struct handed *handed;
    const uint64_t *debug; /* where the dynamic linker has put what debuggers need: DT_DEBUG of the program, or NULL */
    uint64_t *shown;       /* where they look for it: DT_DEBUG of the bootstrap, or NULL */
};
