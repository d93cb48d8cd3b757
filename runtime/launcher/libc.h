/* The par's own libc, where it has one: it is loaded before the launcher is (runtime/bootstrap). */
#pragma once

#include "par.h"
#include "start.h"

/* Maps what libc does not write to from the par, so that processes share it; a copy in memory stays where that is impossible. */
void libc_share(const struct par *par, const struct start *start);
