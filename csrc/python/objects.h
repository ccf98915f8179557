/* Columns of Python objects and of fixed-width text. */
#ifndef EV_PY_OBJECTS_H
#define EV_PY_OBJECTS_H

#include "python/held.h"

/* NumPy's fixed-width text, `width` code points per item, as UTF-8. column->length must
 * be set. -1 with an exception set. */
int ev_py_unicode_column(ev_held *held, const Py_UCS4 *items, Py_ssize_t width,
                         ev_column *column);

/* "text", "int64", "float64", "null" as a type. -1 with an exception set. */
int ev_py_objects_type(PyObject *name, ev_column_type *type);

/* A list or an array of objects as EV_COL_LARGE_TEXT, EV_COL_I64 or EV_COL_F64, where
 * None, NaN, NA and NaT are null; or as EV_COL_NULL, all null. -1 with an exception
 * set. */
int ev_py_objects_column(ev_held *held, ev_column_type type, PyObject *objects,
                         ev_column *column);

/* See object_rows in columns.c. */
PyObject *ev_py_object_rows(PyObject *module, PyObject *objects);

#endif
