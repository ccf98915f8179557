/* Between the files of the table engine that speak to Python. */
#ifndef EV_PY_ENGINE_H
#define EV_PY_ENGINE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "table/panel.h"
#include "table/partial.h"

/* The words for an error that names a cell; all but measures may be NULL. */
typedef struct ev_naming {
    PyObject *keys;     /* tuple of names */
    PyObject *labels;   /* list of lists */
    PyObject *codes;    /* int32 array (series, keys) */
    PyObject *measures; /* tuple of names */
    const ev_frequency *freq;
} ev_naming;

/* A settled ledger on its way into the arrays of a dict: "indptr", "ordinals", "rows",
 * "measures". */
typedef struct ev_sheet {
    const ev_ledger *ledger;
    ev_panel_cells panel;
    uint64_t *words;
    PyObject *dict;
} ev_sheet;

/* Makes the arrays and lays the cells out; places[s] is where series s goes among
 * `series` of them; NULL: as they are. Returns -1 with an exception set, 0 otherwise;
 * close it either way. */
int ev_py_sheet_open(ev_sheet *sheet, const ev_ledger *ledger, const int32_t *places,
                     ptrdiff_t series);

/* Writes the series start .. stop - 1, which must lie within the sheet. Releases the GIL;
 * threads may write disjoint series at the same time. -1 with an exception set. */
int ev_py_sheet_write(ev_sheet *sheet, ptrdiff_t start, ptrdiff_t stop,
                      const ev_naming *naming);

/* Gives the memory back; the dict, which the caller now owns, or NULL. */
PyObject *ev_py_sheet_close(ev_sheet *sheet);

/* Writes all series of an open sheet; -1 with an exception set. */
typedef int ev_write_all(ev_sheet *sheet, const ev_naming *naming, void *context);

/* The whole dict of a partial, which may then only be closed, by way of *sheet; names
 * gives the names. */
PyObject *ev_py_finish(ev_partial *partial, const ev_naming *names, ev_sheet *sheet,
                       ev_write_all *write_all, void *context);

/* Sets the exception for what ev_partial_add (batch) or ev_partial_merge (NULL) found. */
void ev_py_raise_batch(const ev_naming *naming, PyObject *period, ev_result result,
                       const ev_place *place, const ev_batch_columns *batch);

int ev_py_add_regroup(PyObject *module);

#endif
