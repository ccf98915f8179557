#include "python/errors.h"

#include "python/period.h"
#include "python/raise.h"

void ev_py_raise_with(PyObject *kind, PyObject *text, PyObject *attributes)
{
    PyObject *error = NULL, *name, *value;
    Py_ssize_t at = 0;
    text = attributes == NULL ? text : ev_py_printable(text);
    if (text != NULL && attributes != NULL) {
        error = PyObject_CallFunctionObjArgs(kind, text, NULL);
    }
    int failed = error == NULL;
    while (!failed && PyDict_Next(attributes, &at, &name, &value)) {
        failed = PyObject_SetAttr(error, name, value) < 0;
    }
    if (!failed) {
        PyErr_SetObject(kind, error);
    }
    Py_XDECREF(error);
    Py_XDECREF(text);
    Py_XDECREF(attributes);
}

void ev_py_raise_key(PyObject *what, ev_result result, const ev_key_place *place,
                     int64_t first_row)
{
    const long long row = (long long)(first_row + place->row);
    const char *message =
        result == EV_BAD_FORMAT
            ? "%U: needs text or integers, and one of the two in all batches"
        : place->byte >= 0
            ? "%U, row %lld: not UTF-8: byte 0x%02x at position %zd of the text"
        : result == EV_BAD_VALUE
            ? "%U, row %lld: an index or offset points outside the column"
            : "%U, row %lld: an integer outside int64, or 2^31 labels or more";
    ev_py_raise(result == EV_BAD_FORMAT                         ? PyExc_TypeError
                : place->byte >= 0 || result == EV_BAD_VALUE ? PyExc_ValueError
                                                             : PyExc_OverflowError,
                message, what, row, place->value, place->byte);
}

static void raise_measure(PyObject *name, ev_result result, long long row)
{
    const char *message =
        result == EV_BAD_FORMAT
            ? "measure %R: needs numbers; decimals need the same number of places in "
              "all batches, and no other numbers beside them"
        : result == EV_BAD_VALUE
            ? "measure %R, row %lld: infinite, or an index outside its dictionary"
            : "measure %R, row %lld: floats of 2^62 or more cannot be summed exactly";
    ev_py_raise(result == EV_BAD_FORMAT  ? PyExc_TypeError
                : result == EV_BAD_VALUE ? PyExc_ValueError
                                         : PyExc_OverflowError,
                message, name, row);
}

static void raise_period(PyObject *period, long long row, const ev_place *place,
                         const ev_batch_columns *batch)
{
    const char *name = PyUnicode_AsUTF8AndSize(period, NULL);
    if (name != NULL && batch->freq != NULL) {
        (void)ev_py_period_error(name, batch->when, batch->within, *batch->freq, place->row,
                                 batch->first_row);
    }
    else if (name != NULL) {
        ev_py_raise(PyExc_ValueError,
                    "%R, row %lld: ordinals need 32-bit integers and no nulls", period,
                    row);
    }
}

void ev_py_raise_batch(PyObject *keys, PyObject *measures, PyObject *period,
                       ev_result result, const ev_place *place,
                       const ev_batch_columns *batch)
{
    const int64_t first_row = batch != NULL ? batch->first_row : 0;
    const long long row = (long long)(first_row + place->row);
    if (result == EV_NO_MEMORY) {
        PyErr_NoMemory();
    }
    else if (place->part == EV_OF_KEY) {
        const ev_key_place bad = {place->row, place->byte, place->value};
        PyObject *what =
            PyUnicode_FromFormat("key %R", PyTuple_GetItem(keys, place->which));
        if (what != NULL) {
            ev_py_raise_key(what, result, &bad, first_row);
        }
        Py_XDECREF(what);
    }
    else if (place->part == EV_OF_MEASURE) {
        raise_measure(PyTuple_GetItem(measures, place->which), result, row);
    }
    else if (place->part == EV_OF_PERIOD) {
        raise_period(period, row, place, batch);
    }
    else {
        PyErr_SetString(PyExc_OverflowError, "more than 2^32 - 2 cells");
    }
}
