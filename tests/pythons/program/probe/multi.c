/* An extension module with multi-phase initialisation (PEP 489), and a library that it needs. */
#include <Python.h>

int base_count(void);

static PyObject *count(PyObject *self, PyObject *unused) {
    (void)self, (void)unused;
    return PyLong_FromLong(base_count());
}

static PyMethodDef methods[] = {{"count", count, METH_NOARGS, "How often it was called."}, {NULL, NULL, 0, NULL}};

static PyModuleDef_Slot slots[] = {{0, NULL}};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "multi", .m_methods = methods, .m_slots = slots};

PyMODINIT_FUNC PyInit_multi(void) { return PyModuleDef_Init(&definition); }
