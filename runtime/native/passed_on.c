/* Functions of Python that pass on to the original what does not concern the par: a comparison, and no frame of Python. */
#define _GNU_SOURCE
#ifdef WITH_PYTHON_H
#define Py_LIMITED_API 0x03090000
#include <Python.h>
#endif
#include "passed_on.h"

#include <stdlib.h>
#include <string.h>

/* PyCFunction with METH_FASTCALL | METH_KEYWORDS. */
typedef PyObject *(*fast_function)(PyObject *, PyObject *const *, Py_ssize_t, PyObject *);

/* METH_FASTCALL and METH_METHOD: 3.9's limited API does not tell of them, though they are what they are since 3.7. */
#define FASTCALL 0x0080
#define METHOD 0x0200
#define FAST (FASTCALL | METH_KEYWORDS)
#define ROOTS 2
/* The stable ABI's number (PYTHON_ABI_VERSION). */
#define ABI_VERSION 3
/* The parameters of open() before `opener`. */
#define BEFORE_OPENER 7
#define MOST_PATHS 2
#define MOST_ARGUMENTS 16

/* State of the module that is a function's `__self__`. All of it lives as long as the process. */
struct passed_on {
    fast_function real;
    PyObject *real_self;
    PyObject *ours;
    PyObject *roots[ROOTS];
    PyObject *byte_roots[ROOTS];
    Py_ssize_t paths;
    int doubts_false;
    int has_opener;
    PyMethodDef method;
};

static int descriptors_matter;

void passed_on_heed_descriptors(void) { descriptors_matter = 1; }

static int begins(const struct passed_on *function, PyObject *text)
{
    Py_ssize_t size, root_size;
    char *bytes, *root;

    for (int i = 0; i < ROOTS && function->roots[i]; i++) {
        if (text->ob_type == (void *)&PyBytes_Type) {
            if (PyBytes_AsStringAndSize(text, &bytes, &size) ||
                PyBytes_AsStringAndSize(function->byte_roots[i], &root, &root_size))
                PyErr_Clear();
            else if (size >= root_size && !memcmp(bytes, root, (size_t)root_size))
                return 1;
        } else {
            Py_ssize_t same = PyUnicode_Tailmatch(text, function->roots[i], 0, PY_SSIZE_T_MAX, -1);
            if (same < 0)
                PyErr_Clear();
            if (same)
                return 1;
        }
    }
    return 0;
}

/* Whether an argument is surely no path of the par, as far as its spelling tells. `*text`: what an object is as a path. */
static int is_elsewhere(const struct passed_on *function, PyObject *path, PyObject **text)
{
    *text = NULL;
    if (path->ob_type == (void *)&PyUnicode_Type)
        return !begins(function, path);
    if (path->ob_type == (void *)&PyLong_Type)
        return !descriptors_matter;
    if (path == Py_None)
        return 1;
    *text = PyOS_FSPath(path);
    if (!*text) {
        PyErr_Clear(); /* the original says what is wrong with it */
        return !descriptors_matter;
    }
    return !begins(function, *text);
}

static int gives_opener(Py_ssize_t count, PyObject *names)
{
    Py_ssize_t most = names ? PyTuple_Size(names) : 0;

    for (Py_ssize_t i = 0; i < most; i++)
        if (!PyUnicode_CompareWithASCIIString(PyTuple_GetItem(names, i), "opener"))
            return 1;
    return count > BEFORE_OPENER;
}

static PyObject *call_ours(const struct passed_on *function, PyObject *const *args, Py_ssize_t count, PyObject *names)
{
    PyObject *tuple = PyTuple_New(count), *keywords = NULL, *found = NULL;
    Py_ssize_t most = names ? PyTuple_Size(names) : 0;

    if (!tuple)
        return NULL;
    for (Py_ssize_t i = 0; i < count; i++) {
        Py_IncRef(args[i]);
        PyTuple_SetItem(tuple, i, args[i]);
    }
    if (most && !(keywords = PyDict_New()))
        goto end;
    for (Py_ssize_t i = 0; i < most; i++)
        if (PyDict_SetItem(keywords, PyTuple_GetItem(names, i), args[count + i]))
            goto end;
    found = PyObject_Call(function->ours, tuple, keywords);
end:
    Py_DecRef(tuple);
    if (keywords)
        Py_DecRef(keywords);
    return found;
}

