/* Finished panels into a new one: the function regroup, described in engine.c. */
#include <string.h>

#include "python/module.h"
#include "python/numpy.h"
#include "python/output.h"
#include "python/panel_in.h"
#include "python/raise.h"

/* One source and the arrays that it points into. */
typedef struct held_source {
    ev_panel_cells panel;
    ev_panel_map map;
    PyObject *held; /* a list */
} held_source;

static int read_map(held_source *source, PyObject *series_map, PyObject *period_map,
                    PyObject *keep, ptrdiff_t series)
{
    ev_panel_map *map = &source->map;
    const ptrdiff_t count = source->panel.series;
    map->count = series;
    int failed =
        ev_py_take_array(source->held, series_map, "series_map", NPY_INT64, count, &map->series) < 0;
    for (ptrdiff_t s = 0; s < count && !failed; s++) {
        if (map->series[s] >= series) {
            ev_py_raise(PyExc_ValueError, "series_map[%zd] is %lld: needs less than %zd", s,
                        (long long)map->series[s], series);
            failed = 1;
        }
    }
    if (!failed && period_map != Py_None) {
        long long low = 0;
        PyObject *table = NULL;
        failed = !PyArg_ParseTuple(period_map, "LO:period_map", &low, &table) ||
                 ev_py_take_array(source->held, table, "period_map", NPY_INT64, -1, &map->periods) < 0;
        map->low = low;
        map->period_count = failed ? 0 : ev_py_taken_size(source->held);
    }
    if (!failed && keep != Py_None) {
        failed = ev_py_take_array(source->held, keep, "keep", NPY_BOOL, source->panel.cells,
                                  &map->keep) < 0;
    }
    return failed ? -1 : 0;
}

static int read_source(held_source *source, PyObject *item, ptrdiff_t series, int measures)
{
    PyObject *dict, *series_map, *period_map, *keep;
    source->held = PyList_New(0);
    source->panel.measures =
        PyMem_Calloc((size_t)measures + 1, sizeof *source->panel.measures);
    int failed = source->held == NULL;
    if (!failed && source->panel.measures == NULL) {
        PyErr_NoMemory();
        failed = 1;
    }
    failed = failed ||
             !PyArg_ParseTuple(item, "O!OOO:source", &PyDict_Type, &dict, &series_map,
                               &period_map, &keep) ||
             ev_py_read_panel(source->held, dict, measures, &source->panel) < 0 ||
             read_map(source, series_map, period_map, keep, series) < 0;
    return failed ? -1 : 0;
}

static int absorb(ev_ledger *ledger, PyObject *item, ptrdiff_t series)
{
    held_source source;
    memset(&source, 0, sizeof source);
    int failed = 1;
    if (!PyTuple_Check(item)) {
        PyErr_SetString(PyExc_TypeError, "a source needs (panel, series_map, period_map, keep)");
    }
    else {
        failed = read_source(&source, item, series, ledger->measures) < 0;
    }
    if (!failed) {
        ev_result result;
        Py_BEGIN_ALLOW_THREADS
        result = ev_panel_regroup(ledger, &source.panel, &source.map);
        Py_END_ALLOW_THREADS
        failed = result != EV_DONE;
        if (result == EV_NO_MEMORY) {
            PyErr_NoMemory();
        }
        else if (failed) {
            const int places = result == EV_BAD_FORMAT;
            PyErr_SetString(
                places ? PyExc_ValueError : PyExc_OverflowError,
                places ? "decimals need the same number of places in all sources"
                       : "a period outside int32, or more than 2^32 - 2 cells");
        }
    }
    Py_XDECREF(source.held);
    PyMem_Free(source.panel.measures);
    return failed ? -1 : 0;
}

static PyObject *regroup(PyObject *module, PyObject *args)
{
    const ev_state *state = PyModule_GetState(module);
    PyObject *sources, *measures, *panel = NULL;
    Py_ssize_t series = 0;
    if (PyArg_ParseTuple(args, "OnO!:regroup", &sources, &series, &PyTuple_Type,
                         &measures)) {
        const ev_naming naming = {.measures = measures};
        const Py_ssize_t count = PySequence_Size(sources);
        ev_ledger ledger;
        int failed = count < 0;
        const ev_result opened =
            ev_ledger_open(&ledger, &state->memory, (int)PyTuple_Size(measures),
                           (ev_row_rule){EV_ADD, 0, 0});
        if (opened != EV_DONE) {
            PyErr_NoMemory();
            failed = 1;
        }
        if (!failed && (series < 0 || series > INT32_MAX)) {
            ev_py_raise(PyExc_ValueError, "series is %zd", series);
            failed = 1;
        }
        for (Py_ssize_t i = 0; i < count && !failed; i++) {
            PyObject *item = PySequence_GetItem(sources, i);
            failed = item == NULL || absorb(&ledger, item, series) < 0;
            Py_XDECREF(item);
        }
        if (!failed && ev_ledger_finish(&ledger) != EV_DONE) {
            PyErr_NoMemory();
            failed = 1;
        }
        if (!failed) {
            ev_output output;
            failed = ev_py_output_open(&output, module, &ledger, NULL, series) < 0 ||
                     ev_py_output_write(&output, 0, series, &naming) < 0;
            panel = ev_py_output_close(&output);
        }
        if (failed) {
            Py_CLEAR(panel);
        }
        ev_ledger_close(&ledger);
    }
    return panel;
}

PyMethodDef ev_py_regroup_functions[] = {
    {"regroup", regroup, METH_VARARGS,
     "regroup(sources, series, measures) -> dict of arrays: see engine.c."},
    {NULL, NULL, 0, NULL},
};
