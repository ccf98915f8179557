/* Separated values as batches.
 *
 * csv_cuts(data, start, stop, separator, parts, final) -> list of int
 *     Where to cut the bytes start .. stop - 1 into at most `parts` parts that end with a
 *     record; the last is the end of the last whole record, with `final` that of the data.
 * csv_read(data, start, stop, (separator, decimal, thousands), width, places, kinds, marks)
 *     -> (batch, rows, blanks, facts, fault)
 *     The records of data[start:stop], of `width` fields each. thousands: "" for none, see
 *     ev_number_marks. places, kinds: a tuple of fields and one of kinds, "text", "number"
 *     or "whole". marks: a tuple of bytes that mean a missing number, as an empty field
 *     does. batch: a capsule "evmarket.batch"; a column of numbers is int64, or float64 if
 *     some number has decimals. blanks: how many records had separators alone. facts: for
 *     each column (large, beyond, doubtful, percent, plain, shows_marks, has_decimals):
 *     the first row with an integer beyond 2^53, or -1; the first (row, bytes) of each, or
 *     None, see ev_csv_column. fault: None, or (what, row, column, number, field) and the
 *     batch is None; what is "fields" (number: how many), "quote" (never closed), "utf8"
 *     (number: the byte) or "number" (not one).
 *
 * They release the GIL. The batch keeps the bytes, which must not change, alive.
 */
#include <string.h>

#include "columns/csv.h"
#include "python/batch.h"
#include "python/module.h"
#include "python/raise.h"

/* What a capsule of a batch keeps alive. */
typedef struct csv_batch {
    ev_batch batch; /* first: the capsule points to it */
    ev_column *columns;
    const void *blocks[2]; /* of texts: the data, the pool */
    int64_t block_sizes[2];
    ev_csv_table table;
    Py_buffer data;
    PyObject *module; /* whose allocator the table has */
} csv_batch;

static void free_batch(csv_batch *held)
{
    if (held != NULL) {
        ev_csv_close(&held->table);
        PyMem_Free(held->columns);
        PyBuffer_Release(&held->data); /* nothing if there is none */
        Py_XDECREF(held->module);
        PyMem_Free(held);
    }
}

static void release_capsule(PyObject *capsule)
{
    free_batch(PyCapsule_GetPointer(capsule, EV_BATCH_CAPSULE));
}

/* ---- the form ---- */

typedef struct csv_form {
    ev_csv_form form;
    ptrdiff_t *places;
    ev_csv_kind *kinds;
    ev_csv_mark *marks;
} csv_form;

static void close_form(csv_form *read)
{
    PyMem_Free(read->places);
    PyMem_Free(read->kinds);
    PyMem_Free(read->marks);
}

static int read_kind(PyObject *word, ev_csv_kind *kind)
{
    static const char *const names[] = {
        [EV_CSV_TEXT] = "text", [EV_CSV_NUMBER] = "number", [EV_CSV_WHOLE] = "whole"};
    int known = 0;
    for (int k = 0; k < 3 && PyUnicode_Check(word) && !known; k++) {
        known = PyUnicode_CompareWithASCIIString(word, names[k]) == 0;
        *kind = (ev_csv_kind)k;
    }
    if (!known) {
        ev_py_raise(PyExc_ValueError, "kind is %R: needs 'text', 'number' or 'whole'", word);
    }
    return known ? 0 : -1;
}

static int read_columns(csv_form *read, PyObject *places, PyObject *kinds)
{
    const Py_ssize_t count = PyTuple_Size(places);
    int failed = count != PyTuple_Size(kinds) || count > EV_PY_MOST_COLUMNS;
    if (failed) {
        ev_py_raise(PyExc_ValueError, "needs as many kinds as places, at most %d",
                    EV_PY_MOST_COLUMNS);
    }
    read->form.count = (int)count;
    for (Py_ssize_t k = 0; k < count && !failed; k++) {
        const Py_ssize_t place = PyLong_AsSsize_t(PyTuple_GetItem(places, k));
        read->places[k] = place;
        failed = place < 0 || place >= read->form.width;
        if (failed && !PyErr_Occurred()) {
            ev_py_raise(PyExc_ValueError, "no field %zd in a record of %zd", place,
                        read->form.width);
        }
        failed = failed || read_kind(PyTuple_GetItem(kinds, k), &read->kinds[k]) < 0;
    }
    return failed ? -1 : 0;
}

