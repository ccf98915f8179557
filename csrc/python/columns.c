/* NumPy arrays and lists as columns.
 *
 * columns(items, names=None, first_row=0) -> a capsule "evmarket.batch". Each item is
 *     ndarray          one-dimensional: bool, int8 .. uint64, float32, float64,
 *                      datetime64 in D, s, ms, us, ns (NaT is null), text
 *     list             of str; None or NaN is null
 *     ("text" | "int64" | "float64" | "null", objects)   a list or an array of objects:
 *                      str, numbers, or only nulls; None, NaN, NA are null
 *     (item, valid)    one of the above and a bool array; False is null
 *     (codes, words)   an integer array of indices into an item
 *     (codes, words, valid)
 *     (batch, place, start, stop)   rows of a column of another batch
 * All items have the same length. Contiguous arrays are not copied; they must not change
 * while the capsule lives.
 */
#include <string.h>

#include "python/batch.h"
#include "python/held.h"
#include "python/module.h"
#include "python/numpy.h"
#include "python/objects.h"
#include "python/raise.h"

static void release_capsule(PyObject *capsule)
{
    ev_py_held_free(PyCapsule_GetPointer(capsule, EV_BATCH_CAPSULE));
}

/* ---- arrays of numbers ---- */

/* The type of an array of integers or floats; 0 for any other array. */
static int number_type(PyArrayObject *array, ev_column_type *type)
{
    const char kind = PyArray_DESCR(array)->kind;
    const npy_intp size = PyArray_ITEMSIZE(array);
    const int step = size == 1 ? 0 : size == 2 ? 1 : size == 4 ? 2 : size == 8 ? 3 : -1;
    const int known = step >= (kind == 'f' ? 2 : 0);
    *type = (ev_column_type)(kind == 'i'   ? EV_COL_I8 + step
                             : kind == 'u' ? EV_COL_U8 + step
                                           : EV_COL_F32 + step - 2);
    return known && (kind == 'i' || kind == 'u' || kind == 'f');
}

/* Contiguous, aligned, in native byte order; kept with the columns. */
static PyArrayObject *plain_array(ev_held *held, PyObject *object)
{
    return (PyArrayObject *)ev_py_keep(
        held, PyArray_CheckFromAny(object, NULL, 1, 1,
                                   NPY_ARRAY_IN_ARRAY | NPY_ARRAY_NOTSWAPPED, NULL));
}

/* A bool array as a bitmap. */
static uint8_t *bitmap(ev_held *held, PyObject *mask, ptrdiff_t *length)
{
    uint8_t *bits = NULL;
    PyArrayObject *array = plain_array(held, mask);
    if (array != NULL) {
        const npy_bool *flags = PyArray_DATA(array);
        *length = PyArray_SIZE(array);
        bits = ev_py_keep_bytes(held, *length / 8 + 1);
        for (ptrdiff_t at = 0; bits != NULL && at < *length; at += 8) {
            const ptrdiff_t many = *length - at < 8 ? *length - at : 8;
            unsigned byte = 0;
            for (ptrdiff_t i = 0; i < many; i++) {
                byte |= (flags[at + i] != 0 ? 1U : 0U) << i;
            }
            bits[at / 8] = (uint8_t)byte;
        }
    }
    return bits;
}

/* ---- arrays of dates and times ---- */

/* Days as int32; -1 with an exception set if one does not fit. */
static int days_column(ev_held *held, const int64_t *days, ev_column *column)
{
    int32_t *small = ev_py_keep_bytes(held, column->length * (Py_ssize_t)sizeof *small);
    int failed = small == NULL;
    for (ptrdiff_t i = 0; i < column->length && !failed; i++) {
        const int null = days[i] == NPY_DATETIME_NAT;
        failed = !null && (days[i] < INT32_MIN || days[i] > INT32_MAX);
        if (failed) {
            ev_py_column_error(held, PyExc_ValueError, i,
                               "the date is outside the years 1 to 9999");
        }
        small[i] = null || failed ? 0 : (int32_t)days[i];
    }
    column->type = EV_COL_DATE32;
    column->data = small;
    return failed ? -1 : 0;
}

/* Clears the bits of rows that are NaT; makes a bitmap only if there are any. */
static int mark_nat(ev_held *held, const int64_t *times, ev_column *column)
{
    uint8_t *bits = NULL;
    ptrdiff_t i = 0;
    while (i < column->length && times[i] != NPY_DATETIME_NAT) {
        i++;
    }
    const int any = i < column->length;
    if (any && (bits = ev_py_keep_bytes(held, column->length / 8 + 1)) != NULL) {
        memset(bits, 0xff, (size_t)(column->length / 8 + 1));
        for (; i < column->length; i++) {
            const unsigned nat = times[i] == NPY_DATETIME_NAT;
            bits[i / 8] = (uint8_t)(bits[i / 8] & ~(nat << (i % 8)));
        }
    }
    column->valid = bits;
    return any && bits == NULL ? -1 : 0;
}

