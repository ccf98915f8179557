/* NumPy arrays whose memory is kept for the next ones when they end. */
#ifndef EV_PY_KEPT_ARRAY_H
#define EV_PY_KEPT_ARRAY_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

/* A new array of 8-byte items of a NumPy type, not initialised. Small ones are NumPy's own;
 * the memory of others is the module's. NULL with an exception set. */
PyObject *ev_py_kept_array(PyObject *module, int dimensions, const Py_ssize_t *shape,
                           int type);

#endif
