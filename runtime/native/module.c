/* The module memfd_par._native: the image loader as Python calls it (runtime/memfd_par/image_loader.py). */
#define _GNU_SOURCE
#ifdef WITH_PYTHON_H
#define Py_LIMITED_API 0x03090000
#include <Python.h>
#endif
#include "python_abi.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "hooks.h"
#include "image.h"
#include "members.h"
#include "own_image.h"
#include "passed_on.h"
#include "versions.h"

/* What is newer than 3.9's stable ABI, by names of our own; NULL where this Python lacks it. */
extern const unsigned long python_version __asm__("Py_Version") __attribute__((weak));
extern void *thread_of_312(void) __asm__("_PyThreadState_UncheckedGet") __attribute__((weak));
extern void *thread_of_313(void) __asm__("PyThreadState_GetUnchecked") __attribute__((weak));

/* Python 3.12 and newer: interpreters have locks of their own, and each thread knows which it runs (PEP 684). */
static int has_own_locks(void) { return &python_version && python_version >= 0x030C0000; }

/* From <moduleobject.h>. */
enum { MULTIPLE_INTERPRETERS = 3, PER_INTERPRETER_GIL_SUPPORTED = 2 };

/* One member is loaded at a time. Its constructors may load another, in the same thread. */
static pthread_mutex_t loading = PTHREAD_MUTEX_INITIALIZER;
static _Thread_local int depth;

static void lock(void)
{
    PyThreadState *state;

    if (depth++ || !pthread_mutex_trylock(&loading))
        return;
    state = PyEval_SaveThread(); /* who holds it may need this interpreter */
    pthread_mutex_lock(&loading);
    PyEval_RestoreThread(state);
}

static void unlock(void)
{
    if (!--depth)
        pthread_mutex_unlock(&loading);
}

/* Reads what memfd_par.image_loader asks for. The blocks stay the caller's. */
static int parse(PyObject *args, struct image *image)
{
    struct image_request *request = &image->request;
    unsigned long long offset, size;
    PyObject *patches, *block;
    char *patch_bytes, *plan_bytes;
    Py_ssize_t patches_size, plan_size;
    int tier;

    if (!PyArg_ParseTuple(args, "iKKiyySSi", &request->par, &offset, &size, &request->memory, &request->path, &request->name,
                          &patches, &block, &tier) ||
        PyBytes_AsStringAndSize(patches, &patch_bytes, &patches_size) ||
        PyBytes_AsStringAndSize(block, &plan_bytes, &plan_size))
        return -1;
    request->offset = offset;
    request->size = size;
    request->tier = (enum tier)tier;
    request->patches = (const uint8_t *)patch_bytes;
    request->patches_size = (size_t)patches_size;
    if (image_plan_read(&image->plan, plan_bytes, (size_t)plan_size)) {
        PyErr_SetString(PyExc_ValueError, "the load plan of a native member is damaged");
        return -1;
    }
    return 0;
}

static PyObject *none(void)
{
    Py_IncRef(Py_None);
    return Py_None;
}

static PyObject *raise_failure(const struct image_result *result)
{
    if (result->text) {
        PyObject *text = PyUnicode_DecodeLocale(result->text, "surrogateescape"); /* ld.so speaks the user's language */
        if (text) {
            PyErr_SetObject(PyExc_ImportError, text);
            Py_DecRef(text);
        }
        return NULL;
    }
    errno = result->code;
    return PyErr_SetFromErrno(PyExc_OSError);
}

/* Tier, and the errno that cost a better one, of each. */
static PyObject *outcome(const struct image *images, Py_ssize_t count)
{
    PyObject *all = PyTuple_New(count);

    for (Py_ssize_t i = 0; all && i < count; i++) {
        PyObject *one = Py_BuildValue("ii", (int)images[i].result.tier, images[i].result.code);
        if (!one) {
            Py_DecRef(all);
            return NULL;
        }
        PyTuple_SetItem(all, i, one);
    }
    return all;
}

static PyObject *load(PyObject *module, PyObject *args)
{
    PyObject *requests, *found = NULL;
    const char *together;
    struct image *images, *failed;
    Py_ssize_t count, read = 0;

    (void)module;
    if (!PyArg_ParseTuple(args, "Oy", &requests, &together))
        return NULL;
    count = PyTuple_Size(requests);
    if (count < 1) {
        PyErr_SetString(PyExc_ValueError, "there is nothing to load");
        return NULL;
    }
    images = calloc((size_t)count, sizeof *images);
    if (!images)
        return PyErr_NoMemory();
    while (read < count && !parse(PyTuple_GetItem(requests, read), &images[read]))
        read++;
    if (read == count) {
        lock();
        failed = images_load(images, (size_t)count, *together ? together : NULL);
        unlock();
        found = failed ? raise_failure(&failed->result) : outcome(images, count);
    }
    free(images);
    return found;
}