static int datetime_column(ev_held *held, PyArrayObject *array, ev_column *column)
{
    const int64_t *times = PyArray_DATA(array);
    const PyArray_DatetimeMetaData unit =
        ((const PyArray_DatetimeDTypeMetaData *)PyDataType_C_METADATA(PyArray_DESCR(array)))
            ->meta;
    int failed = 0;
    column->data = times;
    if (unit.num == 1 && unit.base == NPY_FR_D) {
        failed = days_column(held, times, column);
    }
    else if (unit.num == 1 && unit.base >= NPY_FR_s && unit.base <= NPY_FR_ns) {
        column->type = (ev_column_type)(EV_COL_TIME_S + (unit.base - NPY_FR_s));
    }
    else {
        failed = 1;
        ev_py_column_error(held, PyExc_TypeError, -1,
                           "is datetime64 of an unsupported unit: needs D, s, ms, us or ns");
    }
    return failed || mark_nat(held, times, column) < 0 ? -1 : 0;
}

/* ---- one array ---- */

static int array_column(ev_held *held, PyObject *object, ev_column *column)
{
    const int type = PyArray_TYPE((PyArrayObject *)object);
    PyArrayObject *array = NULL;
    int failed = 1;
    if (PyArray_NDIM((PyArrayObject *)object) != 1) {
        ev_py_column_error(held, PyExc_ValueError, -1, "needs one dimension");
    }
    else if (type != NPY_BOOL && type != NPY_UNICODE && type != NPY_DATETIME &&
             !number_type((PyArrayObject *)object, &column->type)) {
        ev_py_raise(PyExc_TypeError,
                    "column %U has dtype %R: needs bool, integers, float32, float64, "
                    "datetime64 or text",
                    held->name, (PyObject *)PyArray_DESCR((PyArrayObject *)object));
    }
    else {
        array = plain_array(held, object);
    }
    if (array != NULL) {
        column->length = PyArray_SIZE(array);
        column->data = PyArray_DATA(array);
        failed = 0;
        if (type == NPY_BOOL) {
            column->type = EV_COL_BOOL;
            column->data = bitmap(held, (PyObject *)array, &column->length);
            failed = column->data == NULL;
        }
        else if (type == NPY_DATETIME) {
            failed = datetime_column(held, array, column) < 0;
        }
        else if (type == NPY_UNICODE) {
            failed = ev_py_unicode_column(held, PyArray_DATA(array),
                                          PyArray_ITEMSIZE(array) / 4, column) < 0;
        }
    }
    return failed ? -1 : 0;
}

/* ---- items ---- */

/* Rows of a column of another batch, which is kept alive. */
static int window_column(ev_held *held, PyObject *tuple, ev_column *column)
{
    PyObject *capsule = NULL;
    Py_ssize_t place = 0, start = 0, stop = 0;
    const ev_batch *batch = NULL;
    int failed = 1;
    if (PyArg_ParseTuple(tuple, "Onnn:columns", &capsule, &place, &start, &stop)) {
        batch = ev_py_batch(capsule);
    }
    if (batch != NULL && (place < 0 || place >= batch->ncolumns || start < 0 ||
                          stop < start || stop > batch->rows)) {
        ev_py_raise(PyExc_ValueError, "rows %zd to %zd of column %zd of a batch of %zd "
                                      "rows and %zd columns",
                    start, stop, place, batch->rows, batch->ncolumns);
    }
    else if (batch != NULL && ev_py_keep(held, Py_NewRef(capsule)) != NULL) {
        *column = batch->columns[place];
        column->offset += start;
        column->length = stop - start;
        failed = 0;
    }
    return failed ? -1 : 0;
}

static int is_window(PyObject *tuple)
{
    return PyTuple_Size(tuple) == 4 && PyCapsule_CheckExact(PyTuple_GetItem(tuple, 0));
}

static int is_objects(PyObject *tuple)
{
    return PyTuple_Size(tuple) == 2 && PyUnicode_Check(PyTuple_GetItem(tuple, 0));
}

static int is_mask(PyObject *object)
{
    return PyArray_Check(object) && PyArray_TYPE((PyArrayObject *)object) == NPY_BOOL;
}

static int plain_column(ev_held *held, PyObject *object, ev_column *column)
{
    int failed = -1;
    if (PyArray_Check(object)) {
        failed = array_column(held, object, column);
    }
    else if (PyList_Check(object)) {
        failed = ev_py_objects_column(held, EV_COL_LARGE_TEXT, object, column);
    }
    else if (PyTuple_Check(object) && is_window(object)) {
        failed = window_column(held, object, column);
    }
    else if (PyTuple_Check(object) && is_objects(object)) {
        ev_column_type type;
        if (ev_py_objects_type(PyTuple_GetItem(object, 0), &type) == 0) {
            failed = ev_py_objects_column(held, type, PyTuple_GetItem(object, 1), column);
        }
    }
    else {
        ev_py_raise(PyExc_TypeError, "column %U is %.60R: needs an array or a list",
                    held->name, object);
    }
    return failed;
}