static int read_marks(csv_form *read, PyObject *marks)
{
    int failed = 0;
    read->form.mark_count = PyTuple_Size(marks);
    for (Py_ssize_t m = 0; m < read->form.mark_count && !failed; m++) {
        char *text = NULL;
        Py_ssize_t size = 0;
        failed = PyBytes_AsStringAndSize(PyTuple_GetItem(marks, m), &text, &size) < 0;
        read->marks[m] = (ev_csv_mark){text, size};
    }
    return failed ? -1 : 0;
}

/* Close it whatever the result; -1 with an exception set. */
static int open_form(csv_form *read, const char *signs[3], Py_ssize_t width, PyObject *places,
                     PyObject *kinds, PyObject *marks)
{
    memset(read, 0, sizeof *read);
    read->places = PyMem_Calloc((size_t)PyTuple_Size(places) + 1, sizeof *read->places);
    read->kinds = PyMem_Calloc((size_t)PyTuple_Size(kinds) + 1, sizeof *read->kinds);
    read->marks = PyMem_Calloc((size_t)PyTuple_Size(marks) + 1, sizeof *read->marks);
    read->form = (ev_csv_form){.separator = signs[0][0],
                               .numbers = {signs[1][0], signs[2][0]},
                               .width = width,
                               .places = read->places,
                               .kinds = read->kinds,
                               .marks = read->marks};
    int failed = 0;
    if (read->places == NULL || read->kinds == NULL || read->marks == NULL) {
        PyErr_NoMemory();
        failed = 1;
    }
    return failed || read_columns(read, places, kinds) < 0 || read_marks(read, marks) < 0
               ? -1
               : 0;
}

/* ---- a block ---- */

/* The numbers that the core left to us. */
static int read_longs(const uint8_t *pool, ev_csv_column *column)
{
    int failed = 0;
    for (ptrdiff_t i = 0; i < column->long_count && !failed; i++) {
        const ev_csv_long number = column->longs[i];
        PyObject *text =
            PyBytes_FromStringAndSize((const char *)pool + number.start, number.size);
        failed = text == NULL;
        if (!failed) { /* beyond the range it is infinite, as float() gives */
            const double real =
                PyOS_string_to_double(PyBytes_AsString(text), NULL, NULL);
            failed = PyErr_Occurred() != NULL;
            column->decimals[number.row] = real;
        }
        Py_XDECREF(text);
    }
    return failed ? -1 : 0;
}

static void set_column(const csv_batch *held, const ev_csv_form *form, int k)
{
    const ev_csv_column *from = &held->table.columns[k];
    ev_column *to = &held->columns[k];
    to->length = held->table.rows;
    to->valid = from->nulls > 0 ? from->valid : NULL;
    if (form->kinds[k] == EV_CSV_TEXT) {
        to->type = EV_COL_TEXT_VIEW;
        to->data = from->views;
        to->blocks = held->blocks;
        to->block_sizes = held->block_sizes;
        to->block_count = 2;
    }
    else {
        to->type = from->has_decimals ? EV_COL_F64 : EV_COL_I64;
        to->data = from->has_decimals ? (const void *)from->decimals : from->integers;
    }
}

/* (row, bytes), or None. */
static PyObject *first_of(const uint8_t *data, ev_csv_first first)
{
    return first.row < 0 ? Py_NewRef(Py_None)
                         : Py_BuildValue("ny#", first.row,
                                         (const char *)data + first.span.start,
                                         (Py_ssize_t)first.span.size);
}

