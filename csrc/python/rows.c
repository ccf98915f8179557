/* Rows of a long table by group and period, for Python. Called through evmarket.Rows.
 *
 * Rows(batch, columns, ordinals)
 *     batch: a capsule "evmarket.batch"; columns: tuple of column numbers, the groups
 *     (none: one group); ordinals: int64 array, one per row.
 * Rows.run(start, stop)   runs the current stage for a range of rows; on any number of
 *     threads, over disjoint ranges that together are all rows.
 * Rows.next() -> bool     starts the next stage, on one thread; True if there is one:
 *         while True: [run over all rows]; if not rows.next(): break
 *     ValueError with .rows = (first, second) if a (group, period) occurs twice.
 * When ready:
 * Rows.base(lag, start, stop, out)       lag: see ev_py_lag; out: int32 (stop - start);
 *     gets the row of the same group a lag earlier, -1 if there is none
 * Rows.groups(start, stop, out)          out: int32 (rows); out[start:stop] gets the
 *     group of each row
 * Rows.presence(values, start, stop, first, last)   values: float64 (rows); first, last:
 *     int64 (group_count): first and last ordinal where values is not NaN, of the groups
 *     start .. stop - 1; INT64_MAX and INT64_MIN if there is none
 * Rows.group_count, Rows.low, Rows.high, len(Rows)   low, high: of the ordinals
 * gather(values, base, start, stop, out)  values, out: float64 or int64, base int32:
 *     out[start:stop] = values[base[start:stop]], NaN (0 for integers) where base is -1
 * lag_bases(indptr, ordinals, lag, first, last, bases)   see table/panel.h; contiguous
 *     int64, bases: one item per cell
 *
 * All of these release the GIL. After an error the Rows cannot be used. ValueError if
 * another thread is in next, next if another thread is in any of them, and if the ranges
 * of a stage were not all rows.
 */
#include <stdatomic.h>
#include <string.h>

#include "python/batch.h"
#include "python/errors.h"
#include "python/module.h"
#include "python/numpy.h"
#include "python/period.h"
#include "python/raise.h"
#include "table/panel.h"
#include "table/rows.h"

#include <structmember.h> /* after Python.h */

typedef struct rows_object {
    PyObject_HEAD
    ev_rows rows;
    int broken;
    atomic_int users;  /* threads that read or run; -1: one is in next */
    atomic_llong done; /* rows that this stage was run for */
    PyObject *batch, *ordinals; /* kept while they are read */
    const ev_column *columns[EV_PY_MOST_COLUMNS];
} rows_object;

static PyObject *rows_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"batch", "columns", "ordinals", NULL};
    PyObject *capsule, *numbers, *given;
    const ev_batch *batch = NULL;
    rows_object *self = NULL;
    int failed = 1;
    if (PyArg_ParseTupleAndKeywords(args, kwargs, "OO!O:Rows", names, &capsule,
                                    &PyTuple_Type, &numbers, &given)) {
        batch = ev_py_batch(capsule);
    }
    if (batch != NULL) {
        self = (rows_object *)((allocfunc)PyType_GetSlot(type, Py_tp_alloc))(type, 0);
    }
    if (self != NULL) {
        self->broken = 1;
        self->batch = Py_NewRef(capsule);
        self->ordinals = PyArray_FROMANY(given, NPY_INT64, 1, 1, NPY_ARRAY_IN_ARRAY);
        failed = self->ordinals == NULL;
        if (!failed && (PyArray_SIZE((PyArrayObject *)self->ordinals) != batch->rows ||
                        batch->rows >= INT32_MAX)) {
            PyErr_SetString(PyExc_ValueError,
                            "ordinals: needs one per row, for at most 2^31 - 2 rows");
            failed = 1;
        }
        failed = failed || ev_py_batch_columns(batch, numbers, 0, EV_PY_MOST_COLUMNS,
                                               self->columns) < 0;
        if (!failed) {
            /* The number of rows, its one error, was checked above. */
            const ev_state *state = PyType_GetModuleState(type);
            (void)ev_rows_open(&self->rows, &state->memory, self->columns,
                               (int)PyTuple_Size(numbers),
                               PyArray_DATA((PyArrayObject *)self->ordinals), batch->rows);
            self->broken = 0;
        }
    }
    if (failed) {
        Py_CLEAR(self);
    }
    return (PyObject *)self;
}

