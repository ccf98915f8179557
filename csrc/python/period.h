/* The calendar for the other files of the extension. */
#ifndef EV_PY_PERIOD_H
#define EV_PY_PERIOD_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "calendar/lag.h"
#include "table/period_column.h"

/* Converter for "O&": a frequency's name into an ev_frequency. ValueError names what is
 * accepted; TypeError for an object that is not text. */
int ev_py_frequency(PyObject *name, void *freq);

/* Converter for "O&": a tuple (frequency's name or None, periods, months, nearest) into
 * an ev_lag; None is for integers, which have no months. ValueError for months at a
 * frequency that has none by date. */
int ev_py_lag(PyObject *tuple, void *lag);

/* Sets the exception for the row that ev_period_ordinals or ev_period_decode named.
 * `name` is the user's word for the column, `rows_before` what to add to `row` for the
 * message. Always returns NULL. */
PyObject *ev_py_period_error(const char *name, const ev_column *when,
                             const ev_column *within, ev_frequency freq, ptrdiff_t row,
                             ptrdiff_t rows_before);

#endif
