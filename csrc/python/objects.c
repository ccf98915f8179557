/* Python objects and fixed-width text as columns of numbers and UTF-8. */
#include <string.h>

#include "python/numpy.h"
#include "python/raise.h"
#include "python/objects.h"

/* ---- UTF-8 of code points ---- */

static const char NOT_UNICODE[] = "the text is not Unicode";

/* Bytes of a code point; 0 for surrogates and above U+10FFFF, which are not code
 * points. */
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

/* Text that grows row by row: UTF-8 bytes and where each row ends. */
typedef struct text_builder {
    ev_held *held;
    PyObject *bytes; /* a bytearray, kept with the columns */
    int64_t *ends;   /* one more than rows; ends[0] is 0 */
    Py_ssize_t rows, size, room;
} text_builder;

/* -1 with an exception set. */
static int open_builder(text_builder *to, ev_held *held, Py_ssize_t rows)
{
    *to = (text_builder){.held = held};
    to->ends = ev_py_keep_bytes(held, (rows + 1) * (Py_ssize_t)sizeof *to->ends);
    to->bytes =
        to->ends == NULL ? NULL : ev_py_keep(held, PyByteArray_FromStringAndSize("", 0));
    if (to->bytes != NULL) {
        to->ends[0] = 0;
    }
    return to->bytes == NULL ? -1 : 0;
}

/* Where `size` more bytes can be written; NULL with an exception set. */
static uint8_t *more_bytes(text_builder *to, Py_ssize_t size)
{
    int failed = size > PTRDIFF_MAX / 2 - to->size;
    if (failed) {
        PyErr_NoMemory();
    }
    else if (to->size + size >= to->room) {
        const Py_ssize_t wanted = to->size + size + to->room / 2 + 1024;
        failed = PyByteArray_Resize(to->bytes, wanted) < 0;
        to->room = failed ? to->room : wanted;
    }
    return failed ? NULL : (uint8_t *)PyByteArray_AsString(to->bytes) + to->size;
}

/* Ends the row after `size` bytes of it. */
static void end_row(text_builder *to, Py_ssize_t size)
{
    to->size += size;
    to->ends[++to->rows] = to->size;
}

static void close_builder(const text_builder *to, ev_column *column)
{
    column->type = EV_COL_LARGE_TEXT;
    column->data = PyByteArray_AsString(to->bytes);
    column->offsets = to->ends;
}

int ev_py_unicode_column(ev_held *held, const Py_UCS4 *items, Py_ssize_t width,
                         ev_column *column)
{
    text_builder to;
    int failed = open_builder(&to, held, column->length) < 0;
    for (Py_ssize_t i = 0; i < column->length && !failed; i++) {
        const Py_UCS4 *item = items + i * width;
        const Py_ssize_t used = used_width(item, width);
        uint8_t *start = more_bytes(&to, 4 * used), *end = start;
        for (Py_ssize_t k = 0; start != NULL && k < used && !failed; k++) {
            failed = utf8_size(item[k]) == 0;
            end = failed ? end : put_utf8(end, item[k]);
        }
        if (failed) {
            ev_py_column_error(held, PyExc_ValueError, i, NOT_UNICODE);
        }
        failed = failed || start == NULL;
        if (!failed) {
            end_row(&to, end - start);
        }
    }
    if (!failed) {
        close_builder(&to, column);
    }
    return failed ? -1 : 0;
}

/* ---- objects ---- */

/* The items of a list, or of a one-dimensional array of objects. -1 with an exception
 * set. */
static Py_ssize_t count_objects(PyObject *given)
{
    Py_ssize_t count = -1;
    if (PyList_Check(given)) {
        count = PyList_Size(given);
    }
    else if (PyArray_Check(given) && PyArray_TYPE((PyArrayObject *)given) == NPY_OBJECT &&
             PyArray_NDIM((PyArrayObject *)given) == 1) {
        count = PyArray_SIZE((PyArrayObject *)given);
    }
    else {
        PyErr_SetString(PyExc_TypeError,
                        "objects need a list or a one-dimensional object array");
    }
    return count;
}

/* A new reference, so that code that runs in between cannot free the object. NULL with
 * an exception set if the list became shorter. */
