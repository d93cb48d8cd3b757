/* Functions of Python that take paths: where no path is the par's, the call goes straight to the original. */
#pragma once

#include "python_abi.h"

/* A built-in function in place of another. METH_VARARGS: the original, what is called where a path may be the par's, the
 * roots of the par (a tuple of two str and two bytes, the second of each None if there is only one), a name and a
 * docstring with its signature (bytes both), how many paths come first, whether False may be wrong, whether an `opener`
 * may come. Returns None if the original cannot be called in this way. */
PyObject *passed_on_make(PyObject *module, PyObject *args);

/* From now on a descriptor may stand for a folder of the par. */
void passed_on_heed_descriptors(void);
