/* Between the files of the table engine that speak to Python. */
#ifndef EV_PY_ENGINE_H
#define EV_PY_ENGINE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "partial.h"

/* The words for an error that names a cell; all but measures may be NULL. */
typedef struct ev_naming {
    PyObject *keys;     /* tuple of names */
    PyObject *labels;   /* list of lists */
    PyObject *codes;    /* int32 array (series, keys) */
    PyObject *measures; /* tuple of names */
    const ev_frequency *freq;
} ev_naming;

/* The dict of a settled ledger: "indptr", "ordinals", "rows", "measures". places[s] is
 * where series s goes among `series` of them; NULL: as they are. NULL with an exception
 * set. */
PyObject *ev_py_panel(const ev_ledger *ledger, const int32_t *places, ptrdiff_t series,
                      const ev_naming *naming);

/* The whole dict of a partial, which may then only be closed; naming gives the names. */
PyObject *ev_py_finish(ev_partial *partial, const ev_naming *names);

/* Sets the exception for what ev_partial_add (batch) or ev_partial_merge (NULL) found. */
void ev_py_raise_batch(const ev_naming *naming, PyObject *period, ev_result result,
                       const ev_place *place, const ev_batch_columns *batch);

int ev_py_add_regroup(PyObject *module);

#endif
