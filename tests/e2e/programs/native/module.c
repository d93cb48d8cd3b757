/* An extension module NAME whose answer() calls CALL. */
#include "python_headers.h"

int CALL(void);

#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)
#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)

static PyObject *answer(PyObject *self, PyObject *none) { return PyLong_FromLong(CALL()); }

static PyMethodDef methods[] = {{"answer", answer, METH_NOARGS, "Asks the library."}, {NULL, NULL, 0, NULL}};

static PyModuleDef_Slot slots[] = {{0, NULL}};

static PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = TEXT(NAME), .m_methods = methods, .m_slots = slots};

PyMODINIT_FUNC JOIN(PyInit_, NAME)(void) { return PyModuleDef_Init(&definition); }
