/* The module memfd_par._native: the image loader as Python calls it (runtime/memfd_par/native.py). */
#define _GNU_SOURCE
#ifdef WITH_PYTHON_H
#define Py_LIMITED_API 0x03090000
#include <Python.h>
#endif
#include "python_abi.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "hooks.h"
#include "image.h"
#include "passed_on.h"

/* What load and map_over take: memfd_par.native tells. The blocks stay the caller's. */
struct call {
    struct image_request request;
    struct image_plan plan;
    unsigned long long handle;
};

static int parse(PyObject *args, const char *format, struct call *call)
{
    struct image_request *request = &call->request;
    unsigned long long offset, size;
    PyObject *patches, *block;
    char *patch_bytes, *plan_bytes;
    Py_ssize_t patches_size, plan_size;
    int tier;

    if (!PyArg_ParseTuple(args, format, &request->par, &offset, &size, &request->memory, &request->path, &request->name,
                          &patches, &block, &tier, &call->handle) ||
        PyBytes_AsStringAndSize(patches, &patch_bytes, &patches_size) ||
        PyBytes_AsStringAndSize(block, &plan_bytes, &plan_size))
        return -1;
    request->offset = offset;
    request->size = size;
    request->tier = (enum tier)tier;
    request->patches = (const uint8_t *)patch_bytes;
    request->patches_size = (size_t)patches_size;
    if (image_plan_read(&call->plan, plan_bytes, (size_t)plan_size)) {
        PyErr_SetString(PyExc_ValueError, "the load plan of a native member is damaged");
        return -1;
    }
    return 0;
}

static PyObject *raise_failure(const struct image_result *result)
{
    if (result->text) {
        PyErr_SetString(PyExc_ImportError, result->text);
        return NULL;
    }
    errno = result->code;
    return PyErr_SetFromErrno(PyExc_OSError);
}

static PyObject *outcome(const struct image_result *result)
{
    return Py_BuildValue("Kii", (unsigned long long)(uintptr_t)result->handle, (int)result->tier, result->code);
}

static PyObject *load(PyObject *module, PyObject *args)
{
    struct call call;
    struct image_result result;

    (void)module;
    if (parse(args, "iKKiyySSi|K", &call))
        return NULL;
    if (image_load(&call.request, &call.plan, &result))
        return raise_failure(&result);
    return outcome(&result);
}

static PyObject *map_over(PyObject *module, PyObject *args)
{
    struct call call;
    struct image_result result;

    (void)module;
    if (parse(args, "iKKiyySSiK", &call))
        return NULL;
    image_map_over(&call.request, &call.plan, (void *)(uintptr_t)call.handle, &result);
    return outcome(&result);
}

static PyObject *can_map(PyObject *module, PyObject *args)
{
    int par;
    unsigned long long offset;

    (void)module;
    if (!PyArg_ParseTuple(args, "iK", &par, &offset))
        return NULL;
    if (image_can_map(par, offset))
        return PyErr_SetFromErrno(PyExc_OSError);
    Py_IncRef(Py_None);
    return Py_None;
}

static PyObject *rename_image(PyObject *module, PyObject *args)
{
    const char *path, *name;

    (void)module;
    if (!PyArg_ParseTuple(args, "yy", &path, &name))
        return NULL;
    image_rename(path, name);
    Py_IncRef(Py_None);
    return Py_None;
}

/* Finds libraries for members that call dlopen(3): takes bytes, returns bytes or None. */
static PyObject *finder;

static char *find_by_python(const char *name)
{
    PyGILState_STATE state;
    PyObject *kind, *value, *trace, *path;
    Py_ssize_t size;
    char *bytes, *copied = NULL;

    if (!Py_IsInitialized())
        return NULL;
    state = PyGILState_Ensure();
    PyErr_Fetch(&kind, &value, &trace);
    path = PyObject_CallFunction(finder, "y", name);
    if (path && path != Py_None && !PyBytes_AsStringAndSize(path, &bytes, &size))
        copied = strdup(bytes);
    if (path)
        Py_DecRef(path);
    PyErr_Restore(kind, value, trace); /* dlopen(3) itself says what is wrong */
    PyGILState_Release(state);
    return copied;
}

static PyObject *serve(PyObject *module, PyObject *args)
{
    int par;
    const char *path, *real_path;
    unsigned long long offset, size;
    PyObject *find;

    (void)module;
    if (!PyArg_ParseTuple(args, "iyyKKO", &par, &path, &real_path, &offset, &size, &find))
        return NULL;
    if (files_serve(par, path, real_path, offset, size))
        return PyErr_SetFromErrno(PyExc_OSError);
    Py_IncRef(find);
    finder = find;
    hooks_enable(find_by_python);
    Py_IncRef(Py_None);
    return Py_None;
}

static PyObject *heed_folders(PyObject *module, PyObject *args)
{
    (void)module;
    (void)args;
    files_heed_folders();
    passed_on_heed_descriptors();
    Py_IncRef(Py_None);
    return Py_None;
}

static PyMethodDef methods[] = {
    {"heed_folders", heed_folders, METH_NOARGS, "From now on a descriptor that Python made may stand for a folder."},
    {"load", load, METH_VARARGS, "Loads a member; returns its handle, tier, and an errno that cost it a better tier."},
    {"map_over", map_over, METH_VARARGS, "Maps what is read-only of a loaded member from the par; returns as load."},
    {"can_map", can_map, METH_VARARGS, "Raises OSError where the par cannot be mapped executable."},
    {"pass_on", passed_on_make, METH_VARARGS, "A built-in function that passes on what does not concern the par."},
    {"rename", rename_image, METH_VARARGS, "Gives the library that a path finds the name that debuggers show."},
    {"serve", serve, METH_VARARGS, "From now on members' C code finds files below the par's path, and its libraries."},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {{0, NULL}};

static PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "memfd_par._native", NULL, 0, methods, slots, NULL, NULL, NULL,
};

__attribute__((visibility("default"))) PyMODINIT_FUNC PyInit__native(void);

__attribute__((visibility("default"))) PyMODINIT_FUNC PyInit__native(void) { return PyModuleDef_Init(&definition); }
