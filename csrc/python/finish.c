/* Labels and codes of a partial panel, and the arrays of its cells. */
#include "python/engine.h"
#include "python/numpy.h"

static PyObject *labels_of(const ev_keys *keys, const int32_t *order)
{
    PyObject *list = PyList_New(keys->count);
    for (ptrdiff_t i = 0; list != NULL && i < keys->count; i++) {
        const int32_t code = order[i];
        const uint8_t *text = NULL;
        PyObject *label = NULL;
        if (code == keys->null_code) {
            label = Py_NewRef(Py_None);
        }
        else if (keys->kind == EV_TEXT_KEY) {
            const ptrdiff_t size = ev_keys_text(keys, code, &text);
            label = PyUnicode_FromStringAndSize((const char *)text, size);
        }
        else {
            label = PyLong_FromLongLong(keys->marks[code]);
        }
        if (label == NULL || PyList_SetItem(list, i, label) < 0) {
            Py_CLEAR(list);
        }
    }
    return list;
}

static PyObject *all_labels(const ev_partial *partial, int32_t *const *orders)
{
    PyObject *labels = PyList_New(partial->key_count);
    for (int k = 0; labels != NULL && k < partial->key_count; k++) {
        PyObject *list = labels_of(&partial->keys[k], orders[k]);
        if (list == NULL || PyList_SetItem(labels, k, list) < 0) {
            Py_CLEAR(labels);
        }
    }
    return labels;
}

/* The value of one measure in an item of one row; None for a null. */
static PyObject *value_of(const ev_ledger *ledger, ptrdiff_t item, int measure)
{
    const ev_cell_sum sum = ev_ledger_sum(ledger, item, measure);
    double value = 0.0;
    (void)ev_total_read(&sum.total, ledger->scales[measure], &value);
    return sum.uncounted < ev_ledger_cell(ledger, item)->rows ? PyFloat_FromDouble(value)
                                                              : Py_NewRef(Py_None);
}

/* (measure, one value, other value) of two rows that differ, else None. */
static PyObject *differing(const ev_ledger *ledger, const ev_repeat *repeat)
{
    PyObject *answer = NULL;
    for (int k = 0; k < ledger->measures && repeat->items[1] != 0 && answer == NULL; k++) {
        const ptrdiff_t a = repeat->items[0], b = repeat->items[1];
        const ev_cell_sum one = ev_ledger_sum(ledger, a, k);
        const ev_cell_sum two = ev_ledger_sum(ledger, b, k);
        if (!ev_wide_equal(one.total.sum, two.total.sum) || one.total.fine != two.total.fine ||
            (one.uncounted < ev_ledger_cell(ledger, a)->rows) !=
                (two.uncounted < ev_ledger_cell(ledger, b)->rows)) {
            answer = Py_BuildValue("iNN", k, value_of(ledger, a, k),
                                   value_of(ledger, b, k));
        }
    }
    return answer == NULL && !PyErr_Occurred() ? Py_NewRef(Py_None) : answer;
}

static PyObject *repeat_of(const ev_ledger *ledger, const int32_t *places)
{
    ev_repeat repeat = {.first = -1};
    if (ledger->rule.tracks) {
        repeat = ev_ledger_repeat(ledger);
    }
    PyObject *answer = NULL;
    if (repeat.first < 0) {
        answer = Py_NewRef(Py_None);
    }
    else {
        answer = Py_BuildValue("LLiiN", (long long)repeat.first,
                               (long long)repeat.second, (int)places[repeat.series],
                               (int)repeat.ordinal, differing(ledger, &repeat));
    }
    return answer;
}

/* Opens the output of a sorted partial. */
static int open_sorted(PyObject *module, const ev_partial *partial, int32_t *const *orders,
                       PyObject *codes, const int32_t *places, ev_output *output)
{
    int failed = ev_py_output_open(output, module, &partial->ledger, places,
                                   ev_partial_series_count(partial)) < 0;
    if (!failed) {
        PyObject *more = Py_BuildValue(
            "{s:N,s:O,s:N}", "labels", all_labels(partial, orders), "codes", codes,
            "repeat", repeat_of(&partial->ledger, places));
        failed = more == NULL || PyDict_Update(output->dict, more) < 0;
        Py_XDECREF(more);
    }
    return failed ? -1 : 0;
}

int ev_py_partial_prepare(PyObject *module, ev_partial *partial, ev_output *output)
{
    const int keys = partial->key_count;
    npy_intp shape[2] = {ev_partial_series_count(partial), keys};
    PyObject *codes = PyArray_SimpleNew(2, shape, NPY_INT32);
    int32_t **orders = PyMem_Calloc((size_t)keys + 1, sizeof *orders);
    int32_t *places = PyMem_Malloc(((size_t)shape[0] + 1) * sizeof *places);
    int failed = codes == NULL || orders == NULL || places == NULL;
    for (int k = 0; k < keys && !failed; k++) {
        orders[k] =
            PyMem_Malloc(((size_t)partial->keys[k].count + 1) * sizeof **orders);
        failed = orders[k] == NULL;
    }
    if (!failed) {
        int32_t *cells = PyArray_DATA((PyArrayObject *)codes);
        ev_result result;
        Py_BEGIN_ALLOW_THREADS result = ev_ledger_finish(&partial->ledger);
        if (result == EV_DONE) {
            result = ev_partial_sort(partial, orders, cells, places);
        }
        Py_END_ALLOW_THREADS failed = result != EV_DONE;
    }
    if (!failed) {
        failed = open_sorted(module, partial, orders, codes, places, output) < 0;
    }
    else if (!PyErr_Occurred()) {
        PyErr_NoMemory();
    }
    for (int k = 0; orders != NULL && k < keys; k++) {
        PyMem_Free(orders[k]);
    }
    PyMem_Free(orders);
    PyMem_Free(places);
    Py_XDECREF(codes);
    return failed ? -1 : 0;
}
