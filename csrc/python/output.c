#include "python/output.h"

#include <string.h>

#include "base/memory.h"
#include "python/errors.h"
#include "python/kept_array.h"
#include "python/numpy.h"

PyObject *ev_py_entry(PyObject *dict, const char *name)
{
    /* PyDict_GetItemString hides errors of the allocator. */
    PyObject *key = PyUnicode_FromString(name);
    PyObject *found = key == NULL ? NULL : PyDict_GetItemWithError(dict, key);
    Py_XDECREF(key);
    return found;
}

/* Puts a new array of 8-byte items into the dict, which keeps it. Its data, or NULL on
 * failure. */
static void *put_array(PyObject *module, PyObject *dict, const char *name,
                       ptrdiff_t count, int type)
{
    void *data = NULL;
    PyObject *array = ev_py_kept_array(module, 1, &count, type);
    if (array != NULL && PyDict_SetItemString(dict, name, array) == 0) {
        data = PyArray_DATA((PyArrayObject *)array);
    }
    Py_XDECREF(array); /* the dict holds it */
    return data;
}

/* ---- a ledger as arrays ---- */

const char *ev_py_grain_name(ev_grain grain)
{
    static const char *const names[] = {NULL, "integer", "float", "decimal"};
    return names[grain];
}

PyObject *ev_py_make_measure(PyObject *module, ev_scale scale, ptrdiff_t cells,
                             int has_fine, PyObject *counts, ev_panel_measure *measure)
{
    const int wide = scale.grain == EV_BINARY || scale.grain == EV_DECIMAL;
    PyObject *dict = Py_BuildValue(
        "{s:z,s:i,s:O,s:O,s:O}", "grain", ev_py_grain_name(scale.grain), "places",
        scale.places, "hi", Py_None, "fine", Py_None, "counts",
        counts == NULL ? Py_None : counts);
    int failed = dict == NULL;
    memset(measure, 0, sizeof *measure);
    measure->scale = scale;
    if (!failed) {
        measure->lo = put_array(module, dict, "lo", cells, NPY_UINT64);
        measure->values = put_array(module, dict, "values", cells, NPY_DOUBLE);
        failed = measure->lo == NULL || measure->values == NULL;
    }
    if (!failed && wide) {
        measure->hi = put_array(module, dict, "hi", cells, NPY_INT64);
        failed = measure->hi == NULL;
    }
    if (!failed && has_fine) {
        measure->fine = put_array(module, dict, "fine", cells, NPY_UINT64);
        failed = measure->fine == NULL;
    }
    if (!failed && counts == NULL) {
        measure->counts = put_array(module, dict, "counts", cells, NPY_INT64);
        failed = measure->counts == NULL;
    }
    if (failed) {
        Py_CLEAR(dict);
    }
    return dict;
}

int ev_py_output_begin(ev_output *output, PyObject *module, int measures,
                       ptrdiff_t series)
{
    memset(output, 0, sizeof *output);
    output->module = module;
    output->panel.series = series;
    output->panel.measures =
        PyMem_Calloc((size_t)measures + 1, sizeof *output->panel.measures);
    output->dict = Py_BuildValue("{s:N}", "measures", PyList_New(measures));
    int failed = output->dict == NULL;
    if (output->panel.measures == NULL) {
        PyErr_NoMemory();
        failed = 1;
    }
    if (!failed) {
        output->panel.indptr =
            put_array(module, output->dict, "indptr", series + 1, NPY_INT64);
        failed = output->panel.indptr == NULL;
    }
    return failed ? -1 : 0;
}

int ev_py_output_make_cells(ev_output *output)
{
    ev_panel_cells *panel = &output->panel;
    const ptrdiff_t cells = (ptrdiff_t)panel->indptr[panel->series];
    panel->ordinals = put_array(output->module, output->dict, "ordinals", cells, NPY_INT64);
    panel->rows = put_array(output->module, output->dict, "rows", cells, NPY_INT64);
    return panel->ordinals == NULL || panel->rows == NULL ? -1 : 0;
}

int ev_py_output_make_measure(ev_output *output, int measure, ev_measure_form form)
{
    const ev_panel_cells *panel = &output->panel;
    PyObject *measures = ev_py_entry(output->dict, "measures");
    PyObject *rows = measures == NULL ? NULL : ev_py_entry(output->dict, "rows");
    PyObject *made =
        rows == NULL
            ? NULL
            : ev_py_make_measure(
                  output->module, form.scale, (ptrdiff_t)panel->indptr[panel->series],
                  form.has_fine, form.has_counts ? NULL : rows, &panel->measures[measure]);
    return made == NULL || PyList_SetItem(measures, measure, made) < 0 ? -1 : 0;
}

