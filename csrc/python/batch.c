#include "python/batch.h"

#include "python/raise.h"

const ev_batch *ev_py_batch(PyObject *capsule)
{
    return PyCapsule_GetPointer(capsule, EV_BATCH_CAPSULE);
}

int ev_py_batch_columns(const ev_batch *batch, PyObject *numbers, Py_ssize_t least,
                        Py_ssize_t most, const ev_column **columns)
{
    const Py_ssize_t count = PyTuple_Size(numbers);
    int failed = count < least || count > most || count > EV_PY_MOST_COLUMNS;
    if (failed) {
        ev_py_raise(PyExc_ValueError, "got %zd column numbers, needs %zd to %zd",
                    count, least,
                    most < EV_PY_MOST_COLUMNS ? most : EV_PY_MOST_COLUMNS);
    }
    for (Py_ssize_t i = 0; i < count && !failed; i++) {
        const Py_ssize_t number = PyLong_AsSsize_t(PyTuple_GetItem(numbers, i));
        failed = number < 0 || number >= batch->ncolumns;
        if (failed && !PyErr_Occurred()) {
            ev_py_raise(PyExc_ValueError, "no column %zd: the batch has %zd columns",
                        number, batch->ncolumns);
        }
        columns[i] = failed ? NULL : &batch->columns[number];
    }
    return failed ? -1 : 0;
}
