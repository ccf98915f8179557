#include "python/held.h"

#include "python/raise.h"

ev_held *ev_py_held_new(Py_ssize_t count, int64_t first_row)
{
    ev_held *held = PyMem_Calloc(1, sizeof *held);
    int failed = held == NULL;
    if (!failed) {
        held->columns = PyMem_Calloc(2 * (size_t)count + 1, sizeof *held->columns);
        held->objects = PyList_New(0);
        held->first_row = first_row;
        failed = held->columns == NULL || held->objects == NULL;
    }
    if (failed) {
        ev_py_held_free(held);
        held = NULL;
        PyErr_NoMemory();
    }
    return held;
}

void ev_py_held_free(ev_held *held)
{
    if (held != NULL) {
        Py_XDECREF(held->objects);
        PyMem_Free(held->columns);
        PyMem_Free(held);
    }
}

PyObject *ev_py_keep(ev_held *held, PyObject *object)
{
    const int failed = object == NULL || PyList_Append(held->objects, object) < 0;
    Py_XDECREF(object);
    return failed ? NULL : object;
}

void *ev_py_keep_bytes(ev_held *held, Py_ssize_t size)
{
    PyObject *bytes =
        ev_py_keep(held, PyByteArray_FromStringAndSize(NULL, size > 0 ? size : 1));
    return bytes == NULL ? NULL : PyByteArray_AsString(bytes);
}

void ev_py_column_error(const ev_held *held, PyObject *kind, Py_ssize_t row,
                        const char *what)
{
    if (row < 0) {
        ev_py_raise(kind, "column %U %s", held->name, what);
    }
    else {
        ev_py_raise(kind, "column %U, row %lld: %s", held->name,
                    (long long)(held->first_row + row), what);
    }
}
