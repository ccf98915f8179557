/* Sums of cells that keep their places, and look-ups of cells.
 *
 * add_sums(measures) -> (measure, bad)
 *     The exact sum of the same cells of all measures, dicts as engine.c describes them.
 *     bad: -1, or the first cell whose total is outside the range; then the measure is
 *     of no use. ValueError: decimals of different numbers of places.
 * slide_sums(measure, known, first, last) -> (measure, bad)
 *     For each i the exact sum of the cells first[i] .. last[i] where known (bool) holds;
 *     int64 numbers of cells.
 * find_cells(indptr, ordinals, series, wanted, exact) -> int64 array
 *     For each place (series, wanted ordinal) the number of its cell or -1, which it is for
 *     a series of -1, too; with exact False the first cell of the series at or after it,
 *     else where the next series begins.
 * arrange(places, count) -> (offsets, order)
 *     The rows by their place below count, in order; rows with -1 are left out. Place k has
 *     the rows order[offsets[k]:offsets[k + 1]].
 *
 * They release the GIL.
 */
#include <string.h>

#include "python/module.h"
#include "python/numpy.h"
#include "python/output.h"
#include "python/panel_in.h"
#include "table/panel_sums.h"

/* Measures read from dicts. */
typedef struct read_terms {
    ev_panel_measure *terms;
    PyObject *held; /* what keeps their arrays alive */
    int count;
    ptrdiff_t cells;
    ev_scale scale; /* that holds all of them */
    int has_fine;
} read_terms;

static int read_term(read_terms *read, PyObject *dict)
{
    ev_panel_measure *term = &read->terms[read->count];
    PyObject *low = PyDict_Check(dict) ? ev_py_entry(dict, "lo") : NULL;
    int failed = 0;
    if (read->count == 0 && low != NULL) {
        read->cells = PyObject_Size(low);
    }
    failed = PyErr_Occurred() != NULL ||
             ev_py_read_measure(read->held, dict, read->cells, term) < 0;
    if (!failed && term->counts == NULL) {
        PyErr_SetString(PyExc_ValueError, "a measure needs its counts");
        failed = 1;
    }
    else if (!failed && ev_scale_join(read->scale, term->scale, &read->scale) != EV_DONE) {
        PyErr_SetString(PyExc_ValueError, "decimals need the same number of places");
        failed = 1;
    }
    if (!failed) {
        read->has_fine |= term->fine != NULL;
        read->count++;
    }
    return failed ? -1 : 0;
}

/* Close it whatever the result; -1 with an exception set. */
static int open_terms(read_terms *read, PyObject *list)
{
    const Py_ssize_t count = PyList_Check(list) ? PyList_Size(list) : 0;
    memset(read, 0, sizeof *read);
    read->held = PyList_New(0);
    read->terms = PyMem_Calloc((size_t)count + 1, sizeof *read->terms);
    int failed = read->held == NULL;
    if (!failed && read->terms == NULL) {
        PyErr_NoMemory();
        failed = 1;
    }
    else if (!failed && count == 0) {
        PyErr_SetString(PyExc_TypeError, "needs a list of measures");
        failed = 1;
    }
    for (Py_ssize_t t = 0; t < count && !failed; t++) {
        failed = read_term(read, PyList_GetItem(list, t)) < 0;
    }
    return failed ? -1 : 0;
}

static void close_terms(read_terms *read)
{
    Py_XDECREF(read->held);
    PyMem_Free(read->terms);
}

/* (dict, bad cell); takes over the dict, also on failure. */
static PyObject *answer_of(PyObject *dict, ev_result result, ptrdiff_t bad)
{
    PyObject *answer =
        Py_BuildValue("On", dict, (Py_ssize_t)(result == EV_DONE ? -1 : bad));
    Py_DECREF(dict);
    return answer;
}

static PyObject *add_sums(PyObject *module, PyObject *measures)
{
    read_terms read;
    PyObject *answer = NULL;
    if (open_terms(&read, measures) == 0) {
        ev_panel_measure into;
        PyObject *dict =
            ev_py_make_measure(module, read.scale, read.cells, read.has_fine, NULL, &into);
        if (dict != NULL) {
            ev_result result;
            ptrdiff_t bad = -1;
            Py_BEGIN_ALLOW_THREADS
            result = ev_panel_add(read.terms, read.count, read.cells, &into, &bad);
            Py_END_ALLOW_THREADS
            answer = answer_of(dict, result, bad);
        }
    }
    close_terms(&read);
    return answer;
}

/* Whether all windows lie within the cells; else 0 with an exception set. */
static int are_windows(const int64_t *first, const int64_t *last, ptrdiff_t n,
                       ptrdiff_t cells)
{
    int good = 1;
    for (ptrdiff_t i = 0; i < n && good; i++) {
        good = first[i] >= 0 && first[i] <= cells && last[i] < cells;
    }
    if (!good) {
        PyErr_SetString(PyExc_ValueError, "a window outside the cells");
    }
    return good;
}

