/* Python objects and fixed-width text as columns of numbers and UTF-8. */
#include <string.h>

#include "python/numpy.h"
#include "python/objects.h"

/* ---- UTF-8 of code points ---- */

/* Bytes of a code point; 0 for what is none: surrogates, and beyond U+10FFFF. */
static int utf8_size(Py_UCS4 c)
{
    int size = 1 + (c >= 0x80) + (c >= 0x800) + (c >= 0x10000);
    if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) {
        size = 0;
    }
    return size;
}

static uint8_t *put_utf8(uint8_t *to, Py_UCS4 c)
{
    static const uint8_t leads[] = {0, 0x00, 0xc0, 0xe0, 0xf0};
    const int size = utf8_size(c);
    for (int k = size - 1; k > 0; k--) {
        to[k] = (uint8_t)(0x80 | (c & 0x3f));
        c >>= 6;
    }
    to[0] = (uint8_t)(leads[size] | c);
    return to + size;
}

/* NumPy pads with zeros at the end. */
static Py_ssize_t used_width(const Py_UCS4 *item, Py_ssize_t width)
{
    while (width > 0 && item[width - 1] == 0) {
        width--;
    }
    return width;
}

int ev_py_unicode_column(ev_held *held, const Py_UCS4 *items, Py_ssize_t width,
                         ev_column *column)
{
    const Py_ssize_t rows = column->length;
    int64_t *ends = ev_py_keep_bytes(held, (rows + 1) * (Py_ssize_t)sizeof *ends);
    uint8_t *data = NULL;
    int failed = ends == NULL;
    int64_t total = 0;
    for (Py_ssize_t i = 0; i < rows && !failed; i++) {
        const Py_UCS4 *item = items + i * width;
        const Py_ssize_t used = used_width(item, width);
        ends[i] = total;
        for (Py_ssize_t k = 0; k < used && !failed; k++) {
            const int size = utf8_size(item[k]);
            total += size;
            failed = size == 0;
        }
        if (failed) {
            ev_py_column_error(held, PyExc_ValueError, i, "the text is no Unicode");
        }
    }
    if (!failed) {
        ends[rows] = total;
        data = ev_py_keep_bytes(held, (Py_ssize_t)total);
        failed = data == NULL;
    }
    uint8_t *to = data;
    for (Py_ssize_t i = 0; i < rows && !failed; i++) {
        const Py_UCS4 *item = items + i * width;
        const Py_ssize_t used = used_width(item, width);
        for (Py_ssize_t k = 0; k < used; k++) {
            to = put_utf8(to, item[k]);
        }
    }
    column->type = EV_COL_LARGE_TEXT;
    column->data = data;
    column->offsets = ends;
    return failed ? -1 : 0;
}

/* ---- objects ---- */

/* A list, or a one-dimensional array of objects. */
typedef struct objects {
    PyObject *list;         /* NULL: an array */
    PyArrayObject *array;
    Py_ssize_t count;
} objects;

static int open_objects(PyObject *given, objects *found)
{
    int failed = 0;
    found->list = PyList_Check(given) ? given : NULL;
    found->array = NULL;
    if (found->list != NULL) {
        found->count = PyList_Size(given);
    }
    else if (PyArray_Check(given) && PyArray_TYPE((PyArrayObject *)given) == NPY_OBJECT &&
             PyArray_NDIM((PyArrayObject *)given) == 1) {
        found->array = (PyArrayObject *)given;
        found->count = PyArray_SIZE(found->array);
    }
    else {
        PyErr_SetString(PyExc_TypeError, "objects come in a list or an array of them");
        failed = 1;
    }
    return failed ? -1 : 0;
}

/* A new reference, so that nothing that runs in between can take the object away. NULL
 * with an exception set where the list became shorter meanwhile. */
static PyObject *object_at(const objects *from, Py_ssize_t i)
{
    PyObject *item = NULL;
    if (from->list != NULL) {
        item = PyList_GetItem(from->list, i);
        if (item == NULL) {
            PyErr_SetString(PyExc_ValueError, "a list changed while it was read");
        }
    }
    else {
        memcpy(&item, PyArray_GETPTR1(from->array, i), sizeof item);
        item = item == NULL ? Py_None : item; /* how NumPy leaves what was never set */
    }
    return Py_XNewRef(item);
}

typedef enum object_kind { TEXT, INTEGER, FLOAT, NOTHING, OTHER, KIND_COUNT } object_kind;

/* NA and NaT are told by their names: pandas need not be there. */
static int is_called_nothing(PyObject *item)
{
    PyObject *asked = PyUnicode_InternFromString("__name__");
    PyObject *name =
        asked == NULL ? NULL : PyObject_GetAttr((PyObject *)Py_TYPE(item), asked);
    const int nothing =
        name != NULL && PyUnicode_Check(name) &&
        (PyUnicode_CompareWithASCIIString(name, "NAType") == 0 ||
         PyUnicode_CompareWithASCIIString(name, "NaTType") == 0);
    Py_XDECREF(asked);
    Py_XDECREF(name);
    PyErr_Clear();
    return nothing;
}

