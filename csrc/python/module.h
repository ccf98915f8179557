/* What each file adds to the module: functions and types. Only module.c reads these. */
#ifndef EV_PY_MODULE_H
#define EV_PY_MODULE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "base/core.h"
#include "base/kept.h"

/* The state of the module. Types and their objects hold the module. */
typedef struct ev_state {
    ev_isa isa;        /* the instruction set in use */
    ev_kept kept;      /* what is kept of the memory of panels */
    ev_memory memory;  /* the allocator of panels, which keeps */
} ev_state;

extern PyMethodDef ev_py_arrow_out_functions[], ev_py_columns_functions[],
    ev_py_csv_functions[],
    ev_py_explain_functions[], ev_py_growth_functions[], ev_py_kept_functions[],
    ev_py_kept_array_functions[], ev_py_merge_functions[],
    ev_py_panel_sums_functions[], ev_py_period_functions[], ev_py_regroup_functions[],
    ev_py_rows_functions[], ev_py_totals_functions[];
extern PyType_Spec ev_py_batches_type, ev_py_partial_type, ev_py_rows_type;

/* Nothing is kept yet. The state must not be moved. */
void ev_py_state_open(ev_state *state, ev_isa isa, uint64_t seed);

/* -1 with an exception set. */
int ev_py_add_ufuncs(PyObject *module, ev_isa isa);

#endif
