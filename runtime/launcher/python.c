#define _GNU_SOURCE
#include <Python.h>

#include "python.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../native/versions.h"
#include "failure.h"
#include "memory.h"

#define NO_FUNCTION                                                                                                     \
    "The Python that %s carries has no %s, so it is not the version that its launcher was compiled for. Build %s anew."
#define NO_MEMORY "There is no memory left to start %s."

#if PY_VERSION_HEX >= 0x030A0000
#define HAS_ORIG_ARGV
#endif
#if PY_VERSION_HEX >= 0x030E0000
#define HAS_REMOTE_DEBUG
#endif
#if PY_VERSION_HEX >= 0x030B0000
#define HAS_STDLIB_DIR
#endif

/* Of Python's state, what debuggers look for is at its start (struct _Py_DebugOffsets). */
#define STATE_BYTES 4096u

/* What is used of Python. libpython may be loaded while the program runs, so each is looked up by its name. */
#define FUNCTIONS(X)                 \
    X(PyConfig_Clear)                \
    X(PyConfig_InitPythonConfig)     \
    X(PyConfig_SetBytesArgv)         \
    X(PyConfig_SetBytesString)       \
    X(PyConfig_SetString)            \
    X(PyErr_Print)                   \
    X(PyErr_SetString)               \
    X(PyImport_AppendInittab)        \
    X(PyImport_ImportModule)         \
    X(PyInterpreterState_Get)        \
    X(PyInterpreterState_GetID)      \
    X(PyList_Append)                 \
    X(PyList_New)                    \
    X(PyMem_RawFree)                 \
    X(PyMemoryView_FromMemory)       \
    X(PyModuleDef_Init)              \
    X(PyObject_CallMethod)           \
    X(PyObject_SetAttrString)        \
    X(PyPreConfig_InitPythonConfig)  \
    X(PyStatus_Exception)            \
    X(PyUnicode_AsUTF8)              \
    X(PyWideStringList_Append)       \
    X(Py_BuildValue)                 \
    X(Py_DecodeLocale)               \
    X(Py_DecRef)                     \
    X(Py_ExitStatusException)        \
    X(Py_InitializeFromConfig)       \
    X(Py_PreInitializeFromBytesArgs) \
    X(Py_RunMain)

static struct {
#define FIELD(name) __typeof__(&name) name;
    FUNCTIONS(FIELD)
#undef FIELD
} python;

static const struct _frozen **frozen_modules; /* PyImport_FrozenModules */
static PyObject **os_error;                   /* PyExc_OSError */

static void find(const struct par *par, const struct start *start)
{
    struct {
        const char *name;
        void *place;
    } wanted[] = {
#define ROW(name) {#name, &python.name},
        FUNCTIONS(ROW)
#undef ROW
            {"PyImport_FrozenModules", &frozen_modules},
            {"PyExc_OSError", &os_error},
    };

    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        void *found = dlsym(RTLD_DEFAULT, wanted[i].name);
        if (!found)
            fail(NO_FUNCTION, par->path, wanted[i].name, start_text(start, start->target));
        memcpy(wanted[i].place, &found, sizeof found);
    }
}

/* What the runtime gets to know: the module `_memfd_par` has it. */

static struct {
    const struct par *par;
    const struct start *start;
    const struct loaded *loaded;
} known;

/* What is loaded already, as the runtime takes it: (number, path, tier). */
static PyObject *images(void)
{
    PyObject *list = python.PyList_New(0);

    for (const struct loaded *loaded = known.loaded; list && loaded->number != NO_MEMBER; loaded++) {
        PyObject *row = python.Py_BuildValue("(Ksi)", (unsigned long long)loaded->number, loaded->path, (int)loaded->tier);
        if (!row || python.PyList_Append(list, row))
            return NULL;
        python.Py_DecRef(row);
    }
    return list;
}

