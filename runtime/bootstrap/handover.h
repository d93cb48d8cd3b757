/* What the bootstrap tells the launcher, by an entry of the auxiliary vector (getauxval(3)). */
#pragma once

/* No kernel has this type of entry, and the dynamic linker leaves it alone. */
#define HANDOVER_TYPE 0x6d656d66

struct handover {
    int memory;       /* the memory file that libc was mapped from */
    const char *path; /* by which the dynamic linker knows it */
};
