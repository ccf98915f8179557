/* Batches out: as Arrow streams, and as Python lists. */
#include <stdlib.h>
#include <string.h>

#include "columns/arrow.h"
#include "python/batch.h"
#include "python/memory.h"
#include "python/module.h"
#include "python/raise.h"

static void drop_capsule(void *capsule)
{
    if (Py_IsInitialized()) { /* else the interpreter is gone */
        const PyGILState_STATE state = PyGILState_Ensure();
        Py_DECREF((PyObject *)capsule);
        PyGILState_Release(state);
    }
}

static void release_stream(PyObject *capsule)
{
    struct ArrowArrayStream *stream = PyCapsule_GetPointer(capsule, "arrow_array_stream");
    if (stream != NULL) {
        if (stream->release != NULL) {
            stream->release(stream);
        }
        free(stream);
    }
}

/* The texts of a tuple, None as NULL unless `required`; they live as long as the tuple.
 * -1 on failure. */
static int texts_of(PyObject *tuple, Py_ssize_t count, int required, const char **texts)
{
    int failed = PyTuple_Size(tuple) != count;
    if (failed) {
        ev_py_raise(PyExc_ValueError, "got %zd texts for %zd columns", PyTuple_Size(tuple),
                    count);
    }
    for (Py_ssize_t i = 0; i < count && !failed; i++) {
        PyObject *item = PyTuple_GetItem(tuple, i);
        texts[i] = item == Py_None ? NULL : PyUnicode_AsUTF8AndSize(item, NULL);
        failed = texts[i] == NULL && (required || item != Py_None);
        if (failed && item == Py_None) {
            PyErr_SetString(PyExc_TypeError, "every column needs a name");
        }
    }
    return failed ? -1 : 0;
}

static struct ArrowArrayStream *export_batch(PyObject *capsule, PyObject *names,
                                             PyObject *freqs, const char **texts)
{
    const ev_batch *batch = ev_py_batch(capsule);
    const ev_arrow_owner owner = {drop_capsule, capsule};
    const Py_ssize_t count = batch->ncolumns;
    struct ArrowArrayStream *stream = calloc(1, sizeof *stream);
    ev_result result = stream == NULL ? EV_NO_MEMORY : EV_DONE;
    const int failed = texts_of(names, count, 1, texts) < 0 ||
                       texts_of(freqs, count, 0, texts + count) < 0;
    if (!failed && result == EV_DONE) {
        result = ev_arrow_export(batch, texts, texts + count, owner, &ev_py_memory,
                                 stream);
    }
    if (!failed && result == EV_NO_MEMORY) {
        PyErr_NoMemory();
    }
    else if (!failed && result != EV_DONE) {
        PyErr_SetString(PyExc_TypeError, "a column has a type that cannot be written");
    }
    if (failed || result != EV_DONE) {
        free(stream);
        stream = NULL;
    }
    else {
        Py_INCREF(capsule); /* drop_capsule releases it */
    }
    return stream;
}

static PyObject *arrow_stream(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *capsule, *names, *freqs, *answer = NULL;
    const ev_batch *batch = NULL;
    const char **texts = NULL;
    struct ArrowArrayStream *stream = NULL;
    if (PyArg_ParseTuple(args, "OO!O!:arrow_stream", &capsule, &PyTuple_Type, &names,
                         &PyTuple_Type, &freqs)) {
        batch = ev_py_batch(capsule);
    }
    if (batch != NULL) {
        texts = calloc(2 * (size_t)batch->ncolumns + 1, sizeof *texts);
        if (texts == NULL) {
            PyErr_NoMemory();
        }
        else {
            stream = export_batch(capsule, names, freqs, texts);
        }
    }
    if (stream != NULL) {
        answer = PyCapsule_New(stream, "arrow_array_stream", release_stream);
        if (answer == NULL) {
            stream->release(stream);
            free(stream);
        }
    }
    free(texts);
    return answer;
}

/* ---- as lists: for label columns and for tests; slow and plain ---- */

/* (integer, places): the number is integer * 10^-places. */
static PyObject *decimal(const ev_column *column, ptrdiff_t row)
{
    char digits[40]; /* of 16, with a sign */
    ev_words words;
    ev_decimals_read(column, row, 1, &words);
    const ev_wide whole = ev_join_words(words), size = ev_wide_size(whole);
    (void)PyOS_snprintf(digits, sizeof digits, "%s%llx%016llx", words.hi < 0 ? "-" : "",
                        (unsigned long long)ev_wide_high(size),
                        (unsigned long long)ev_wide_low(size));
    PyObject *number = PyLong_FromString(digits, NULL, 16);
    return number == NULL ? NULL : Py_BuildValue("(Ni)", number, column->scale);
}

static PyObject *text(const ev_column *column, ptrdiff_t row)
{
    const uint8_t *from = NULL;
    ptrdiff_t size = 0;
    PyObject *answer = NULL;
    if (ev_text_at(column, row, &from, &size) != EV_DONE) {
        PyErr_SetString(PyExc_IndexError, "a text is outside its column");
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
        value = decimal(column, row);
    }
    else if (ev_is_text(column->type)) {
        value = text(column, row);
    }
    else {
        ev_integers_read(column, row, 1, &whole);
        if (words != NULL && (whole < 0 || whole >= words->length)) {
            PyErr_SetString(PyExc_IndexError, "a code is outside its dictionary");
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
    PyObject *list = PyList_New(column->length);
    for (ptrdiff_t row = 0; list != NULL && row < column->length; row++) {
        PyObject *value = value_at(column, row);
        if (value == NULL || PyList_SetItem(list, row, value) < 0) {
            Py_CLEAR(list);
        }
    }
    return list;
}

static PyObject *batch_lists(PyObject *Py_UNUSED(module), PyObject *capsule)
{
    const ev_batch *batch = ev_py_batch(capsule);
    PyObject *lists = batch == NULL ? NULL : PyList_New(batch->ncolumns);
    for (ptrdiff_t i = 0; lists != NULL && i < batch->ncolumns; i++) {
        PyObject *list = column_list(&batch->columns[i]);
        if (list == NULL || PyList_SetItem(lists, i, list) < 0) {
            Py_CLEAR(lists);
        }
    }
    return lists;
}

PyMethodDef ev_py_arrow_out_functions[] = {
    {"arrow_stream", arrow_stream, METH_VARARGS,
     PyDoc_STR("arrow_stream(batch, names, freqs, /)\n--\n\n"
               "A capsule 'arrow_array_stream' over a batch; freqs names the frequency of "
               "int64 columns that are pandas periods, None elsewhere.")},
    {"batch_lists", batch_lists, METH_O,
     PyDoc_STR("batch_lists(batch, /)\n--\n\n"
               "The columns of a batch as lists: None for nulls, whole numbers for dates "
               "and times, (integer, places) for decimals.")},
    {NULL, NULL, 0, NULL},
};
