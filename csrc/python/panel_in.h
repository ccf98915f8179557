/* Dicts of arrays, as engine.c describes them, as finished panels of the core. */
#ifndef EV_PY_PANEL_IN_H
#define EV_PY_PANEL_IN_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "table/panel.h"

/* These set addresses to data of arrays that the list `held` keeps alive. -1 with an
 * exception set. */

/* An array of this type and length (-1: any). object NULL: there is no such entry. */
int ev_py_take_array(PyObject *held, PyObject *object, const char *name, int type,
                     ptrdiff_t length, void *address);

/* The same for an entry of a dict. */
int ev_py_take_entry(PyObject *held, PyObject *dict, const char *name, int type,
                     ptrdiff_t length, void *address);

/* The items of the array that was taken last, or -1 for none. */
ptrdiff_t ev_py_taken_size(PyObject *held);

/* The dict of one measure of `cells` cells. */
int ev_py_read_measure(PyObject *held, PyObject *dict, ptrdiff_t cells,
                       ev_panel_measure *measure);

/* The dict of a panel with so many measures; panel->measures must have room for them.
 * indptr is checked. */
int ev_py_read_panel(PyObject *held, PyObject *dict, int measures, ev_panel_cells *panel);

#endif