static object_kind kind_of(PyObject *item)
{
    object_kind kind = OTHER;
    if (PyUnicode_Check(item)) {
        kind = TEXT;
    }
    else if (item == Py_None) {
        kind = NOTHING;
    }
    else if (PyFloat_Check(item)) {
        const double value = PyFloat_AsDouble(item);
        kind = value == value ? FLOAT : NOTHING;
    }
    else if (PyLong_Check(item) || PyArray_IsScalar(item, Integer) ||
             PyArray_IsScalar(item, Bool)) {
        kind = PyArray_IsScalar(item, Timedelta) ? OTHER : INTEGER;
    }
    else if (PyArray_IsScalar(item, Float) || PyArray_IsScalar(item, Half)) {
        const double value = PyFloat_AsDouble(item);
        kind = value == value ? FLOAT : NOTHING;
    }
    else if (is_called_nothing(item)) {
        kind = NOTHING;
    }
    return kind;
}

PyObject *ev_py_object_rows(PyObject *module, PyObject *given)
{
    Py_ssize_t first[KIND_COUNT];
    objects from;
    PyObject *answer = NULL;
    (void)module;
    int failed = open_objects(given, &from) < 0;
    for (int kind = 0; kind < KIND_COUNT; kind++) {
        first[kind] = -1;
    }
    for (Py_ssize_t i = 0; !failed && i < from.count; i++) {
        PyObject *item = object_at(&from, i);
        failed = item == NULL;
        if (!failed) {
            const object_kind kind = kind_of(item);
            first[kind] = first[kind] < 0 ? i : first[kind];
            Py_DECREF(item);
        }
    }
    if (!failed) {
        answer = Py_BuildValue("(nnnnn)", first[TEXT], first[INTEGER], first[FLOAT],
                               first[NOTHING], first[OTHER]);
    }
    return answer;
}

int ev_py_objects_type(PyObject *name, ev_column_type *type)
{
    static const struct {
        const char *name;
        ev_column_type type;
    } types[] = {{"text", EV_COL_LARGE_TEXT},
                 {"int64", EV_COL_I64},
                 {"float64", EV_COL_F64},
                 {"null", EV_COL_NULL}};
    int found = 0;
    for (size_t i = 0; i < sizeof types / sizeof types[0] && !found; i++) {
        found = PyUnicode_CompareWithASCIIString(name, types[i].name) == 0;
        if (found) {
            *type = types[i].type;
        }
    }
    if (!found) {
        PyErr_Format(PyExc_ValueError, "objects make text, int64, float64 or null, not %.40R",
                     name);
    }
    return found ? 0 : -1;
}

static void raise_wrong(const ev_held *held, Py_ssize_t row, PyObject *item,
                        const char *among)
{
    PyErr_Format(PyExc_TypeError, "column %U, row %lld: %.60R among %s", held->name,
                 (long long)(held->first_row + row), item, among);
}

/* ---- numbers ---- */

static int integer_of(const ev_held *held, Py_ssize_t row, PyObject *item,
                      int64_t *value)
{
    int overflow = 0, failed;
    PyObject *whole = PyArray_IsScalar(item, Bool) ? PyBool_FromLong(PyObject_IsTrue(item))
                                                   : PyNumber_Index(item);
    *value = whole == NULL ? 0 : PyLong_AsLongLongAndOverflow(whole, &overflow);
    failed = whole == NULL || (*value == -1 && PyErr_Occurred() != NULL);
    if (overflow != 0) {
        ev_py_column_error(held, PyExc_OverflowError, row, "an integer beyond int64");
        failed = 1;
    }
    Py_XDECREF(whole);
    return failed ? -1 : 0;
}

static int float_of(const ev_held *held, Py_ssize_t row, PyObject *item,
                    object_kind kind, double *value)
{
    int64_t whole = 0;
    int failed = 0;
    if (kind == INTEGER) {
        failed = integer_of(held, row, item, &whole) < 0;
        *value = (double)whole;
        if (!failed && (whole > (INT64_C(1) << 53) || whole < -(INT64_C(1) << 53))) {
            ev_py_column_error(held, PyExc_OverflowError, row,
                               "an integer beyond 2**53 among floats, which would round it");
            failed = 1;
        }
    }
    else {
        *value = PyFloat_AsDouble(item);
        failed = *value == -1.0 && PyErr_Occurred() != NULL;
    }
    return failed ? -1 : 0;
}