/* Adds the nulls of a bool array to those of the column. */
static int mask_column(ev_held *held, PyObject *mask, ev_column *column)
{
    ptrdiff_t length = 0;
    uint8_t *bits = column->offset == 0 ? bitmap(held, mask, &length) : NULL;
    int failed = bits == NULL;
    if (column->offset != 0) {
        PyErr_SetString(PyExc_TypeError, "rows of another batch cannot have a mask");
    }
    else if (!failed && length != column->length) {
        ev_py_column_error(held, PyExc_ValueError, -1, "and its mask differ in length");
        failed = 1;
    }
    for (ptrdiff_t i = 0; column->valid != NULL && i < (length + 7) / 8 && !failed; i++) {
        bits[i] = bits[i] & column->valid[i];
    }
    column->valid = bits;
    return failed ? -1 : 0;
}

static int is_coded(const ev_column *column, ev_column *words, ev_held *held)
{
    const int good = ev_is_index(column->type) && column->dictionary == NULL &&
                     words->dictionary == NULL;
    if (!good) {
        ev_py_column_error(held, PyExc_TypeError, -1,
                           "is coded: needs integer codes and words that are not coded");
    }
    return good;
}

static int read_column(ev_held *held, PyObject *object, ev_column *column,
                       ev_column *words)
{
    int failed = 0;
    if (!PyTuple_Check(object) || is_window(object) || is_objects(object)) {
        failed = plain_column(held, object, column) < 0;
    }
    else {
        const Py_ssize_t parts = PyTuple_Size(object);
        PyObject *last = parts >= 2 && parts <= 3 ? PyTuple_GetItem(object, parts - 1) : NULL;
        const int masked = last != NULL && is_mask(last);
        const int coded = last != NULL && parts - masked == 2;
        if (last == NULL || (!masked && !coded) || (masked && parts == 3 && !coded)) {
            PyErr_SetString(PyExc_TypeError,
                            "a column needs an array, a list, (column, valid), (codes, "
                            "words) or (codes, words, valid)");
            failed = 1;
        }
        failed = failed || plain_column(held, PyTuple_GetItem(object, 0), column) < 0;
        if (!failed && coded) {
            failed = plain_column(held, PyTuple_GetItem(object, 1), words) < 0 ||
                     !is_coded(column, words, held);
            column->dictionary = words;
        }
        if (!failed && masked) {
            failed = mask_column(held, last, column) < 0;
        }
    }
    return failed ? -1 : 0;
}

/* ---- the batch ---- */

static int read_columns(ev_held *held, PyObject *items, PyObject *names,
                        Py_ssize_t count)
{
    int failed = 0;
    for (Py_ssize_t i = 0; i < count && !failed; i++) {
        PyObject *item = PySequence_GetItem(items, i);
        held->name = names == Py_None ? PyUnicode_FromFormat("%zd", i)
                                      : PySequence_GetItem(names, i);
        failed = item == NULL || held->name == NULL || !PyUnicode_Check(held->name);
        if (failed && !PyErr_Occurred()) {
            PyErr_SetString(PyExc_TypeError, "names needs texts");
        }
        failed = failed ||
                 read_column(held, item, &held->columns[i], &held->columns[count + i]) < 0;
        if (!failed && held->columns[i].length != held->columns[0].length) {
            ev_py_raise(PyExc_ValueError, "column %U has %zd rows, the first has %zd",
                        held->name, held->columns[i].length, held->columns[0].length);
            failed = 1;
        }
        Py_XDECREF(item);
        Py_CLEAR(held->name);
    }
    return failed ? -1 : 0;
}

static PyObject *columns(PyObject *Py_UNUSED(module), PyObject *args, PyObject *kwargs)
{
    static char *keywords[] = {"items", "names", "first_row", NULL};
    PyObject *items = NULL, *names = Py_None, *capsule = NULL;
    long long first_row = 0;
    Py_ssize_t count = -1;
    ev_held *held = NULL;
    if (PyArg_ParseTupleAndKeywords(args, kwargs, "O|OL:columns", keywords, &items, &names,
                                    &first_row)) {
        count = PySequence_Size(items);
    }
    if (count >= 0) {
        held = ev_py_held_new(count, first_row);
    }
    if (held != NULL && read_columns(held, items, names, count) == 0) {
        held->batch.rows = count > 0 ? held->columns[0].length : 0;
        held->batch.ncolumns = count;
        held->batch.columns = held->columns;
        capsule = PyCapsule_New(held, EV_BATCH_CAPSULE, release_capsule);
    }
    if (capsule == NULL) {
        ev_py_held_free(held);
    }
    return capsule;
}

PyMethodDef ev_py_columns_functions[] = {
    {"columns", (PyCFunction)(void (*)(void))columns, METH_VARARGS | METH_KEYWORDS,
     PyDoc_STR("columns(items, names=None, first_row=0)\n--\n\n"
               "Arrays and lists as a capsule 'evmarket.batch'.")},
    {"object_rows", ev_py_object_rows, METH_O,
     PyDoc_STR("object_rows(objects, /)\n--\n\n"
               "The first rows with text, an integer, a float, nothing, and anything else: "
               "-1 where there is none.")},
    {NULL, NULL, 0, NULL},
};
