/* Columns made of Python objects, and the objects that keep their memory alive. */
#ifndef EV_PY_HELD_H
#define EV_PY_HELD_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "columns/column.h"

typedef struct ev_held {
    ev_batch batch;     /* first: the capsule points to it */
    ev_column *columns; /* the columns, then room for a dictionary each */
    PyObject *objects;  /* a list of the objects that the columns point into */
    PyObject *name;     /* of the column being read, for messages */
    int64_t first_row;  /* the table's row at which the batch begins */
} ev_held;

/* Room for `count` columns of a table from row `first_row` on. NULL with an exception
 * set. */
ev_held *ev_py_held_new(Py_ssize_t count, int64_t first_row);

/* Releases the columns and everything they keep alive; NULL is allowed. */
void ev_py_held_free(ev_held *held);

/* Keeps `object` alive with the columns and takes over the reference. Returns the
 * object, or NULL with an exception set; `object` may be NULL. */
PyObject *ev_py_keep(ev_held *held, PyObject *object);

/* New memory that lives as long as the columns. NULL with an exception set. */
void *ev_py_keep_bytes(ev_held *held, Py_ssize_t size);

/* Sets an exception about a row of the column being read; row -1: about the column. */
void ev_py_column_error(const ev_held *held, PyObject *kind, Py_ssize_t row,
                        const char *what);

#endif