static int number_at(const ev_held *held, ev_column_type type, Py_ssize_t row,
                     PyObject *item, object_kind kind, void *data)
{
    int failed = 1;
    if (kind == INTEGER && type == EV_COL_I64) {
        failed = integer_of(held, row, item, (int64_t *)data + row) < 0;
    }
    else if ((kind == INTEGER || kind == FLOAT) && type == EV_COL_F64) {
        failed = float_of(held, row, item, kind, (double *)data + row) < 0;
    }
    else {
        raise_wrong(held, row, item, type == EV_COL_I64 ? "integers" : "numbers");
    }
    return failed ? -1 : 0;
}

static int numbers_column(ev_held *held, const objects *from, uint8_t *valid,
                          ev_column *column)
{
    uint64_t *data = ev_py_keep_bytes(held, from->count * (Py_ssize_t)sizeof *data);
    int failed = data == NULL;
    for (Py_ssize_t i = 0; i < from->count && !failed; i++) {
        PyObject *item = object_at(from, i);
        const object_kind kind = item == NULL ? NOTHING : kind_of(item);
        failed = item == NULL;
        data[i] = 0;
        if (kind != NOTHING) {
            failed = number_at(held, column->type, i, item, kind, data) < 0;
            valid[i / 8] = (uint8_t)(valid[i / 8] | 1U << (i % 8));
        }
        Py_XDECREF(item);
    }
    column->data = data;
    return failed ? -1 : 0;
}

/* ---- text ---- */

/* The UTF-8 of a text, which lives as long as the text; NULL with an exception set. */
static const char *utf8_of(const ev_held *held, Py_ssize_t row, PyObject *item,
                           Py_ssize_t *size)
{
    const char *text = PyUnicode_AsUTF8AndSize(item, size);
    if (text == NULL && PyErr_ExceptionMatches(PyExc_UnicodeError)) {
        PyErr_Clear();
        ev_py_column_error(held, PyExc_ValueError, row, "the text is no Unicode");
    }
    return text;
}

/* Bytes of all texts together; marks the rows that have one. -1 with an exception set. */
static Py_ssize_t measure_texts(const ev_held *held, const objects *from,
                                uint8_t *valid, int64_t *ends)
{
    Py_ssize_t total = 0;
    ends[0] = 0;
    for (Py_ssize_t i = 0; i < from->count && total >= 0; i++) {
        PyObject *item = object_at(from, i);
        const object_kind kind = item == NULL ? OTHER : kind_of(item);
        Py_ssize_t size = 0;
        if (kind == TEXT) {
            total = utf8_of(held, i, item, &size) == NULL ? -1 : total + size;
            valid[i / 8] = (uint8_t)(valid[i / 8] | 1U << (i % 8));
        }
        else if (kind != NOTHING) {
            if (item != NULL) {
                raise_wrong(held, i, item, "text");
            }
            total = -1;
        }
        ends[i + 1] = total;
        Py_XDECREF(item);
    }
    return total;
}

static int texts_column(ev_held *held, const objects *from, uint8_t *valid,
                        ev_column *column)
{
    int64_t *ends = ev_py_keep_bytes(held, (from->count + 1) * (Py_ssize_t)sizeof *ends);
    const Py_ssize_t bytes = ends == NULL ? -1 : measure_texts(held, from, valid, ends);
    char *data = bytes < 0 ? NULL : ev_py_keep_bytes(held, bytes);
    int failed = data == NULL;
    for (Py_ssize_t i = 0; i < from->count && !failed; i++) {
        if (valid[i / 8] >> (i % 8) & 1) {
            PyObject *item = object_at(from, i);
            Py_ssize_t size = 0;
            const char *text = item == NULL || !PyUnicode_Check(item)
                                   ? NULL
                                   : utf8_of(held, i, item, &size);
            failed = text == NULL || size != ends[i + 1] - ends[i];
            if (failed && !PyErr_Occurred()) {
                ev_py_column_error(held, PyExc_ValueError, i, "changed while it was read");
            }
            else if (!failed) {
                memcpy(data + ends[i], text, (size_t)size);
            }
            Py_XDECREF(item);
        }
    }
    column->data = data;
    column->offsets = ends;
    return failed ? -1 : 0;
}

int ev_py_objects_column(ev_held *held, ev_column_type type, PyObject *given,
                         ev_column *column)
{
    objects from = {NULL, NULL, 0};
    uint8_t *valid = NULL;
    int failed = open_objects(given, &from) < 0;
    column->type = type;
    column->length = from.count;
    if (!failed && type != EV_COL_NULL) {
        valid = ev_py_keep_bytes(held, from.count / 8 + 1);
        failed = valid == NULL;
    }
    if (valid != NULL) {
        memset(valid, 0, (size_t)(from.count / 8 + 1));
        column->valid = valid;
        failed = type == EV_COL_LARGE_TEXT
                     ? texts_column(held, &from, valid, column) < 0
                     : numbers_column(held, &from, valid, column) < 0;
    }
    return failed ? -1 : 0;
}
