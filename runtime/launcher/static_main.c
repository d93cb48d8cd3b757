/* The main function of an executable that is linked of a static libpython: that of CPython's Programs/python.c. */
#include <Python.h>

int main(int argc, char **argv) { return Py_BytesMain(argc, argv); }
