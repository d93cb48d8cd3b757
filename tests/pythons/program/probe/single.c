/* An extension module with single-phase initialisation, which the interpreter keeps. */
#include <Python.h>

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "single", .m_size = -1};

PyMODINIT_FUNC PyInit_single(void) {
    PyObject *module = PyModule_Create(&definition);
    if (module && PyModule_AddIntConstant(module, "answer", 42) < 0) Py_CLEAR(module);
    return module;
}