static void rows_dealloc(PyObject *object)
{
    rows_object *self = (rows_object *)object;
    PyTypeObject *type = Py_TYPE(object);
    ev_rows_close(&self->rows);
    Py_XDECREF(self->batch);
    Py_XDECREF(self->ordinals);
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(object);
    Py_DECREF(type);
}

/* ---- stages ---- */

/* Whether start .. stop is a range of `count` items and the rows are ready or not, as
 * asked for. 0 with an exception set. */
static int check(const rows_object *self, Py_ssize_t start, Py_ssize_t stop,
                 Py_ssize_t count, int ready)
{
    int good = 0;
    if (self->broken || (self->rows.stage == EV_ROWS_READY) != ready) {
        PyErr_SetString(PyExc_ValueError, ready ? "these Rows are not ready"
                                                : "these Rows are ready, or failed earlier");
    }
    else if (start < 0 || stop < start || stop > count) {
        ev_py_raise(PyExc_ValueError, "no range %zd to %zd of %zd", start, stop, count);
    }
    else {
        good = 1;
    }
    return good;
}

/* Begins a use, alone or beside others. 0 with an exception set if another thread is in
 * the way. */
static int enter(rows_object *self, int alone)
{
    int users = alone ? 0 : atomic_load(&self->users), good = users >= 0;
    while (good &&
           !atomic_compare_exchange_weak(&self->users, &users, alone ? -1 : users + 1)) {
        good = alone ? users == 0 : users >= 0;
    }
    if (!good) {
        PyErr_SetString(PyExc_ValueError, "these Rows are in use in another thread");
    }
    return good;
}

static void leave(rows_object *self, int alone)
{
    atomic_fetch_add(&self->users, alone ? 1 : -1);
}

static PyObject *rows_run(PyObject *object, PyObject *args)
{
    rows_object *self = (rows_object *)object;
    PyObject *answer = NULL;
    Py_ssize_t start, stop;
    if (PyArg_ParseTuple(args, "nn:run", &start, &stop) && enter(self, 0)) {
        if (check(self, start, stop, self->rows.count, 0)) {
            Py_BEGIN_ALLOW_THREADS
            ev_rows_run(&self->rows, start, stop);
            Py_END_ALLOW_THREADS
            atomic_fetch_add(&self->done, stop - start);
            answer = Py_NewRef(Py_None);
        }
        leave(self, 0);
    }
    return answer;
}

static void raise_repeat(const ev_rows_repeat *repeat)
{
    PyObject *text = PyUnicode_FromFormat("rows %zd and %zd have the same group and "
                                          "period: each pair may occur once",
                                          repeat->first, repeat->second);
    ev_py_raise_with(PyExc_ValueError, text,
                     Py_BuildValue("{s:(nn)}", "rows", repeat->first, repeat->second));
}

static void raise_failure(ev_result result, int which, const ev_key_place *place,
                          const ev_rows_repeat *repeat)
{
    if (result == EV_NO_MEMORY) {
        PyErr_NoMemory();
    }
    else if (result == EV_DUPLICATE) {
        raise_repeat(repeat);
    }
    else if (which < 0) {
        PyErr_SetString(PyExc_OverflowError, "period: an ordinal outside int32");
    }
    else {
        PyObject *what = PyUnicode_FromFormat("group column %d", which);
        if (what != NULL) {
            ev_py_raise_key(what, result, place, 0);
        }
        Py_XDECREF(what);
    }
}

/* The next stage, in a thread that is alone in these Rows. */
static PyObject *next_stage(rows_object *self)
{
    int more = 0, which = -1;
    ev_key_place place = {-1, -1, 0};
    ev_rows_repeat repeat = {-1, -1};
    ev_result result;
    PyObject *answer = NULL;
    Py_BEGIN_ALLOW_THREADS
    result = ev_rows_next(&self->rows, &more, &which, &place, &repeat);
    Py_END_ALLOW_THREADS
    if (result != EV_DONE) {
        self->broken = 1;
        raise_failure(result, which, &place, &repeat);
    }
    else {
        answer = PyBool_FromLong(more);
    }
    return answer;
}