static PyObject *slide_sums(PyObject *module, PyObject *args)
{
    PyObject *measure, *known, *first, *last, *answer = NULL;
    read_terms read;
    memset(&read, 0, sizeof read);
    if (PyArg_ParseTuple(args, "OOOO:slide_sums", &measure, &known, &first, &last)) {
        PyObject *list = Py_BuildValue("[O]", measure);
        const int64_t *low = NULL, *high = NULL;
        const uint8_t *mask = NULL;
        int failed = list == NULL || open_terms(&read, list) < 0;
        Py_XDECREF(list);
        failed = failed ||
                 ev_py_take_array(read.held, known, "known", NPY_BOOL, read.cells, &mask) < 0 ||
                 ev_py_take_array(read.held, first, "first", NPY_INT64, -1, &low) < 0;
        const ptrdiff_t n = failed ? 0 : ev_py_taken_size(read.held);
        failed = failed ||
                 ev_py_take_array(read.held, last, "last", NPY_INT64, n, &high) < 0 ||
                 !are_windows(low, high, n, read.cells);
        ev_panel_measure into;
        PyObject *dict =
            failed ? NULL : ev_py_make_measure(module, read.scale, n, read.has_fine, NULL, &into);
        if (dict != NULL) {
            ev_result result;
            ptrdiff_t bad = -1;
            Py_BEGIN_ALLOW_THREADS
            result = ev_panel_slide(read.terms, read.cells, mask, low, high, n, &into, &bad);
            Py_END_ALLOW_THREADS
            answer = answer_of(dict, result, bad);
        }
        close_terms(&read);
    }
    return answer;
}

/* Whether indptr describes cells, and every series exists, or is -1 if that is the least
 * one; else 0 with an exception set. */
static int are_places(const int64_t *indptr, ptrdiff_t count, ptrdiff_t cells,
                      const int64_t *series, ptrdiff_t n, int64_t least)
{
    int good = count >= 0 && indptr[0] == 0 && indptr[count] == cells;
    for (ptrdiff_t s = 0; s < count && good; s++) {
        good = indptr[s] <= indptr[s + 1];
    }
    for (ptrdiff_t i = 0; i < n && good; i++) {
        good = series[i] >= least && series[i] < count;
    }
    if (!good) {
        PyErr_SetString(PyExc_ValueError, "places that are not those of the cells");
    }
    return good;
}

static PyObject *find_cells(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *indptr, *ordinals, *series, *wanted, *numbers = NULL;
    PyObject *held = PyList_New(0);
    int exact = 0;
    if (held != NULL && PyArg_ParseTuple(args, "OOOOp:find_cells", &indptr, &ordinals,
                                         &series, &wanted, &exact)) {
        const int64_t *starts = NULL, *periods = NULL, *rows = NULL, *asked = NULL;
        int failed = ev_py_take_array(held, indptr, "indptr", NPY_INT64, -1, &starts) < 0;
        const ptrdiff_t count = ev_py_taken_size(held) - 1;
        failed = failed ||
                 ev_py_take_array(held, ordinals, "ordinals", NPY_INT64, -1, &periods) < 0;
        const ptrdiff_t cells = ev_py_taken_size(held);
        failed =
            failed || ev_py_take_array(held, series, "series", NPY_INT64, -1, &rows) < 0;
        npy_intp n = failed ? 0 : (npy_intp)ev_py_taken_size(held);
        failed = failed ||
                 ev_py_take_array(held, wanted, "wanted", NPY_INT64, n, &asked) < 0 ||
                 !are_places(starts, count, cells, rows, n, exact ? -1 : 0);
        numbers = failed ? NULL : PyArray_SimpleNew(1, &n, NPY_INT64);
        if (numbers != NULL) {
            int64_t *to = PyArray_DATA((PyArrayObject *)numbers);
            Py_BEGIN_ALLOW_THREADS
            ev_panel_find(starts, count, periods, cells, rows, asked, n, exact, to);
            Py_END_ALLOW_THREADS
        }
    }
    Py_XDECREF(held);
    return numbers;
}

static PyObject *arrange(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *given, *answer = NULL, *offsets = NULL, *order = NULL;
    PyObject *held = PyList_New(0);
    Py_ssize_t count = 0;
    if (held != NULL && PyArg_ParseTuple(args, "On:arrange", &given, &count)) {
        const int64_t *places = NULL;
        int failed = ev_py_take_array(held, given, "places", NPY_INT64, -1, &places) < 0;
        const ptrdiff_t n = failed ? 0 : ev_py_taken_size(held);
        npy_intp ends = count + 1, kept = 0;
        int64_t *starts = NULL;
        int good = count >= 0 && count < PTRDIFF_MAX;
        offsets = failed || !good ? NULL : PyArray_SimpleNew(1, &ends, NPY_INT64);
        if (offsets != NULL) {
            starts = PyArray_DATA((PyArrayObject *)offsets);
            Py_BEGIN_ALLOW_THREADS
            good = ev_rows_offsets(places, n, count, starts);
            Py_END_ALLOW_THREADS
            kept = starts[count];
        }
        if (!failed && !good) {
            PyErr_SetString(PyExc_ValueError, "places that do not exist");
        }
        else if (offsets != NULL) {
            order = PyArray_ZEROS(1, &kept, NPY_INT64, 0);
        }
        if (order != NULL) {
            int64_t *rows = PyArray_DATA((PyArrayObject *)order);
            Py_BEGIN_ALLOW_THREADS
            ev_rows_arrange(places, n, count, starts, rows);
            Py_END_ALLOW_THREADS
            answer = Py_BuildValue("OO", offsets, order);
        }
    }
    Py_XDECREF(held);
    Py_XDECREF(offsets);
    Py_XDECREF(order);
    return answer;
}

PyMethodDef ev_py_panel_sums_functions[] = {
    {"add_sums", add_sums, METH_O, "add_sums(measures) -> (measure, bad cell)"},
    {"slide_sums", slide_sums, METH_VARARGS,
     "slide_sums(measure, known, first, last) -> (measure, bad cell)"},
    {"arrange", arrange, METH_VARARGS, "arrange(places, count) -> (offsets, order)"},
    {"find_cells", find_cells, METH_VARARGS,
     "find_cells(indptr, ordinals, series, wanted, exact) -> int64 array"},
    {NULL, NULL, 0, NULL},
};
