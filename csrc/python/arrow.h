/* What other files that speak to Python need of batches. */
#ifndef EV_PY_ARROW_H
#define EV_PY_ARROW_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "columns/column.h"

/* The batch in a capsule "evmarket.batch", which keeps it alive; NULL with an exception
 * set for anything else. */
const ev_batch *ev_py_batch(PyObject *capsule);

int ev_py_add_arrow_out(PyObject *module);

#endif