/* The arrays of the cells of a ledger; -1 with an exception set. */
static int make_arrays(ev_output *output)
{
    const ev_ledger *ledger = output->ledger;
    const ev_extras *extras = &ledger->extras;
    int failed = ev_py_output_make_cells(output) < 0;
    for (int k = 0; k < ledger->measures && !failed; k++) {
        const ev_measure_form form = {
            ledger->scales[k], ev_extras_has(extras, ev_extra_of(k, EV_EXTRA_FINE)),
            ev_extras_has(extras, ev_extra_of(k, EV_EXTRA_UNCOUNTED))};
        failed = ev_py_output_make_measure(output, k, form) < 0;
    }
    return failed ? -1 : 0;
}

/* ---- a total that cannot be held ---- */

/* "maker='BYD', region='Oslo'", or "series 12" where the output has no labels. */
static PyObject *name_series(const ev_output *output, PyObject *keys, ptrdiff_t series)
{
    PyObject *labels = ev_py_entry(output->dict, "labels"), *text = NULL;
    PyObject *codes = labels == NULL ? NULL : ev_py_entry(output->dict, "codes");
    if (codes == NULL && !PyErr_Occurred()) {
        text = PyUnicode_FromFormat("series %zd", series);
    }
    else if (codes != NULL) {
        const Py_ssize_t count = PyTuple_Size(keys);
        const int32_t *places = PyArray_DATA((PyArrayObject *)codes);
        text = PyUnicode_FromString(count == 0 ? "all rows" : "");
        for (Py_ssize_t k = 0; k < count && text != NULL; k++) {
            PyObject *label =
                PyList_GetItem(PyList_GetItem(labels, k), places[series * count + k]);
            PyObject *before = text;
            text = PyUnicode_FromFormat("%U%s%S=%.60R", before, k > 0 ? ", " : "",
                                        PyTuple_GetItem(keys, k), label);
            Py_DECREF(before);
        }
    }
    return text;
}

/* The series of a cell. */
static ptrdiff_t series_of(const ev_panel_cells *panel, ptrdiff_t cell)
{
    ptrdiff_t series = 0;
    while (panel->indptr[series + 1] <= cell) {
        series++;
    }
    return series;
}

void ev_py_output_raise(const ev_output *output, const ev_naming *naming,
                        const ev_panel_place *place)
{
    char label[EV_LABEL_SIZE] = "";
    const ptrdiff_t series = series_of(&output->panel, place->cell);
    const int64_t ordinal = output->panel.ordinals[place->cell];
    PyObject *where = name_series(output, naming->keys, series), *text = NULL;
    if (naming->freq != NULL) {
        (void)ev_period_label(*naming->freq, ordinal, label);
    }
    else {
        (void)PyOS_snprintf(label, sizeof label, "%lld", (long long)ordinal);
    }
    if (where != NULL) {
        text = PyUnicode_FromFormat("measure %R: the total of %U in period %s is "
                                    "outside the range of int64, in which totals are "
                                    "exact",
                                    PyTuple_GetItem(naming->measures, place->measure),
                                    where, label);
    }
    if (text != NULL) {
        ev_py_raise_with(PyExc_OverflowError, text,
                         Py_BuildValue("{s:i,s:n,s:L}", "measure", place->measure,
                                       "series", series, "ordinal",
                                       (long long)ordinal));
    }
    Py_XDECREF(where);
}

/* ---- outputs ---- */

int ev_py_output_open(ev_output *output, PyObject *module, const ev_ledger *ledger,
                      const int32_t *places, ptrdiff_t series)
{
    int failed = ev_py_output_begin(output, module, ledger->measures, series) < 0;
    output->ledger = ledger;
    output->words =
        ev_take_big(&ledger->cells.memory, ledger->cells.count, sizeof *output->words);
    if (!failed && output->words == NULL) {
        PyErr_NoMemory();
        failed = 1;
    }
    if (!failed) {
        Py_BEGIN_ALLOW_THREADS
        ev_panel_lay(ledger, places, series, output->panel.indptr, output->words);
        Py_END_ALLOW_THREADS
        failed = make_arrays(output) < 0;
    }
    return failed ? -1 : 0;
}

int ev_py_output_write(ev_output *output, ptrdiff_t start, ptrdiff_t stop,
                       const ev_naming *naming)
{
    ev_panel_place place = {0, 0};
    ev_result result;
    Py_BEGIN_ALLOW_THREADS
    result = ev_panel_write(output->ledger, output->words, start, stop, &output->panel,
                            &place);
    Py_END_ALLOW_THREADS
    if (result == EV_RANGE) {
        ev_py_output_raise(output, naming, &place);
    }
    else if (result != EV_DONE) {
        PyErr_NoMemory();
    }
    return result == EV_DONE ? 0 : -1;
}

PyObject *ev_py_output_close(ev_output *output)
{
    PyObject *dict = output->dict;
    if (output->ledger != NULL) {
        ev_give(&output->ledger->cells.memory, output->words);
    }
    PyMem_Free(output->panel.measures);
    memset(output, 0, sizeof *output);
    return dict;
}
