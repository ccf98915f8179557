/* Exceptions whose messages may name text from input. */
#ifndef EV_PY_RAISE_H
#define EV_PY_RAISE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

/* As PyErr_Format, but on one line and with control characters escaped, as the package
 * prints them in all its messages. */
void ev_py_raise(PyObject *kind, const char *format, ...);

/* A text in this form, or NULL with an exception set. Takes over the reference, which may
 * be NULL with an exception set. */
PyObject *ev_py_printable(PyObject *text);

#endif