static PyObject *share(PyObject *module, PyObject *args)
{
    int par, memory;
    unsigned long long offset;

    (void)module;
    if (!PyArg_ParseTuple(args, "iKi", &par, &offset, &memory))
        return NULL;
    if (own_image_share(par, offset, memory))
        return PyErr_SetFromErrno(PyExc_OSError);
    return none();
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

/* Key of an interpreter's own dictionary: finds libraries for members that call dlopen(3); takes bytes, returns bytes or None. */
#define FINDER "memfd_par.find"

static int interpreters; /* that have a finder */

static int keep_finder(PyObject *find)
{
    PyObject *own = PyInterpreterState_GetDict(PyInterpreterState_Get());

    if (!own) {
        PyErr_SetString(PyExc_RuntimeError, "this interpreter has no dictionary of its own");
        return -1;
    }
    if (PyDict_SetItemString(own, FINDER, find))
        return -1;
    __atomic_add_fetch(&interpreters, 1, __ATOMIC_RELAXED);
    return 0;
}

/* Whether this thread runs an interpreter already. */
static int is_attached(void)
{
    if (!has_own_locks())
        return 0;
    return thread_of_313 ? !!thread_of_313() : thread_of_312 && thread_of_312();
}

static char *find_by_python(const char *name)
{
    PyGILState_STATE state = PyGILState_UNLOCKED;
    PyObject *kind, *value, *trace, *own, *finder, *path;
    Py_ssize_t size;
    char *bytes, *copied = NULL;
    int attached;

    if (!Py_IsInitialized())
        return NULL;
    attached = is_attached();
    /* An older Python cannot tell which interpreter's thread this is, and would wait for itself. */
    if (!attached && !has_own_locks() && __atomic_load_n(&interpreters, __ATOMIC_RELAXED) > 1)
        return NULL;
    if (!attached)
        state = PyGILState_Ensure();
    PyErr_Fetch(&kind, &value, &trace);
    own = PyInterpreterState_GetDict(PyInterpreterState_Get());
    finder = own ? PyDict_GetItemString(own, FINDER) : NULL;
    path = finder ? PyObject_CallFunction(finder, "y", name) : NULL;
    if (path && path != Py_None && !PyBytes_AsStringAndSize(path, &bytes, &size))
        copied = strdup(bytes);
    if (path)
        Py_DecRef(path);
    PyErr_Restore(kind, value, trace); /* dlopen(3) itself says what is wrong */
    if (!attached)
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
    if (keep_finder(find))
        return NULL;
    hooks_enable(find_by_python);
    return none();
}

static PyObject *find_by(PyObject *module, PyObject *args)
{
    PyObject *find;

    (void)module;
    if (!PyArg_ParseTuple(args, "O", &find) || keep_finder(find))
        return NULL;
    return none();
}

static PyObject *note(PyObject *module, PyObject *args)
{
    unsigned long long number;
    const char *path;
    int tier;

    (void)module;
    if (!PyArg_ParseTuple(args, "Ksi", &number, &path, &tier))
        return NULL;
    members_note((size_t)number, path, tier); /* without memory for it, another interpreter loads one of its own */
    return none();
}

static PyObject *noted(PyObject *module, PyObject *args)
{
    unsigned long long number;
    PyObject *found;
    char *path;
    int tier;

    (void)module;
    if (!PyArg_ParseTuple(args, "K", &number))
        return NULL;
    path = members_find((size_t)number, &tier);
    if (!path)
        return none();
    found = Py_BuildValue("si", path, tier);
    free(path);
    return found;
}

static PyObject *forked(PyObject *module, PyObject *args)
{
    (void)module;
    if (!PyArg_ParseTuple(args, ""))
        return NULL;
    if (!depth)
        loading = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    members_forked();
    return none();
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
    {"load", load, METH_VARARGS, "Loads members; returns of each the tier, and an errno that cost it a better one."},
    {"share", share, METH_VARARGS, "Maps the loader itself from the par; raises OSError where that cannot be."},
    {"pass_on", passed_on_make, METH_VARARGS, "A built-in function that passes on what does not concern the par."},
    {"rename", rename_image, METH_VARARGS, "Gives the library that a path finds the name that debuggers show."},
    {"serve", serve, METH_VARARGS, "From now on members' C code finds files below the par's path, and its libraries."},
    {"find_by", find_by, METH_VARARGS, "Tells a further interpreter's way to find the par's libraries."},
    {"note", note, METH_VARARGS, "Notes the path and tier of a loaded member, by number, for all interpreters."},
    {"noted", noted, METH_VARARGS, "The path and tier of a member that any interpreter has loaded, or None."},
    {"forked", forked, METH_VARARGS, "Frees the locks in the child of a fork."},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {{0, NULL}, {0, NULL}};

static PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "memfd_par._native", NULL, 0, methods, slots, NULL, NULL, NULL,
};

__attribute__((visibility("default"))) PyMODINIT_FUNC PyInit__native(void);

__attribute__((visibility("default"))) PyMODINIT_FUNC PyInit__native(void)
{
    if (has_own_locks()) /* older ones know no such slot */
        slots[0] = (PyModuleDef_Slot){MULTIPLE_INTERPRETERS, (void *)PER_INTERPRETER_GIL_SUPPORTED};
    return PyModuleDef_Init(&definition);
}
