/* The Python module `polygon`: all that it computes, it has from libarea_shared.so and libunits.so. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "examples/c_extension/area.h"
#include "examples/c_extension/units.h"

static PyObject *area(PyObject *self, PyObject *argument) {
    (void)self;
    PyObject *points = PySequence_Fast(argument, "area() takes a sequence of (x, y) pairs");
    if (!points) return NULL;
    Py_ssize_t count = PySequence_Fast_GET_SIZE(points);
    double *corners = PyMem_New(double, 2 * count + 1);
    PyObject *result = corners ? NULL : PyErr_NoMemory();
    for (Py_ssize_t i = 0; corners && i < count; i++) {
        PyObject *point = PySequence_Fast_GET_ITEM(points, i);
        if (!PyArg_ParseTuple(point, "dd", corners + 2 * i, corners + 2 * i + 1)) goto done;
    }
    if (corners) result = PyFloat_FromDouble(area_of(corners, (size_t)count));
done:
    PyMem_Free(corners);
    Py_DECREF(points);
    return result;
}

static PyObject *square_feet(PyObject *self, PyObject *argument) {
    (void)self;
    double square_metres = PyFloat_AsDouble(argument);
    if (square_metres == -1.0 && PyErr_Occurred()) return NULL;
    return PyFloat_FromDouble(units_square_feet(square_metres));
}

static PyMethodDef methods[] = {
    {"area", area, METH_O, "The area of the polygon with these corners, counter-clockwise."},
    {"square_feet", square_feet, METH_O, "Square feet of so many square metres."},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {{0, NULL}};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "polygon",
    .m_doc = "Areas of polygons.",
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit_polygon(void) { return PyModuleDef_Init(&definition); }