static int fill_module(PyObject *module)
{
    const struct start *start = known.start;
    char *boot = (char *)par_map_checked(known.par, start->boot, start->boot_size, start->boot_checksum);
    struct {
        const char *name;
        PyObject *value;
    } values[] = {
        {"boot", python.PyMemoryView_FromMemory(boot, (Py_ssize_t)start->boot_size, PyBUF_READ)},
        {"block", python.Py_BuildValue("KKK", (unsigned long long)start->boot, (unsigned long long)start->boot_size,
                                       (unsigned long long)start->boot_siphash)},
        {"fd", python.Py_BuildValue("i", known.par->file)},
        {"images", images()},
        {"interpreter", python.Py_BuildValue("L", (long long)python.PyInterpreterState_GetID(python.PyInterpreterState_Get()))},
        {"name", python.Py_BuildValue("y", known.par->name)},
        {"path", python.Py_BuildValue("y", known.par->path)},
        {"size", python.Py_BuildValue("K", (unsigned long long)record.par_size)},
    };

    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        if (!values[i].value || python.PyObject_SetAttrString(module, values[i].name, values[i].value))
            return -1;
        python.Py_DecRef(values[i].value);
    }
    return 0;
}

/* For members that are loaded as plain copies: dlopen(3), as by ctypes. */
static PyObject *open_library(PyObject *module, PyObject *path)
{
    const char *name = python.PyUnicode_AsUTF8(path);
    void *handle = name ? dlopen(name, RTLD_NOW) : NULL;

    (void)module;
    if (!name)
        return NULL;
    if (!handle) {
        python.PyErr_SetString(*os_error, dlerror());
        return NULL;
    }
    return python.Py_BuildValue("K", (unsigned long long)(uintptr_t)handle);
}