static PyObject *fact_of(const uint8_t *data, const ev_csv_column *column)
{
    PyObject *fact = NULL;
    PyObject *beyond = first_of(data, column->beyond);
    PyObject *doubtful = first_of(data, column->doubtful);
    PyObject *percent = first_of(data, column->percent);
    PyObject *plain = first_of(data, column->plain);
    if (beyond != NULL && doubtful != NULL && percent != NULL && plain != NULL) {
        fact = Py_BuildValue("nOOOOii", column->large, beyond, doubtful, percent, plain,
                             column->shows_marks, column->has_decimals);
    }
    Py_XDECREF(beyond);
    Py_XDECREF(doubtful);
    Py_XDECREF(percent);
    Py_XDECREF(plain);
    return fact;
}

static PyObject *facts_of(const csv_batch *held, const uint8_t *data)
{
    PyObject *facts = PyList_New(held->table.count);
    for (int k = 0; k < held->table.count && facts != NULL; k++) {
        PyObject *fact = fact_of(data, &held->table.columns[k]);
        if (fact == NULL || PyList_SetItem(facts, k, fact) < 0) {
            Py_CLEAR(facts);
        }
    }
    return facts;
}

/* The batch that was read, in a capsule; takes over `held`, also on failure. */
static PyObject *finish(csv_batch *held, const ev_csv_form *form, const uint8_t *data)
{
    PyObject *capsule = NULL, *facts = NULL, *answer = NULL;
    const Py_ssize_t rows = held->table.rows;
    int failed = 0;
    held->columns = PyMem_Calloc((size_t)form->count + 1, sizeof *held->columns);
    if (held->columns == NULL) {
        PyErr_NoMemory();
        failed = 1;
    }
    for (int k = 0; k < form->count && !failed; k++) {
        failed = read_longs(held->table.pool, &held->table.columns[k]) < 0;
        set_column(held, form, k);
    }
    if (!failed) {
        held->blocks[0] = data;
        held->block_sizes[0] = held->data.len;
        held->blocks[1] = held->table.pool;
        held->block_sizes[1] = held->table.pool_size;
        held->batch = (ev_batch){rows, form->count, held->columns};
        facts = facts_of(held, data);
    }
    if (facts != NULL) {
        capsule = PyCapsule_New(held, EV_BATCH_CAPSULE, release_capsule);
    }
    if (capsule != NULL) {
        answer = Py_BuildValue("NnnOO", capsule, rows, held->table.blanks, facts, Py_None);
    }
    else {
        free_batch(held);
    }
    Py_XDECREF(facts);
    return answer;
}

static PyObject *fault_of(const ev_csv_fault *fault, const uint8_t *data)
{
    static const char *const names[] = {[EV_CSV_NO_FAULT] = "",
                                        [EV_CSV_FIELDS] = "fields",
                                        [EV_CSV_OPEN_QUOTE] = "quote",
                                        [EV_CSV_BAD_TEXT] = "utf8",
                                        [EV_CSV_BAD_NUMBER] = "number"};
    return Py_BuildValue("OnnO(sniny#)", Py_None, (Py_ssize_t)0, (Py_ssize_t)0, Py_None,
                         names[fault->kind], fault->row, fault->column, fault->number,
                         (const char *)data + fault->span.start,
                         (Py_ssize_t)fault->span.size);
}

static PyObject *read_block(PyObject *module, Py_buffer *given, Py_ssize_t start,
                            Py_ssize_t stop, const ev_csv_form *form)
{
    const ev_state *state = PyModule_GetState(module);
    PyObject *answer = NULL;
    csv_batch *held = PyMem_Calloc(1, sizeof *held);
    if (held == NULL) {
        PyErr_NoMemory();
    }
    else {
        const uint8_t *data = given->buf;
        ev_csv_fault fault;
        ev_result result;
        held->data = *given; /* taken over */
        memset(given, 0, sizeof *given);
        held->module = Py_NewRef(module);
        Py_BEGIN_ALLOW_THREADS
        result = ev_csv_read(&held->table, &state->memory, form, data, start, stop, &fault);
        Py_END_ALLOW_THREADS
        if (result == EV_DONE) {
            answer = finish(held, form, data);
        }
        else {
            answer = result == EV_BAD_VALUE ? fault_of(&fault, data) : PyErr_NoMemory();
            free_batch(held);
        }
    }
    return answer;
}

