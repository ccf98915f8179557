/* Many finished panels into one.
 *
 * merge_open(sources, series, measures) -> capsule
 *     sources: a list of (panel, series_map), a panel as engine.c describes it. series_map:
 *     for each of its series the new one, below `series`; they ascend, all different.
 *     measures: a tuple of names, for messages.
 * merge_count(capsule, start, stop)
 *     Counts the cells of the new series start .. stop - 1.
 * merge_prepare(capsule)
 *     Makes the arrays, once the cells of all series are counted.
 * merge_write(capsule, start, stop)
 *     Adds the cells of these series and writes them.
 * merge_finish(capsule) -> dict, as regroup gives it
 *
 * merge_count and merge_write release the GIL; threads may call them for disjoint ranges,
 * each of which must be called once. Calls out of order are a ValueError. OverflowError as
 * for Partial.
 */
#include <string.h>

#include "python/module.h"
#include "python/numpy.h"
#include "python/output.h"
#include "python/panel_in.h"
#include "python/raise.h"
#include "table/merge.h"

#define MERGE_CAPSULE "evmarket.merge"

typedef struct open_merge {
    PyObject *module;
    PyObject *held; /* a list: what keeps the arrays of the sources alive */
    PyObject *names;
    ev_merge_part *parts;
    ev_merge merge;
    ev_output output;
    int prepared;
} open_merge;

static void free_merge(open_merge *open)
{
    for (ptrdiff_t p = 0; open->parts != NULL && p < open->merge.count; p++) {
        PyMem_Free(open->parts[p].panel.measures);
    }
    PyMem_Free(open->parts);
    Py_XDECREF(ev_py_output_close(&open->output));
    Py_XDECREF(open->held);
    Py_XDECREF(open->names);
    Py_XDECREF(open->module);
    PyMem_Free(open);
}

static void release_merge(PyObject *capsule)
{
    free_merge(PyCapsule_GetPointer(capsule, MERGE_CAPSULE));
}

/* 0 with an exception set unless the new series ascend from 0 or more to below `series`. */
static int check_series(const ev_merge_part *part, ptrdiff_t series)
{
    int64_t before = -1;
    int good = 1;
    for (ptrdiff_t s = 0; s < part->panel.series && good; s++) {
        good = part->series[s] > before && part->series[s] < series;
        before = part->series[s];
    }
    if (!good) {
        PyErr_SetString(PyExc_ValueError, "series_map needs to ascend within the new series");
    }
    return good;
}

static int read_part(open_merge *open, PyObject *item, ev_merge_part *part)
{
    PyObject *dict, *map;
    int failed = 0;
    part->panel.measures =
        PyMem_Calloc((size_t)open->merge.measures + 1, sizeof *part->panel.measures);
    if (part->panel.measures == NULL) {
        PyErr_NoMemory();
        failed = 1;
    }
    failed = failed || !PyTuple_Check(item) ||
             !PyArg_ParseTuple(item, "O!O:source", &PyDict_Type, &dict, &map) ||
             ev_py_read_panel(open->held, dict, open->merge.measures, &part->panel) < 0 ||
             ev_py_take_array(open->held, map, "series_map", NPY_INT64,
                              part->panel.series, &part->series) < 0 ||
             !check_series(part, open->output.panel.series);
    if (failed && !PyErr_Occurred()) {
        PyErr_SetString(PyExc_TypeError, "a source needs (panel, series_map)");
    }
    return failed ? -1 : 0;
}

static int read_parts(open_merge *open, PyObject *sources)
{
    const Py_ssize_t count = PyList_Size(sources);
    int failed = 0;
    open->parts = PyMem_Calloc((size_t)count + 1, sizeof *open->parts);
    if (open->parts == NULL) {
        PyErr_NoMemory();
        failed = 1;
    }
    open->merge.parts = open->parts;
    for (Py_ssize_t p = 0; p < count && !failed; p++) {
        open->merge.count = p + 1;
        failed = read_part(open, PyList_GetItem(sources, p), &open->parts[p]) < 0;
    }
    return failed ? -1 : 0;
}

static PyObject *merge_open(PyObject *module, PyObject *args)
{
    const ev_state *state = PyModule_GetState(module);
    PyObject *sources, *names, *capsule = NULL;
    Py_ssize_t series = 0;
    if (!PyArg_ParseTuple(args, "O!nO!:merge_open", &PyList_Type, &sources, &series,
                          &PyTuple_Type, &names)) {
        return NULL;
    }
    open_merge *open = PyMem_Calloc(1, sizeof *open);
    if (open == NULL) {
        return PyErr_NoMemory();
    }
    open->module = Py_NewRef(module);
    open->names = Py_NewRef(names);
    open->held = PyList_New(0);
    open->merge.memory = &state->memory;
    open->merge.measures = (int)PyTuple_Size(names);
    int failed = open->held == NULL;
    if (!failed && (series < 0 || series > INT32_MAX)) {
        ev_py_raise(PyExc_ValueError, "series is %zd", series);
        failed = 1;
    }
    failed = failed ||
             ev_py_output_begin(&open->output, module, open->merge.measures, series) < 0 ||
             read_parts(open, sources) < 0;
    if (!failed) {
        /* A series that is not counted has no cells. */
        memset(open->output.panel.indptr, 0, (size_t)(series + 1) * sizeof(int64_t));
        capsule = PyCapsule_New(open, MERGE_CAPSULE, release_merge);
    }
    if (capsule == NULL) {
        free_merge(open);
    }
    return capsule;
}