static PyObject *rows_next(PyObject *object, PyObject *Py_UNUSED(ignored))
{
    rows_object *self = (rows_object *)object;
    PyObject *answer = NULL;
    if (enter(self, 1)) {
        const int good = check(self, 0, 0, 0, 0);
        if (good && atomic_exchange(&self->done, 0) != self->rows.count) {
            PyErr_SetString(PyExc_ValueError,
                            "next: the stage was not run once for each of the rows");
            self->broken = 1;
        }
        else if (good) {
            answer = next_stage(self);
        }
        leave(self, 1);
    }
    return answer;
}

/* ---- look-ups ---- */

/* The data of a contiguous array of this type with at least `count` items, writeable if
 * `writes`. NULL with an exception set. */
static void *array_data(PyObject *object, int type, Py_ssize_t count, int writes,
                        const char *name)
{
    PyArrayObject *array = (PyArrayObject *)object;
    void *data = NULL;
    if (!ev_py_is_plain(object, type, writes) || PyArray_NDIM(array) != 1 ||
        PyArray_SIZE(array) < count) {
        ev_py_raise(PyExc_ValueError, "%s: needs a contiguous array of the right type, with "
                                      "one item per row",
                    name);
    }
    else {
        data = PyArray_DATA(array);
    }
    return data;
}

static PyObject *rows_base(PyObject *object, PyObject *args)
{
    rows_object *self = (rows_object *)object;
    PyObject *given, *answer = NULL;
    ev_lag lag;
    Py_ssize_t start, stop;
    if (PyArg_ParseTuple(args, "O&nnO:base", ev_py_lag, &lag, &start, &stop, &given) &&
        enter(self, 0)) {
        if (check(self, start, stop, self->rows.count, 1)) {
            int32_t *out = array_data(given, NPY_INT32, stop - start, 1, "out");
            if (out != NULL) {
                Py_BEGIN_ALLOW_THREADS
                ev_rows_base(&self->rows, &lag, start, stop, out);
                Py_END_ALLOW_THREADS
                answer = Py_NewRef(Py_None);
            }
        }
        leave(self, 0);
    }
    return answer;
}

static PyObject *rows_groups(PyObject *object, PyObject *args)
{
    rows_object *self = (rows_object *)object;
    PyObject *given, *answer = NULL;
    Py_ssize_t start, stop;
    if (PyArg_ParseTuple(args, "nnO:groups", &start, &stop, &given) && enter(self, 0)) {
        if (check(self, start, stop, self->rows.count, 1)) {
            int32_t *out = array_data(given, NPY_INT32, self->rows.count, 1, "out");
            if (out != NULL) {
                Py_BEGIN_ALLOW_THREADS
                ev_rows_groups(&self->rows, start, stop, out + start);
                Py_END_ALLOW_THREADS
                answer = Py_NewRef(Py_None);
            }
        }
        leave(self, 0);
    }
    return answer;
}

static PyObject *rows_presence(PyObject *object, PyObject *args)
{
    rows_object *self = (rows_object *)object;
    PyObject *given, *given_first, *given_last, *answer = NULL;
    Py_ssize_t start, stop;
    const ptrdiff_t groups = self->rows.group_count;
    if (PyArg_ParseTuple(args, "OnnOO:presence", &given, &start, &stop, &given_first,
                         &given_last) && enter(self, 0)) {
        if (check(self, start, stop, groups, 1)) {
            const double *values = array_data(given, NPY_DOUBLE, self->rows.count, 0, "values");
            int64_t *first =
                values == NULL ? NULL : array_data(given_first, NPY_INT64, groups, 1, "first");
            int64_t *last =
                first == NULL ? NULL : array_data(given_last, NPY_INT64, groups, 1, "last");
            if (last != NULL) {
                Py_BEGIN_ALLOW_THREADS
                ev_rows_presence(&self->rows, values, start, stop, first + start, last + start);
                Py_END_ALLOW_THREADS
                answer = Py_NewRef(Py_None);
            }
        }
        leave(self, 0);
    }
    return answer;
}

