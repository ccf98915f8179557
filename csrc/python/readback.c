/* A batch as Python lists: what the tests compare, and what one looks at when a table is
 * not read as expected. Slow and plain. */
#include <string.h>

#include "python/batch.h"
#include "python/module.h"

static int bit_at(const void *bits, ptrdiff_t i)
{
    return ((const uint8_t *)bits)[i >> 3] >> (i & 7) & 1;
}

#define READ(type, item) (((const type *)column->data)[item])

/* Whole numbers, dates and times; *is_whole is 0 for any other type. */
static PyObject *whole_number(const ev_column *column, ptrdiff_t i, int *is_whole)
{
    long long value = 0;
    *is_whole = 1;
    switch (column->type) {
    case EV_COL_I8:
        value = READ(int8_t, i);
        break;
    case EV_COL_I16:
        value = READ(int16_t, i);
        break;
    case EV_COL_I32:
    case EV_COL_DATE32:
        value = READ(int32_t, i);
        break;
    case EV_COL_U8:
        value = READ(uint8_t, i);
        break;
    case EV_COL_U16:
        value = READ(uint16_t, i);
        break;
    case EV_COL_U32:
        value = READ(uint32_t, i);
        break;
    case EV_COL_I64:
    case EV_COL_U64:
    case EV_COL_DATE64:
    case EV_COL_TIME_S:
    case EV_COL_TIME_MS:
    case EV_COL_TIME_US:
    case EV_COL_TIME_NS:
        value = READ(int64_t, i);
        break;
    default:
        *is_whole = 0;
        break;
    }
    return !*is_whole                      ? NULL
           : column->type == EV_COL_U64 ? PyLong_FromUnsignedLongLong((uint64_t)value)
                                           : PyLong_FromLongLong(value);
}

/* (integer, places): the number is integer * 10^-places. */
static PyObject *decimal(const ev_column *column, ptrdiff_t i)
{
    uint64_t low;
    int64_t high;
    const char *from = (const char *)column->data + i * 16;
    memcpy(&low, from, sizeof low);
    memcpy(&high, from + sizeof low, sizeof high);
    PyObject *answer = NULL, *shift = PyLong_FromLong(64);
    PyObject *upper = PyLong_FromLongLong(high), *lower = PyLong_FromUnsignedLongLong(low);
    PyObject *shifted =
        shift == NULL || upper == NULL ? NULL : PyNumber_Lshift(upper, shift);
    PyObject *sum =
        shifted == NULL || lower == NULL ? NULL : PyNumber_Add(shifted, lower);
    if (sum != NULL) {
        answer = Py_BuildValue("(Oi)", sum, column->scale);
    }
    Py_XDECREF(shift);
    Py_XDECREF(upper);
    Py_XDECREF(lower);
    Py_XDECREF(shifted);
    Py_XDECREF(sum);
    return answer;
}

static PyObject *text(const ev_column *column, ptrdiff_t i)
{
    const char *at = column->data;
    Py_ssize_t size = 0;
    if (column->type == EV_COL_TEXT) {
        const int32_t *offsets = column->offsets;
        at = at == NULL ? "" : at + offsets[i];
        size = offsets[i + 1] - offsets[i];
    }
    else if (column->type == EV_COL_LARGE_TEXT) {
        const int64_t *offsets = column->offsets;
        at = at == NULL ? "" : at + offsets[i];
        size = (Py_ssize_t)(offsets[i + 1] - offsets[i]);
    }
    else {
        int32_t view[4];
        memcpy(view, at + i * 16, sizeof view);
        size = view[0];
        at = size <= 12 ? at + i * 16 + 4 : (const char *)column->blocks[view[2]] + view[3];
    }
    return PyUnicode_DecodeUTF8(at, size, "strict");
}

static PyObject *value_at(const ev_column *column, ptrdiff_t row)
{
    const ptrdiff_t i = column->offset + row;
    PyObject *value = NULL;
    int whole = 0;
    if (column->type == EV_COL_NULL || (column->valid != NULL && !bit_at(column->valid, i))) {
        value = Py_NewRef(Py_None);
    }
    else if (column->type == EV_COL_BOOL) {
        value = PyBool_FromLong(bit_at(column->data, i));
    }
    else if (column->type == EV_COL_F32) {
        value = PyFloat_FromDouble((double)READ(float, i));
    }
    else if (column->type == EV_COL_F64) {
        value = PyFloat_FromDouble(READ(double, i));
    }
    else if (column->type == EV_COL_DECIMAL128) {
        value = decimal(column, i);
    }
    else {
        value = whole_number(column, i, &whole);
        if (!whole) {
            value = text(column, i);
        }
    }
    if (value != NULL && value != Py_None && column->dictionary != NULL) {
        const Py_ssize_t code = PyLong_AsSsize_t(value);
        Py_CLEAR(value);
        if (code < 0 || code >= column->dictionary->length) {
            PyErr_SetString(PyExc_IndexError, "a code outside its dictionary");
        }
        else {
            value = value_at(column->dictionary, code);
        }
    }
    return value;
}

static PyObject *column_list(const ev_column *column)
{
    PyObject *list = PyList_New(0);
    int failed = list == NULL;
    for (ptrdiff_t row = 0; row < column->length && !failed; row++) {
        PyObject *value = value_at(column, row);
        failed = value == NULL || PyList_Append(list, value) < 0;
        Py_XDECREF(value);
    }
    if (failed) {
        Py_CLEAR(list);
    }
    return list;
}

static PyObject *batch_lists(PyObject *module, PyObject *capsule)
{
    const ev_batch *batch = ev_py_batch(capsule);
    PyObject *lists = batch == NULL ? NULL : PyList_New(0);
    int failed = lists == NULL;
    (void)module;
    for (ptrdiff_t i = 0; !failed && i < batch->ncolumns; i++) {
        PyObject *list = column_list(&batch->columns[i]);
        failed = list == NULL || PyList_Append(lists, list) < 0;
        Py_XDECREF(list);
    }
    if (failed) {
        Py_CLEAR(lists);
    }
    return lists;
}

static PyMethodDef methods[] = {
    {"batch_lists", batch_lists, METH_O,
     PyDoc_STR("batch_lists(batch, /)\n--\n\n"
               "The columns of a batch as lists: None for nulls, whole numbers for dates "
               "and times, (integer, places) for decimals.")},
    {NULL, NULL, 0, NULL},
};

int ev_py_add_readback(PyObject *module)
{
    return PyModule_AddFunctions(module, methods);
}