static PyObject *make_module(void)
{
    static PyMethodDef methods[] = {
        {"dlopen", open_library, METH_O, "Loads a library; returns its handle."},
        {NULL, NULL, 0, NULL},
    };
    static PyModuleDef_Slot slots[] = {
        {Py_mod_exec, (void *)(uintptr_t)fill_module},
#ifdef Py_mod_multiple_interpreters
        {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
#ifdef Py_mod_gil
        {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
        {0, NULL},
    };
    static PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_memfd_par", NULL, 0, methods, slots, NULL, NULL, NULL};

    return python.PyModuleDef_Init(&definition);
}

/* Gives Python, besides the frozen modules that it has, the first one that it imports: it installs the finders
 * (runtime/launcher/encodings.py). */
static void freeze(const struct par *par, const struct start *start)
{
    const struct _frozen *own = *frozen_modules;
    size_t owned = 0;
    struct _frozen *table;

    while (own && own[owned].name)
        owned++;
    table = calloc(owned + 2, sizeof *table);
    if (!table)
        fail(NO_MEMORY, par->path);
    table->name = "encodings";
    table->code = (const unsigned char *)start_text(start, start->encodings);
    table->size = (int)start->encodings.size;
#ifdef HAS_STDLIB_DIR
    table->is_package = 1;
#else
    table->size = -table->size; /* a package */
#endif
    if (owned)
        memcpy(table + 1, own, owned * sizeof *table);
    *frozen_modules = table;
}

/* Puts the words of a piece to the end of a list. */
static int add_words(const struct start *start, struct piece piece, char **words, int count)
{
    const char *next = start_text(start, piece), *end = next + piece.size;

    for (; next < end; next += strlen(next) + 1)
        words[count++] = (char *)next;
    return count;
}

/* Python's own command line: its options, and the program's text or the caller's options, before the caller's arguments. */
static char **command_line(const struct par *par, const struct start *start, int argc, char **argv, int *count)
{
    struct piece options = par->as_interpreter ? start->interpreter_options : start->program_options;
    char **words = calloc(options.size + (size_t)argc + 4, sizeof *words);
    int used = 1;

    if (!words)
        fail(NO_MEMORY, par->path);
    words[0] = par->path;
    used = add_words(start, options, words, used);
    if (!par->as_interpreter) {
        words[used++] = "-c";
        words[used++] = (char *)start_text(start, start->program);
    }
    for (int i = 1; i < argc; i++)
        words[used++] = argv[i];
    *count = used;
    return words;
}

static void check(PyStatus status)
{
    if (python.PyStatus_Exception(status))
        python.Py_ExitStatusException(status); /* also the end of `--version` and `--help` */
}

/* Says where everything is, so that Python looks for nothing. */
static void set_paths(const struct par *par, const struct start *start, PyConfig *config)
{
    wchar_t **whole[] = {&config->program_name, &config->executable,  &config->base_executable, &config->home,
                         &config->prefix,       &config->base_prefix, &config->exec_prefix,     &config->base_exec_prefix};

    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        check(python.PyConfig_SetBytesString(config, whole[i], par->path));
    check(python.PyConfig_SetString(config, &config->platlibdir, L"lib"));
#ifdef HAS_STDLIB_DIR
    char *folder;
    if (asprintf(&folder, "%s/lib/python%s", par->path, start_text(start, start->version)) < 0)
        fail(NO_MEMORY, par->path);
    check(python.PyConfig_SetBytesString(config, &config->stdlib_dir, folder));
    free(folder);
#else
    (void)start;
#endif
    /* The runtime fills sys.path once its finders are there: until then nobody must open the par as a zip file. */
    config->module_search_paths_set = 1;
}

#ifdef HAS_ORIG_ARGV
static void set_original_arguments(PyConfig *config, int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        wchar_t *word = python.Py_DecodeLocale(argv[i], NULL);
        if (!word)
            continue;
        check(python.PyWideStringList_Append(&config->orig_argv, word));
        python.PyMem_RawFree(word);
    }
}
#endif

static void initialize(const struct par *par, const struct start *start, int argc, char **argv)
{
    PyPreConfig before;
    PyConfig config;
    int count;
    char **words = command_line(par, start, argc, argv, &count);

    python.PyPreConfig_InitPythonConfig(&before);
    check(python.Py_PreInitializeFromBytesArgs(&before, count, words));
    python.PyConfig_InitPythonConfig(&config);
    check(python.PyConfig_SetBytesArgv(&config, count, words));
#ifdef HAS_ORIG_ARGV
    set_original_arguments(&config, argc, argv);
#endif
    set_paths(par, start, &config);
    check(python.Py_InitializeFromConfig(&config));
    python.PyConfig_Clear(&config);
    free(words);
}

#ifdef HAS_REMOTE_DEBUG
/* Has the memory map show a memory file by the name of `python` where Python's state is: by that, debuggers of Python (pdb -p) know
 * a Python. The par's own name has nothing of it. */
static void show_state(const struct start *start)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), state = (uintptr_t)dlsym(RTLD_DEFAULT, "_PyRuntime");
    void *first = (void *)(state & ~(page - 1));
    size_t size = ((state + STATE_BYTES + page - 1) & ~(page - 1)) - (uintptr_t)first;
    char name[32];
    int file;

    if (!start->program_count || !state)
        return;
    snprintf(name, sizeof name, "python%s", start_text(start, start->version));
    file = memory_file(name);
    if (file < 0)
        return; /* nobody can debug it then, and it runs all the same */
    if (write(file, first, size) == (ssize_t)size)
        mmap(first, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, file, 0);
    close(file);
}
#endif

int python_run(const struct par *par, const struct start *start, const struct loaded *loaded, int argc, char **argv)
{
    find(par, start);
    known.par = par;
    known.start = start;
    known.loaded = loaded;
    freeze(par, start);
#ifdef HAS_REMOTE_DEBUG
    show_state(start);
#endif
    if (python.PyImport_AppendInittab("_memfd_par", make_module))
        fail(NO_MEMORY, par->path);
    initialize(par, start, argc, argv);
    if (par->as_interpreter) {
        PyObject *runtime = python.PyImport_ImportModule("memfd_par.carried");
        PyObject *done = runtime ? python.PyObject_CallMethod(runtime, "enter", NULL) : NULL;
        if (!done) {
            python.PyErr_Print(); /* the end of the process where it is SystemExit */
            exit(1);
        }
        python.Py_DecRef(done);
        python.Py_DecRef(runtime);
    }
    return python.Py_RunMain();
}
