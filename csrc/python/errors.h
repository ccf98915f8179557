/* Exceptions for what the core found in the columns of a batch. */
#ifndef EV_PY_ERRORS_H
#define EV_PY_ERRORS_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "table/partial.h"

/* Raises `kind` with a text and the items of a dict as attributes. Takes over both
 * references; either may be NULL, with an exception set. */
void ev_py_raise_with(PyObject *kind, PyObject *text, PyObject *attributes);

/* For a result of ev_keys_encode or ev_keys_begin other than EV_NO_MEMORY. `what` is
 * text that names the column; first_row is the table's row at which the batch begins. */
void ev_py_raise_key(PyObject *what, ev_result result, const ev_key_place *place,
                     int64_t first_row);

/* For a result of ev_partial_add (batch) or ev_partial_merge (batch is NULL). keys and
 * measures are tuples of names; `period` is the name of the period columns. */
void ev_py_raise_batch(PyObject *keys, PyObject *measures, PyObject *period,
                       ev_result result, const ev_place *place,
                       const ev_batch_columns *batch);

#endif
