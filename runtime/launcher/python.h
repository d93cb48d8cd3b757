/* Python itself: configured, started, and run to its end. */
#pragma once

#include "libraries.h"
#include "par.h"
#include "start.h"

/* Runs the program of the par, or the command line of an interpreter. Returns the exit status. */
int python_run(const struct par *par, const struct start *start, const struct loaded *loaded, int argc, char **argv);
