/* What each file adds to the module: its functions and types. Only module.c calls
 * these. They return 0, or -1 with an exception set. */
#ifndef EV_PY_MODULE_H
#define EV_PY_MODULE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "base/core.h"

int ev_py_add_ufuncs(PyObject *module, ev_isa isa);
int ev_py_add_growth(PyObject *module);
int ev_py_add_lag(PyObject *module);
int ev_py_add_columns(PyObject *module);
int ev_py_add_engine(PyObject *module);
int ev_py_add_regroup(PyObject *module);
int ev_py_add_rows(PyObject *module);
int ev_py_add_arrow(PyObject *module);
int ev_py_add_arrow_out(PyObject *module);
int ev_py_add_period(PyObject *module);
int ev_py_add_figures(PyObject *module, ev_isa isa);
int ev_py_add_explain(PyObject *module);

#endif
