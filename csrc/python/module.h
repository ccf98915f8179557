/* What each file adds to the module: functions and types. Only module.c reads these. */
#ifndef EV_PY_MODULE_H
#define EV_PY_MODULE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "base/core.h"

extern PyMethodDef ev_py_arrow_out_functions[], ev_py_columns_functions[],
    ev_py_explain_functions[], ev_py_growth_functions[], ev_py_period_functions[],
    ev_py_regroup_functions[], ev_py_rows_functions[];
extern PyType_Spec ev_py_batches_type, ev_py_partial_type, ev_py_rows_type;

/* -1 with an exception set. */
int ev_py_add_ufuncs(PyObject *module, ev_isa isa);

#endif