/* The merge of a capsule, or NULL with an exception set. */
static open_merge *take_merge(PyObject *capsule, int prepared)
{
    open_merge *open = PyCapsule_GetPointer(capsule, MERGE_CAPSULE);
    if (open != NULL && (open->prepared != prepared || open->output.dict == NULL)) {
        PyErr_SetString(PyExc_ValueError, "call merge_count, merge_prepare, merge_write and "
                                          "merge_finish in this order");
        open = NULL;
    }
    return open;
}

/* The merge and the range of arguments (capsule, start, stop). */
static open_merge *take_range(PyObject *args, int prepared, Py_ssize_t *start,
                              Py_ssize_t *stop)
{
    PyObject *capsule;
    open_merge *open = NULL;
    if (PyArg_ParseTuple(args, "Onn", &capsule, start, stop)) {
        open = take_merge(capsule, prepared);
    }
    if (open != NULL &&
        (*start < 0 || *start > *stop || *stop > open->output.panel.series)) {
        ev_py_raise(PyExc_ValueError, "no series %zd .. %zd", *start, *stop);
        open = NULL;
    }
    return open;
}

static PyObject *merge_count(PyObject *Py_UNUSED(module), PyObject *args)
{
    Py_ssize_t start = 0, stop = 0;
    open_merge *open = take_range(args, 0, &start, &stop);
    PyObject *answer = NULL;
    if (open != NULL) {
        ev_result result;
        Py_BEGIN_ALLOW_THREADS
        result = ev_merge_count(&open->merge, start, stop, open->output.panel.indptr + 1);
        Py_END_ALLOW_THREADS
        answer = result == EV_DONE ? Py_NewRef(Py_None) : PyErr_NoMemory();
    }
    return answer;
}

/* How the arrays of a measure are made; -1 with an exception set. */
static int read_form(const ev_merge *merge, int measure, ev_measure_form *form)
{
    *form = (ev_measure_form){{EV_NO_GRAIN, 0}, 0, 0};
    const ev_result result = ev_merge_scale(merge, measure, &form->scale);
    for (ptrdiff_t p = 0; p < merge->count; p++) {
        const ev_panel_measure *part = &merge->parts[p].panel.measures[measure];
        form->has_fine |= part->fine != NULL;
        form->has_counts |= part->counts != NULL;
    }
    if (result != EV_DONE) {
        PyErr_SetString(PyExc_ValueError,
                        "decimals need the same number of places in all sources");
    }
    return result == EV_DONE ? 0 : -1;
}

static PyObject *merge_prepare(PyObject *Py_UNUSED(module), PyObject *capsule)
{
    open_merge *open = take_merge(capsule, 0);
    int failed = open == NULL;
    if (!failed) {
        const ev_panel_cells *panel = &open->output.panel;
        for (ptrdiff_t s = 0; s < panel->series; s++) {
            panel->indptr[s + 1] += panel->indptr[s];
        }
        open->prepared = 1;
        failed = ev_py_output_make_cells(&open->output) < 0;
    }
    for (int k = 0; !failed && k < open->merge.measures; k++) {
        ev_measure_form form;
        failed = read_form(&open->merge, k, &form) < 0 ||
                 ev_py_output_make_measure(&open->output, k, form) < 0;
    }
    if (failed && open != NULL) {
        Py_XDECREF(ev_py_output_close(&open->output)); /* of no more use */
    }
    return failed ? NULL : Py_NewRef(Py_None);
}

static PyObject *merge_write(PyObject *Py_UNUSED(module), PyObject *args)
{
    Py_ssize_t start = 0, stop = 0;
    open_merge *open = take_range(args, 1, &start, &stop);
    PyObject *answer = NULL;
    if (open != NULL) {
        const ev_naming naming = {.measures = open->names};
        ev_panel_place place = {0, 0};
        ev_result result;
        Py_BEGIN_ALLOW_THREADS
        result = ev_merge_write(&open->merge, start, stop, &open->output.panel, &place);
        Py_END_ALLOW_THREADS
        if (result == EV_RANGE) {
            ev_py_output_raise(&open->output, &naming, &place);
        }
        else {
            answer = result == EV_DONE ? Py_NewRef(Py_None) : PyErr_NoMemory();
        }
    }
    return answer;
}

static PyObject *merge_finish(PyObject *Py_UNUSED(module), PyObject *capsule)
{
    open_merge *open = take_merge(capsule, 1);
    return open == NULL ? NULL : ev_py_output_close(&open->output);
}

PyMethodDef ev_py_merge_functions[] = {
    {"merge_open", merge_open, METH_VARARGS,
     "merge_open(sources, series, measures) -> capsule: see merge.c."},
    {"merge_count", merge_count, METH_VARARGS, "merge_count(capsule, start, stop)"},
    {"merge_prepare", merge_prepare, METH_O, "merge_prepare(capsule)"},
    {"merge_write", merge_write, METH_VARARGS, "merge_write(capsule, start, stop)"},
    {"merge_finish", merge_finish, METH_O, "merge_finish(capsule) -> dict"},
    {NULL, NULL, 0, NULL},
};
