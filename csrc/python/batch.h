/* Batches of columns in capsules "evmarket.batch". */
#ifndef EV_PY_BATCH_H
#define EV_PY_BATCH_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "columns/column.h"

enum { EV_PY_MOST_COLUMNS = 256 };

/* The batch in a capsule, which keeps it alive. NULL with an exception set for any
 * other object. */
const ev_batch *ev_py_batch(PyObject *capsule);

/* Fills `columns` with the columns of a batch whose numbers are in a tuple of `least`
 * to `most` items, at most EV_PY_MOST_COLUMNS. -1 with an exception set. */
int ev_py_batch_columns(const ev_batch *batch, PyObject *numbers, Py_ssize_t least,
                        Py_ssize_t most, const ev_column **columns);

#endif
