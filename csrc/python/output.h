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

/* Which arrays a measure has. */
typedef struct ev_measure_form {
    ev_scale scale;
    int has_fine;
    int has_counts; /* of its own; else they are the rows */
} ev_measure_form;

/* The names that error messages use. */
typedef struct ev_naming {
    PyObject *keys;           /* tuple of names; NULL for an output without labels */
    PyObject *measures;       /* tuple of names */
    const ev_frequency *freq; /* NULL: periods are ordinals */
} ev_naming;

typedef struct ev_output {
    PyObject *module;        /* borrowed: of whose memory the arrays are made */
    const ev_ledger *ledger; /* finished; must outlive the output. NULL: see begin */
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

/* The same for cells that do not come from a ledger, in three steps; the caller writes
 * them. Begin makes panel.indptr, which the caller then sets. */
int ev_py_output_begin(ev_output *output, PyObject *module, int measures,
                       ptrdiff_t series);
int ev_py_output_make_cells(ev_output *output);
int ev_py_output_make_measure(ev_output *output, int measure, ev_measure_form form);

/* Sets the exception of a total that cannot be held. */
void ev_py_output_raise(const ev_output *output, const ev_naming *naming,
                        const ev_panel_place *place);

/* Frees the output. Returns the dict, now owned by the caller, or NULL. */
PyObject *ev_py_output_close(ev_output *output);

/* An entry of a dict, borrowed; NULL if there is none, or with an exception set. */
PyObject *ev_py_entry(PyObject *dict, const char *name);

#endif
