/* An extension module NAME whose answer() calls CALL, for SEVERAL_INTERPRETERS of a process or for one. */
#include "python_headers.h"

int CALL(void);

#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)
#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)

static PyObject *answer(PyObject *self, PyObject *none) { return PyLong_FromLong(CALL()); }

static PyMethodDef methods[] = {{"answer", answer, METH_NOARGS, "Asks the library."}, {NULL, NULL, 0, NULL}};

static PyModuleDef_Slot slots[] = {
#if defined(SEVERAL_INTERPRETERS) && defined(Py_mod_multiple_interpreters)
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
    {0, NULL}};

static PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = TEXT(NAME), .m_methods = methods, .m_slots = slots};

PyMODINIT_FUNC JOIN(PyInit_, NAME)(void) { return PyModuleDef_Init(&definition); }
