/* What went wrong with a batch of rows, in words. */
#include "python/engine.h"
#include "python/period.h"

static void raise_key(PyObject *name, ev_result result, const ev_place *place,
                      int64_t first_row)
{
    const long long row = (long long)(first_row + place->row);
    if (result == EV_BAD_FORMAT) {
        PyErr_Format(PyExc_TypeError,
                     "key %R: its type is no key or not that of earlier batches: keys are "
                     "text or integers, the same in all",
                     name);
    }
    else if (place->byte >= 0) {
        PyErr_Format(PyExc_ValueError,
                     "key %R, row %lld: not UTF-8: byte 0x%02x at place %zd of the text",
                     name, row, place->value, place->byte);
    }
    else if (result == EV_BAD_VALUE) {
        PyErr_Format(PyExc_ValueError,
                     "key %R, row %lld: its index or offset points outside the column",
                     name, row);
    }
    else {
        PyErr_Format(PyExc_OverflowError,
                     "key %R, row %lld: an integer beyond int64, or more labels than int32 "
                     "counts",
                     name, row);
    }
}

static void raise_measure(PyObject *name, ev_result result, const ev_place *place,
                          int64_t first_row)
{
    const long long row = (long long)(first_row + place->row);
    if (result == EV_BAD_FORMAT) {
        PyErr_Format(PyExc_TypeError,
                     "measure %R: its type is no number, or its decimals do not go with "
                     "those of earlier batches",
                     name);
    }
    else if (result == EV_BAD_VALUE) {
        PyErr_Format(PyExc_ValueError,
                     "measure %R, row %lld: infinite, or a code outside its dictionary",
                     name, row);
    }
    else {
        PyErr_Format(PyExc_OverflowError,
                     "measure %R, row %lld: of magnitude 2^62 or more: such floats are not "
                     "summed exactly",
                     name, row);
    }
}

void ev_py_raise_batch(const ev_naming *naming, PyObject *period, ev_result result,
                       const ev_place *place, const ev_batch_columns *batch)
{
    const int64_t first_row = batch != NULL ? batch->first_row : 0;
    if (result == EV_NO_MEMORY) {
        PyErr_NoMemory();
    }
    else if (place->part == EV_OF_KEY) {
        raise_key(PyTuple_GetItem(naming->keys, place->which), result, place, first_row);
    }
    else if (place->part == EV_OF_MEASURE) {
        raise_measure(PyTuple_GetItem(naming->measures, place->which), result, place,
                      first_row);
    }
    else if (place->part == EV_OF_PERIOD && batch->freq != NULL) {
        const char *name = PyUnicode_AsUTF8AndSize(period, NULL);
        if (name != NULL) {
            (void)ev_py_period_error(name, batch->when, batch->within, *batch->freq,
                                     place->row, first_row);
        }
    }
    else if (place->part == EV_OF_PERIOD) {
        PyErr_Format(PyExc_ValueError,
                     "%R, row %lld: ordinals are integers of 32 bits, none null",
                     period, (long long)(first_row + place->row));
    }
    else {
        PyErr_SetString(PyExc_OverflowError, "more cells than 2^32 - 2");
    }
}
