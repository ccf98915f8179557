/* NumPy arrays and lists of text as columns.
 *
 * columns(sequence) -> a capsule "evmarket.batch". Each item is
 *     ndarray          one-dimensional: bool, int8 .. uint64, float32, float64
 *     list             of str and None
 *     (item, valid)    either of the above and a bool array, False where null
 *     (codes, words)   an integer array and a list or array that it points into
 *     (codes, words, valid)
 * all of one length. Arrays that are contiguous are not copied; they must not change
 * while the capsule lives.
 */
#include <stdlib.h>
#include <string.h>

#include "column.h"
#include "py_module.h"
#include "py_numpy.h"

typedef struct held_columns {
    ev_batch batch;      /* first: what the capsule points to */
    ev_column *columns;  /* the columns, then room for a dictionary each */
    PyObject *objects;   /* a list of what they point into */
} held_columns;

static void release(held_columns *held)
{
    if (held != NULL) {
        Py_XDECREF(held->objects);
        PyMem_Free(held->columns);
        PyMem_Free(held);
    }
}

static void release_capsule(PyObject *capsule)
{
    release(PyCapsule_GetPointer(capsule, EV_BATCH_CAPSULE));
}

/* Keeps `object` with the columns and gives up the reference; NULL on failure. */
static PyObject *keep(held_columns *held, PyObject *object)
{
    const int failed = object == NULL || PyList_Append(held->objects, object) < 0;
    Py_XDECREF(object);
    return failed ? NULL : object;
}

/* New memory that lives with the columns. */
static void *keep_bytes(held_columns *held, Py_ssize_t size)
{
    PyObject *bytes = keep(held, PyByteArray_FromStringAndSize(NULL, size > 0 ? size : 1));
    return bytes == NULL ? NULL : PyByteArray_AsString(bytes);
}

static int column_type(int number, ev_column_type *type)
{
    static const struct {
        int number;
        ev_column_type type;
    } types[] = {
        {NPY_BYTE, EV_COL_I8},       {NPY_UBYTE, EV_COL_U8},
        {NPY_SHORT, EV_COL_I16},     {NPY_USHORT, EV_COL_U16},
        {NPY_INT, EV_COL_I32},       {NPY_UINT, EV_COL_U32},
        {NPY_LONG, sizeof(long) == 8 ? EV_COL_I64 : EV_COL_I32},
        {NPY_ULONG, sizeof(long) == 8 ? EV_COL_U64 : EV_COL_U32},
        {NPY_LONGLONG, EV_COL_I64},  {NPY_ULONGLONG, EV_COL_U64},
        {NPY_FLOAT, EV_COL_F32},     {NPY_DOUBLE, EV_COL_F64},
    };
    int found = 0;
    for (size_t i = 0; i < sizeof types / sizeof types[0] && !found; i++) {
        found = types[i].number == number;
        if (found) {
            *type = types[i].type;
        }
    }
    return found;
}

/* A bool array as a bitmap. */
static uint8_t *bitmap(held_columns *held, PyObject *mask, ptrdiff_t *length)
{
    uint8_t *bits = NULL;
    PyObject *array = keep(held, PyArray_FROMANY(mask, NPY_BOOL, 1, 1, NPY_ARRAY_IN_ARRAY));
    if (array != NULL) {
        const npy_bool *flags = PyArray_DATA((PyArrayObject *)array);
        *length = PyArray_SIZE((PyArrayObject *)array);
        bits = keep_bytes(held, *length / 8 + 1);
        for (ptrdiff_t i = 0; bits != NULL && i < *length; i++) {
            bits[i / 8] = (uint8_t)((i % 8 == 0 ? 0 : bits[i / 8]) |
                                    (flags[i] ? 1 << (i % 8) : 0));
        }
    }
    return bits;
}

static int array_column(held_columns *held, PyObject *object, ev_column *column)
{
    int failed = 1;
    PyArrayObject *given = (PyArrayObject *)object;
    if (PyArray_NDIM(given) != 1) {
        PyErr_SetString(PyExc_ValueError, "a column has one dimension");
    }
    else if (PyArray_TYPE(given) == NPY_BOOL) {
        column->type = EV_COL_BOOL;
        column->data = bitmap(held, object, &column->length);
        failed = column->data == NULL;
    }
    else if (!column_type(PyArray_TYPE(given), &column->type)) {
        PyErr_Format(PyExc_TypeError, "a column of dtype %R: it takes bool, int8 .. uint64, "
                                      "float32 and float64",
                     (PyObject *)PyArray_DESCR(given));
    }
    else {
        PyObject *array = keep(
            held, PyArray_FROM_OTF(object, PyArray_TYPE(given), NPY_ARRAY_IN_ARRAY));
        failed = array == NULL;
        if (!failed) {
            column->data = PyArray_DATA((PyArrayObject *)array);
            column->length = PyArray_SIZE((PyArrayObject *)array);
        }
    }
    return failed ? -1 : 0;
}

/* Bytes of all texts of a list together; -1 with an exception set. */
static Py_ssize_t bytes_of_list(PyObject *list)
{
    Py_ssize_t total = 0;
    for (Py_ssize_t i = 0; i < PyList_Size(list) && total >= 0; i++) {
        PyObject *item = PyList_GetItem(list, i);
        Py_ssize_t size = 0;
        if (item == Py_None) {
            continue;
        }
        if (!PyUnicode_Check(item)) {
            PyErr_Format(PyExc_TypeError, "row %zd of a column of text is a %.60s", i,
                         Py_TYPE(item)->tp_name);
            total = -1;
        }
        else {
            total = PyUnicode_AsUTF8AndSize(item, &size) == NULL ? -1 : total + size;
        }
    }
    return total;
}

