/* What the dynamic linker has loaded before the launcher runs (runtime/bootstrap): libraries of the par, and Python itself where
 * that is the program. */
#pragma once

#include "../bootstrap/handover.h"
#include "par.h"
#include "start.h"

struct early {
    uint64_t count;
    const struct handed *handed;
    enum tier *tiers; /* of each */
};

/* Maps what the libraries do not write to from the par, so that processes share it; a copy in memory stays where that is
 * impossible. */
const struct early *early_share(const struct par *par, const struct start *start);

/* Lets their C code, and Python's, find the par's files; after par_serve_files. */
void early_hook(const struct start *start, const struct early *early);