/* Calls the original, with texts in place of path-like objects: it would ask these once more. */
static PyObject *call_real(const struct passed_on *function, PyObject *const *args, Py_ssize_t count, PyObject *names,
                           PyObject *const *texts)
{
    PyObject *changed[MOST_ARGUMENTS];
    Py_ssize_t all = count + (names ? PyTuple_Size(names) : 0);

    if ((!texts[0] && !texts[1]) || all > MOST_ARGUMENTS)
        return function->real(function->real_self, args, count, names);
    for (Py_ssize_t i = 0; i < all; i++)
        changed[i] = i < MOST_PATHS && texts[i] ? texts[i] : args[i];
    return function->real(function->real_self, changed, count, names);
}

static PyObject *call(PyObject *self, PyObject *const *args, Py_ssize_t count, PyObject *names)
{
    const struct passed_on *function = PyModule_GetState(self);
    PyObject *texts[MOST_PATHS] = {NULL, NULL}, *found = NULL;
    int ours = count < function->paths || (function->has_opener && gives_opener(count, names));

    for (Py_ssize_t i = 0; i < function->paths && !ours; i++)
        ours = !is_elsewhere(function, args[i], &texts[i]);
    if (!ours) {
        found = call_real(function, args, count, names, texts);
        if (found ? function->doubts_false && !PyObject_IsTrue(found) : PyErr_ExceptionMatches(PyExc_NotADirectoryError)) {
            /* The kernel knows the par as a file: so it answers for any spelling of a path below it. */
            ours = 1;
            if (found)
                Py_DecRef(found);
            else
                PyErr_Clear();
        }
    }
    for (int i = 0; i < MOST_PATHS; i++)
        if (texts[i])
            Py_DecRef(texts[i]);
    return ours ? call_ours(function, args, count, names) : found;
}

static PyModuleDef self_definition = {
    PyModuleDef_HEAD_INIT, "posix", NULL, sizeof(struct passed_on), NULL, NULL, NULL, NULL, NULL,
};

static PyObject *own(PyObject *object)
{
    if (object == Py_None)
        return NULL;
    Py_IncRef(object);
    return object;
}

PyObject *passed_on_make(PyObject *module, PyObject *args)
{
    PyObject *real, *ours, *roots[ROOTS], *byte_roots[ROOTS], *name_of_module, *self, *function = NULL;
    const char *name, *doc;
    struct passed_on *state;
    Py_ssize_t paths;
    int doubts_false, has_opener;

    (void)module;
    if (!PyArg_ParseTuple(args, "OO(OOOO)yyOnpp", &real, &ours, &roots[0], &roots[1], &byte_roots[0], &byte_roots[1],
                          &name, &doc, &name_of_module, &paths, &doubts_false, &has_opener))
        return NULL;
    if ((PyCFunction_GetFlags(real) & (FAST | METH_VARARGS | METH_O | METH_NOARGS | METHOD)) != FAST) {
        if (PyErr_Occurred())
            return NULL;
        Py_IncRef(Py_None);
        return Py_None;
    }
    self = PyModule_Create2(&self_definition, ABI_VERSION);
    if (!self)
        return NULL;
    state = PyModule_GetState(self);
    state->method.ml_name = strdup(name);
    state->method.ml_doc = strdup(doc);
    state->method.ml_meth = (PyCFunction)(void (*)(void))call;
    state->method.ml_flags = FAST;
    if (state->method.ml_name && state->method.ml_doc) {
        state->real = (fast_function)(void (*)(void))PyCFunction_GetFunction(real);
        state->real_self = own(PyCFunction_GetSelf(real));
        state->ours = own(ours);
        state->paths = paths;
        state->doubts_false = doubts_false;
        state->has_opener = has_opener;
        for (int i = 0; i < ROOTS; i++) {
            state->roots[i] = own(roots[i]);
            state->byte_roots[i] = own(byte_roots[i]);
        }
        function = PyCFunction_NewEx(&state->method, self, name_of_module);
    } else {
        PyErr_NoMemory();
    }
    Py_DecRef(self);
    return function;
}