/* The signs of a form, as text of one byte; the last may be empty. */
static int are_signs(const char *const *signs)
{
    return strlen(signs[0]) == 1 && strchr("\"\n\r", signs[0][0]) == NULL &&
           (strcmp(signs[1], ".") == 0 || strcmp(signs[1], ",") == 0) &&
           strlen(signs[2]) <= 1;
}

static PyObject *csv_read(PyObject *module, PyObject *args)
{
    PyObject *places, *kinds, *marks, *answer = NULL;
    Py_buffer data;
    Py_ssize_t start = 0, stop = 0, width = 0;
    const char *signs[3] = {"", "", ""};
    csv_form read;
    memset(&data, 0, sizeof data);
    if (PyArg_ParseTuple(args, "y*nn(sss)nO!O!O!:csv_read", &data, &start, &stop,
                         &signs[0], &signs[1], &signs[2], &width, &PyTuple_Type, &places,
                         &PyTuple_Type, &kinds, &PyTuple_Type, &marks)) {
        if (start < 0 || stop < start || stop > data.len || stop > EV_CSV_MOST ||
            width < 1 || !are_signs(signs)) {
            PyErr_SetString(PyExc_ValueError, "needs a range of the bytes, below 2 GiB, "
                                              "a width and the signs of the form");
        }
        else {
            if (open_form(&read, signs, width, places, kinds, marks) == 0) {
                answer = read_block(module, &data, start, stop, &read.form);
            }
            close_form(&read);
        }
        PyBuffer_Release(&data);
    }
    return answer;
}

/* ---- cuts ---- */

static PyObject *list_of(const ptrdiff_t *cuts, ptrdiff_t count)
{
    PyObject *list = PyList_New(count);
    for (ptrdiff_t i = 0; i < count && list != NULL; i++) {
        PyObject *cut = PyLong_FromSsize_t(cuts[i]);
        if (cut == NULL || PyList_SetItem(list, i, cut) < 0) {
            Py_CLEAR(list);
        }
    }
    return list;
}

static PyObject *csv_cuts(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *answer = NULL;
    Py_buffer data;
    Py_ssize_t start = 0, stop = 0, parts = 0;
    int separator = 0, final = 0;
    if (PyArg_ParseTuple(args, "y*nnCnp:csv_cuts", &data, &start, &stop, &separator,
                         &parts, &final)) {
        ptrdiff_t *cuts = NULL;
        if (start < 0 || stop < start || stop > data.len || stop > EV_CSV_MOST ||
            parts < 1 || parts > 4096 || separator > 127) {
            PyErr_SetString(PyExc_ValueError,
                            "needs a range of the bytes, below 2 GiB, and parts");
        }
        else if ((cuts = PyMem_Calloc((size_t)parts + 1, sizeof *cuts)) == NULL) {
            PyErr_NoMemory();
        }
        else {
            ptrdiff_t count;
            Py_BEGIN_ALLOW_THREADS
            count = ev_csv_cuts(data.buf, start, stop, (char)separator, parts, final, cuts);
            Py_END_ALLOW_THREADS
            answer = list_of(cuts, count);
        }
        PyMem_Free(cuts);
        PyBuffer_Release(&data);
    }
    return answer;
}

PyMethodDef ev_py_csv_functions[] = {
    {"csv_cuts", csv_cuts, METH_VARARGS,
     "csv_cuts(data, start, stop, separator, parts, final) -> ends of parts"},
    {"csv_read", csv_read, METH_VARARGS,
     "csv_read(data, start, stop, (separator, decimal, thousands), width, places, kinds, "
     "marks) -> (batch, rows, blanks, facts, fault)"},
    {NULL, NULL, 0, NULL},
};
