/* A batch as Python lists: what the tests compare, and what one looks at when a table is
 * not read as expected. Slow and plain. */
#include <string.h>

#include "python/batch.h"
#include "python/module.h"

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

static PyObject *text(const ev_column *column, ptrdiff_t row)
{
    const uint8_t *from = NULL;
    ptrdiff_t size = 0;
    PyObject *answer = NULL;
    if (ev_text_at(column, row, &from, &size) != EV_DONE) {
        PyErr_SetString(PyExc_IndexError, "a text outside its column");
    }
    else {
        answer = PyUnicode_DecodeUTF8(size == 0 ? "" : (const char *)from, size, "strict");
    }
    return answer;
}

static PyObject *value_at(const ev_column *column, ptrdiff_t row)
{
    const ptrdiff_t i = column->offset + row;
    const ev_column *words = column->dictionary;
    PyObject *value = NULL;
    int64_t whole = 0;
    if (column->type == EV_COL_NULL || !ev_has_value(column, row)) {
        value = Py_NewRef(Py_None);
    }
    else if (column->type == EV_COL_F32) {
        value = PyFloat_FromDouble((double)((const float *)column->data)[i]);
    }
    else if (column->type == EV_COL_F64) {
        value = PyFloat_FromDouble(((const double *)column->data)[i]);
    }
    else if (column->type == EV_COL_DECIMAL128) {
        value = decimal(column, i);
    }
    else if (ev_is_text(column->type)) {
        value = text(column, row);
    }
    else {
        ev_integers_read(column, row, 1, &whole);
        if (words != NULL && (whole < 0 || whole >= words->length)) {
            PyErr_SetString(PyExc_IndexError, "a code outside its dictionary");
        }
        else {
            value = words != NULL                 ? value_at(words, (ptrdiff_t)whole)
                    : column->type == EV_COL_BOOL ? PyBool_FromLong((long)whole)
                    : column->type == EV_COL_U64
                        ? PyLong_FromUnsignedLongLong((uint64_t)whole)
                        : PyLong_FromLongLong(whole);
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