static int list_column(held_columns *held, PyObject *list, ev_column *column)
{
    const Py_ssize_t rows = PyList_Size(list), bytes = bytes_of_list(list);
    int64_t *ends = bytes < 0 ? NULL : keep_bytes(held, (rows + 1) * (Py_ssize_t)sizeof *ends);
    char *data = ends == NULL ? NULL : keep_bytes(held, bytes);
    uint8_t *valid = data == NULL ? NULL : keep_bytes(held, rows / 8 + 1);
    if (valid != NULL) {
        memset(valid, 0, (size_t)(rows / 8 + 1));
        ends[0] = 0;
        for (Py_ssize_t i = 0; i < rows; i++) {
            PyObject *item = PyList_GetItem(list, i);
            Py_ssize_t size = 0;
            if (item != Py_None) {
                const char *text = PyUnicode_AsUTF8AndSize(item, &size);
                memcpy(data + ends[i], text, (size_t)size);
                valid[i / 8] = (uint8_t)(valid[i / 8] | 1 << (i % 8));
            }
            ends[i + 1] = ends[i] + size;
        }
        column->type = EV_COL_LARGE_TEXT;
        column->length = rows;
        column->data = data;
        column->offsets = ends;
        column->valid = valid;
    }
    return valid == NULL ? -1 : 0;
}

static int plain_column(held_columns *held, PyObject *object, ev_column *column)
{
    int failed = -1;
    if (PyArray_Check(object)) {
        failed = array_column(held, object, column);
    }
    else if (PyList_Check(object)) {
        failed = list_column(held, object, column);
    }
    else {
        PyErr_Format(PyExc_TypeError, "a column is an array or a list, not a %.60s",
                     Py_TYPE(object)->tp_name);
    }
    return failed;
}

static int is_mask(PyObject *object)
{
    return PyArray_Check(object) && PyArray_TYPE((PyArrayObject *)object) == NPY_BOOL;
}

static int read_column(held_columns *held, PyObject *object, ev_column *column,
                       ev_column *words)
{
    int failed = 0;
    if (!PyTuple_Check(object)) {
        failed = plain_column(held, object, column) < 0;
    }
    else {
        const Py_ssize_t parts = PyTuple_Size(object);
        PyObject *last = parts >= 2 && parts <= 3 ? PyTuple_GetItem(object, parts - 1) : NULL;
        const int masked = last != NULL && is_mask(last);
        const int coded = last != NULL && parts - masked == 2;
        if (last == NULL || (!masked && !coded) || (masked && parts == 3 && !coded)) {
            PyErr_SetString(PyExc_TypeError,
                            "a column is an array, a list, (column, valid), (codes, words) "
                            "or (codes, words, valid)");
            failed = 1;
        }
        failed = failed || plain_column(held, PyTuple_GetItem(object, 0), column) < 0;
        if (!failed && coded) {
            failed = plain_column(held, PyTuple_GetItem(object, 1), words) < 0;
            column->dictionary = words;
        }
        if (!failed && masked) {
            ptrdiff_t length = 0;
            column->valid = bitmap(held, last, &length);
            failed = column->valid == NULL;
            if (!failed && length != column->length) {
                PyErr_SetString(PyExc_ValueError, "a column and its valid differ in length");
                failed = 1;
            }
        }
    }
    return failed ? -1 : 0;
}

static int read_columns(held_columns *held, PyObject *items, Py_ssize_t count)
{
    int failed = 0;
    for (Py_ssize_t i = 0; i < count && !failed; i++) {
        PyObject *item = PySequence_GetItem(items, i);
        failed = item == NULL || read_column(held, item, &held->columns[i],
                                             &held->columns[count + i]) < 0;
        Py_XDECREF(item);
        if (!failed && held->columns[i].length != held->columns[0].length) {
            PyErr_Format(PyExc_ValueError, "column %zd has %zd rows, column 0 %zd", i,
                         held->columns[i].length, held->columns[0].length);
            failed = 1;
        }
    }
    return failed ? -1 : 0;
}

static PyObject *columns(PyObject *module, PyObject *items)
{
    PyObject *capsule = NULL;
    const Py_ssize_t count = PySequence_Size(items);
    held_columns *held = count < 0 ? NULL : PyMem_Calloc(1, sizeof *held);
    (void)module;
    if (held != NULL) {
        held->columns = PyMem_Calloc(2 * (size_t)count + 1, sizeof *held->columns);
        held->objects = PyList_New(0);
    }
    if (count >= 0 && (held == NULL || held->columns == NULL)) {
        PyErr_NoMemory();
    }
    else if (held != NULL && held->objects != NULL && read_columns(held, items, count) == 0) {
        held->batch.rows = count > 0 ? held->columns[0].length : 0;
        held->batch.ncolumns = count;
        held->batch.columns = held->columns;
        capsule = PyCapsule_New(held, EV_BATCH_CAPSULE, release_capsule);
    }
    if (capsule == NULL) {
        release(held);
    }
    return capsule;
}

static PyMethodDef methods[] = {
    {"columns", columns, METH_O,
     "columns(sequence): arrays and lists of text as a capsule 'evmarket.batch'."},
    {NULL, NULL, 0, NULL},
};

int ev_py_add_columns(PyObject *module)
{
    return PyModule_AddFunctions(module, methods);
}
