/* A ledger as a dict of NumPy arrays: "indptr", "ordinals", "rows" and "measures", as
 * engine.c describes them. */
#ifndef EV_PY_OUTPUT_H
#define EV_PY_OUTPUT_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "calendar/period.h"
#include "table/panel.h"

/* "integer", "float", "decimal"; NULL for EV_NO_GRAIN. */
const char *ev_py_grain_name(ev_grain grain);

/* The dict of a measure of a panel: its arrays are made, their addresses in *measure.
 * counts: NULL for an array of its own. NULL with an exception set. */
PyObject *ev_py_make_measure(PyObject *module, ev_scale scale, ptrdiff_t cells,
                             int has_fine, PyObject *counts, ev_panel_measure *measure);

/* The names that error messages use. */
typedef struct ev_naming {
    PyObject *keys;           /* tuple of names; NULL for an output without labels */
    PyObject *measures;       /* tuple of names */
    const ev_frequency *freq; /* NULL: periods are ordinals */
} ev_naming;

typedef struct ev_output {
    PyObject *module;        /* borrowed: of whose memory the arrays are made */
    const ev_ledger *ledger; /* finished; must outlive the output */
    ev_panel_cells panel;    /* points into the arrays of the dict */
    uint64_t *words;         /* see ev_panel_lay */
    PyObject *dict;          /* the caller may add "labels" and "codes" for messages */
} ev_output;

/* Makes the arrays and assigns cells to series: series s of the ledger becomes series
 * places[s], or s where places is NULL, among `series` of them. -1 with an exception
 * set; close the output either way. */
int ev_py_output_open(ev_output *output, PyObject *module, const ev_ledger *ledger,
                      const int32_t *places, ptrdiff_t series);

/* Writes the series start .. stop - 1, which must exist. Releases the GIL; threads may
 * write disjoint series at the same time. -1 with an exception set. */
int ev_py_output_write(ev_output *output, ptrdiff_t start, ptrdiff_t stop,
                       const ev_naming *naming);

/* Frees the output. Returns the dict, now owned by the caller, or NULL. */
PyObject *ev_py_output_close(ev_output *output);

#endif
