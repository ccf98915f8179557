/* Between the files that make columns of NumPy arrays and Python objects. */
#ifndef EV_PY_COLUMNS_H
#define EV_PY_COLUMNS_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "columns/column.h"

typedef struct held_columns {
    ev_batch batch;      /* first: what the capsule points to */
    ev_column *columns;  /* the columns, then room for a dictionary each */
    PyObject *objects;   /* a list of what they point into */
    PyObject *name;      /* of the column at hand, for messages */
    int64_t first_row;   /* the table's row in which the batch begins */
} held_columns;

/* New memory that lives with the columns; NULL with an exception set. */
void *ev_py_keep_bytes(held_columns *held, Py_ssize_t size);

/* Sets an exception about a row of the column at hand; row -1: about the column. */
void ev_py_column_error(const held_columns *held, PyObject *kind, Py_ssize_t row,
                        const char *what);

/* Fixed-width text of NumPy, `width` code points an item, as UTF-8. The column's length
 * is set. -1 with an exception set. */
int ev_py_unicode_column(held_columns *held, const Py_UCS4 *items, Py_ssize_t width,
                         ev_column *column);

/* "text", "int64", "float64", "null" as a type. -1 with an exception set. */
int ev_py_objects_type(PyObject *name, ev_column_type *type);

/* A list or an array of objects as EV_COL_LARGE_TEXT, EV_COL_I64 or EV_COL_F64, nothing
 * (None, NaN, NA, NaT) as null; or as many nulls as EV_COL_NULL. -1 with an exception
 * set. */
int ev_py_objects_column(held_columns *held, ev_column_type type, PyObject *objects,
                         ev_column *column);

/* See object_rows in columns.c. */
PyObject *ev_py_object_rows(PyObject *module, PyObject *objects);

#endif