static PyObject *gather(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *given, *given_base, *given_out, *answer = NULL;
    Py_ssize_t start, stop;
    if (PyArg_ParseTuple(args, "OOnnO:gather", &given, &given_base, &start, &stop,
                         &given_out)) {
        const int floats = PyArray_Check(given) &&
                           PyArray_TYPE((PyArrayObject *)given) == NPY_DOUBLE;
        const int type = floats ? NPY_DOUBLE : NPY_INT64;
        const int32_t *base = array_data(given_base, NPY_INT32, stop, 0, "base");
        const uint64_t *values =
            base == NULL ? NULL : array_data(given, type, 0, 0, "values");
        uint64_t *out = values == NULL ? NULL : array_data(given_out, type, stop, 1, "out");
        const npy_intp count = values == NULL ? 0 : PyArray_SIZE((PyArrayObject *)given);
        const uint64_t none = floats ? UINT64_C(0x7ff8000000000000) : 0;
        int good = out != NULL && start >= 0 && start <= stop;
        if (good) {
            Py_BEGIN_ALLOW_THREADS
            good = ev_rows_gather(values, count, base + start, stop - start, none,
                                  out + start);
            Py_END_ALLOW_THREADS
        }
        if (good) {
            answer = Py_NewRef(Py_None);
        }
        else if (!PyErr_Occurred()) {
            PyErr_SetString(PyExc_ValueError, "base: needs rows of values, or -1, and start <= stop");
        }
    }
    return answer;
}

static PyObject *lag_bases(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *indptr, *ordinals, *bases, *answer = NULL;
    ev_lag lag;
    Py_ssize_t first, last;
    if (PyArg_ParseTuple(args, "OOO&nnO:lag_bases", &indptr, &ordinals, ev_py_lag, &lag,
                         &first, &last, &bases)) {
        const int64_t *starts = array_data(indptr, NPY_INT64, 1, 0, "indptr");
        const int64_t *from =
            starts == NULL ? NULL : array_data(ordinals, NPY_INT64, 0, 0, "ordinals");
        int64_t *to = from == NULL ? NULL : array_data(bases, NPY_INT64, 0, 1, "bases");
        const npy_intp count = to == NULL ? 0 : PyArray_SIZE((PyArrayObject *)indptr);
        const npy_intp cells = to == NULL ? 0 : PyArray_SIZE((PyArrayObject *)ordinals);
        if (to != NULL && (first < 0 || last < first || last >= count ||
                           starts[count - 1] != cells ||
                           PyArray_SIZE((PyArrayObject *)bases) != cells)) {
            PyErr_SetString(PyExc_ValueError,
                            "lag_bases: the arrays do not describe a panel");
        }
        else if (to != NULL) {
            Py_BEGIN_ALLOW_THREADS
            ev_lag_bases(starts, from, cells, first, last, &lag, to);
            Py_END_ALLOW_THREADS
            answer = Py_NewRef(Py_None);
        }
    }
    return answer;
}

/* ---- the type ---- */

static Py_ssize_t rows_length(PyObject *object)
{
    return ((rows_object *)object)->rows.count;
}

static PyMethodDef rows_methods[] = {
    {"run", rows_run, METH_VARARGS, "run(start, stop): runs this stage for a range of rows."},
    {"next", rows_next, METH_NOARGS, "next() -> bool: starts the next stage, if there is one."},
    {"base", rows_base, METH_VARARGS, "base(lag, start, stop, out)"},
    {"groups", rows_groups, METH_VARARGS, "groups(start, stop, out)"},
    {"presence", rows_presence, METH_VARARGS, "presence(values, start, stop, first, last)"},
    {NULL, NULL, 0, NULL},
};

static PyMemberDef rows_members[] = {
    {"group_count", T_PYSSIZET, offsetof(rows_object, rows.group_count), READONLY,
     "groups, when ready"},
    {"low", T_LONGLONG, offsetof(rows_object, rows.low), READONLY,
     "the least ordinal, when ready and not empty"},
    {"high", T_LONGLONG, offsetof(rows_object, rows.high), READONLY,
     "the greatest ordinal, when ready and not empty"},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot rows_slots[] = {
    {Py_tp_new, (void *)rows_new},
    {Py_tp_dealloc, (void *)rows_dealloc},
    {Py_tp_methods, rows_methods},
    {Py_tp_members, rows_members},
    {Py_sq_length, (void *)rows_length},
    {Py_tp_doc, (void *)"Rows of a long table by group and period."},
    {0, NULL},
};

PyType_Spec ev_py_rows_type = {
    .name = "evmarket._core.Rows",
    .basicsize = sizeof(rows_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = rows_slots,
};

PyMethodDef ev_py_rows_functions[] = {
    {"gather", gather, METH_VARARGS, "gather(values, base, start, stop, out)"},
    {"lag_bases", lag_bases, METH_VARARGS,
     "lag_bases(indptr, ordinals, lag, first, last, bases)"},
    {NULL, NULL, 0, NULL},
};
