/* The libraries that the interpreter is made of, loaded from the par into memory. */
#pragma once

#include "early.h"
#include "par.h"
#include "start.h"

/* A library that is loaded: the runtime finds it by its path. */
struct loaded {
    uint64_t number;
    const char *path;
    enum tier tier;
};

/* Loads all of them; libpython is the last one, for everybody to find symbols in. Returns these and the members that were loaded
 * before them, up to one with NO_MEMBER; the caller keeps them. Ends the process where one cannot be loaded. */
struct loaded *libraries_load(const struct par *par, const struct start *start, const struct early *early);