static PyObject *object_at(PyObject *given, Py_ssize_t i)
{
    PyObject *item = NULL;
    if (!PyList_Check(given)) {
        memcpy(&item, PyArray_GETPTR1((PyArrayObject *)given, i), sizeof item);
        item = item == NULL ? Py_None : item; /* an item that was never set */
    }
    else if ((item = PyList_GetItem(given, i)) == NULL) {
        PyErr_SetString(PyExc_ValueError, "a list changed while it was read");
    }
    return Py_XNewRef(item);
}

typedef enum object_kind { TEXT, INTEGER, FLOAT, NOTHING, OTHER, KIND_COUNT } object_kind;

/* NA and NaT are recognized by name, because pandas may not be installed. */
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

PyObject *ev_py_object_rows(PyObject *Py_UNUSED(module), PyObject *given)
{
    Py_ssize_t first[KIND_COUNT];
    PyObject *answer = NULL;
    const Py_ssize_t count = count_objects(given);
    int failed = count < 0;
    for (int kind = 0; kind < KIND_COUNT; kind++) {
        first[kind] = -1;
    }
    for (Py_ssize_t i = 0; !failed && i < count; i++) {
        PyObject *item = object_at(given, i);
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
        ev_py_raise(PyExc_ValueError, "unknown type of objects %.40R: needs text, int64, float64 or null",
                    name);
    }
    return found ? 0 : -1;
}

static void raise_wrong(const ev_held *held, Py_ssize_t row, PyObject *item,
                        const char *among)
{
    ev_py_raise(PyExc_TypeError, "column %U, row %lld: %.60R among %s", held->name,
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

static int numbers_column(ev_held *held, PyObject *given, uint8_t *valid,
                          ev_column *column)
{
    uint64_t *data = ev_py_keep_bytes(held, column->length * (Py_ssize_t)sizeof *data);
    int failed = data == NULL;
    for (Py_ssize_t i = 0; i < column->length && !failed; i++) {
        PyObject *item = object_at(given, i);
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

static int text_row(text_builder *to, PyObject *item, Py_ssize_t row)
{
    Py_ssize_t size = 0;
    const char *text = PyUnicode_AsUTF8AndSize(item, &size);
    uint8_t *start = text == NULL ? NULL : more_bytes(to, size);
    if (start != NULL) {
        memcpy(start, text, (size_t)size);
        end_row(to, size);
    }
    else if (PyErr_ExceptionMatches(PyExc_UnicodeError)) {
        PyErr_Clear();
        ev_py_column_error(to->held, PyExc_ValueError, row, NOT_UNICODE);
    }
    return start == NULL ? -1 : 0;
}

static int texts_column(ev_held *held, PyObject *given, uint8_t *valid,
                        ev_column *column)
{
    text_builder to;
    int failed = open_builder(&to, held, column->length) < 0;
    for (Py_ssize_t i = 0; i < column->length && !failed; i++) {
        PyObject *item = object_at(given, i);
        const object_kind kind = item == NULL ? OTHER : kind_of(item);
        if (kind == TEXT) {
            failed = text_row(&to, item, i) < 0;
            valid[i / 8] = (uint8_t)(valid[i / 8] | 1U << (i % 8));
        }
        else if (kind == NOTHING) {
            end_row(&to, 0);
        }
        else {
            failed = 1;
            if (item != NULL) {
                raise_wrong(held, i, item, "text");
            }
        }
        Py_XDECREF(item);
    }
    if (!failed) {
        close_builder(&to, column);
    }
    return failed ? -1 : 0;
}

int ev_py_objects_column(ev_held *held, ev_column_type type, PyObject *given,
                         ev_column *column)
{
    const Py_ssize_t count = count_objects(given);
    uint8_t *valid = NULL;
    int failed = count < 0;
    column->type = type;
    column->length = failed ? 0 : count;
    if (!failed && type != EV_COL_NULL) {
        valid = ev_py_keep_bytes(held, count / 8 + 1);
        failed = valid == NULL;
    }
    if (valid != NULL) {
        memset(valid, 0, (size_t)(count / 8 + 1));
        column->valid = valid;
        failed = (type == EV_COL_LARGE_TEXT ? texts_column : numbers_column)(
                     held, given, valid, column) < 0;
    }
    return failed ? -1 : 0;
}
