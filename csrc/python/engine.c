/* The table engine for Python. Called through evmarket.Panel.
 *
 * Partial(keys, measures, *, period="period", duplicates="add", track=False,
 *         skip_nulls=False, find_repeats=0, only_repeats=False, isa=None)
 *     keys, measures: tuples of names, for messages. duplicates: "add", "identical" or
 *     "last". track: find the first repeated (series, period); see "repeat" below.
 *     skip_nulls: a row without any value is not a row; a series may be left without
 *     cells. find_repeats: among how many of the first rows equal ones are counted.
 *     only_repeats: measures may hold dates, and nothing is added. isa: None for the
 *     module's instruction set, or "baseline", "avx2".
 * Partial.add(batch, keys, period, measures, *, freq, first_row=0, start=0, stop=None)
 *     Adds the rows start .. stop - 1 of a capsule "evmarket.batch". keys, measures:
 *     tuples of column numbers. period: (column,) or (year, month or quarter). freq: its
 *     name, or None for a column of ordinals (integers). first_row: the number of the
 *     batch's row 0 in the whole table. After an error the Partial cannot be used.
 * Partial.merge(other)
 *     Adds another Partial with the same keys, measures and rule, which is not changed.
 * Partial.repeats(others) -> (count, first, second)
 *     How many rows of this and the other Partials, a tuple, repeat another one exactly
 *     (same series and period, same measures), and the numbers of the first that does and
 *     of the one it repeats, else -1; needs find_repeats.
 * Partial.clear()
 *     Frees the memory.
 * Partial.finish() -> dict, after which the Partial is empty
 *     Threads can share the work: indptr = prepare(); write(start, stop) on any threads,
 *     for disjoint ranges that together are all series; then finish(). After prepare only
 *     write and finish may be called. The dict holds
 *     "labels"   one list per key: its labels in order, str or int, None last
 *     "codes"    int32 (series, keys): places in labels; series are sorted by them
 *     "repeat"   None, or (first row, second row, series, ordinal, differing) of the
 *                repeated cell whose second row comes first; needs track. Under
 *                "identical" the rows differ: (measure, first value, second value),
 *                a null as None; else differing is None
 *     and the same as regroup:
 *     "indptr"   int64 (series + 1): series s has the cells indptr[s] .. indptr[s + 1] - 1
 *     "ordinals" int64 (cells): sorted within a series
 *     "rows"     int64 (cells): rows seen; rows - 1 are repeated
 *     "measures" one dict per measure:
 *         "grain"  "integer", "float", "decimal", or None if there was no value
 *         "places" of decimals, else 0
 *         "lo"     uint64 (cells): the exact sum is (hi * 2^64 + lo + fine * 2^-62) units
 *         "hi"     int64 (cells), or None for integers: then hi is the sign of lo
 *         "fine"   uint64 (cells), or None for 0
 *         "counts" int64 (cells): rows counted, not null; the same object as "rows" if
 *                  every row is counted
 *         "values" float64 (cells): nearest to the sum; NaN where counts is 0
 *     A unit is 1 for integers, 2^-64 for floats, 10^-places for decimals.
 * regroup(sources, series, measures) -> the same dict without labels, codes and repeat
 *     sources: a sequence of (panel, series_map, period_map, keep). panel: a dict as above.
 *     series_map: for each of its series the new one, below `series`, or -1 to drop it.
 *     period_map: None, or (low, int64 array) with the new ordinals of low, low + 1 ...;
 *     ordinals with DROPPED or outside the array are dropped. keep: None or bool (cells).
 *     series: the number of series of the result. measures: names. Cells that meet are
 *     added exactly.
 *
 * add, merge, prepare, write, finish and regroup release the GIL. A Partial is used by one
 * thread at a time, except write; else ValueError. Other errors are TypeError,
 * OverflowError and MemoryError. The OverflowError of a total outside the range of int64
 * has the attributes measure, series and ordinal.
 */
#include "python/engine.h"

#include <stdatomic.h>
#include <string.h>

#include "base/dispatch.h"
#include "python/batch.h"
#include "python/errors.h"
#include "python/module.h"
#include "python/numpy.h"
#include "python/period.h"
#include "python/raise.h"

/* Bits, so that a set of states is an int. */
typedef enum partial_state {
    ADDING = 1,
    WRITING = 2,
    BROKEN = 4,
    FINISHED = 8
} partial_state;

/* Users of a partial: 0, or n threads that write, or ALONE for the one thread that does
 * anything else. */
enum { ALONE = -(1 << 30) };

typedef struct partial_object {
    PyObject_HEAD
    ev_partial partial;
    partial_state state; /* set only by a thread that is alone */
    atomic_int users;
    PyObject *keys, *measures, *period; /* names */
    int has_freq;
    ev_frequency freq;         /* of the batch added last */
    ev_output output;          /* while WRITING */
    _Atomic ptrdiff_t written; /* series so far, while WRITING */
} partial_object;

/* ---- one thread at a time, or any number that write ---- */

static void raise_in_use(void)
{
    PyErr_SetString(PyExc_ValueError, "this Partial is in use by another thread");
}

/* Whether the state is one of `allowed`; 0 with an exception set. */
static int is_in(const partial_object *self, int allowed)
{
    const int good = ((int)self->state & allowed) != 0;
    if (!good) {
        PyErr_SetString(
            PyExc_ValueError,
            self->state == BROKEN     ? "this Partial failed earlier and cannot be used"
            : self->state == FINISHED ? "this Partial is finished"
            : self->state == ADDING   ? "call prepare before write"
                                      : "after prepare, only write and finish work");
    }
    return good;
}

/* Makes this thread the only user; 0 with an exception set. */
static int enter(partial_object *self, int allowed)
{
    int users = 0;
    int entered = atomic_compare_exchange_strong(&self->users, &users, ALONE);
    if (!entered) {
        raise_in_use();
    }
    else if (!is_in(self, allowed)) {
        (void)atomic_fetch_sub(&self->users, ALONE);
        entered = 0;
    }
    return entered;
}

static void leave(partial_object *self, partial_state state)
{
    if (state == BROKEN || state == FINISHED) {
        Py_XDECREF(ev_py_output_close(&self->output));
        ev_partial_close(&self->partial);
    }
    self->state = state;
    (void)atomic_fetch_sub(&self->users, ALONE);
}

/* ---- construction ---- */

static int read_duplicates(const char *name, ev_duplicates *rule)
{
    static const char *const rules[] = {
        [EV_ADD] = "add", [EV_IDENTICAL] = "identical", [EV_LAST] = "last"};
    int known = 0;
    for (size_t i = 0; i < sizeof rules / sizeof rules[0] && !known; i++) {
        known = strcmp(name, rules[i]) == 0;
        *rule = (ev_duplicates)i;
    }
    if (!known) {
        ev_py_raise(PyExc_ValueError,
                    "duplicates is '%.40s': it takes 'add', 'identical' or 'last'",
                    name);
    }
    return known;
}

static int read_isa(PyTypeObject *type, const char *name, ev_isa *isa)
{
    int known = 1;
    if (name == NULL) {
        const ev_state *state = PyType_GetModuleState(type);
        *isa = state->isa;
    }
    else if (ev_isa_choose(name, isa) != EV_DONE) {
        ev_py_raise(PyExc_ValueError, "isa is '%.40s': not a path of this build",
                    name);
        known = 0;
    }
    return known;
}

static PyObject *partial_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"keys",       "measures",     "period", "duplicates", "track",
                            "skip_nulls", "find_repeats", "only_repeats", "isa", NULL};
    PyObject *keys, *measures, *period = NULL;
    const char *duplicates = "add", *isa_name = NULL;
    Py_ssize_t repeats = 0;
    int only_repeats = 0;
    ev_row_rule rule = {EV_ADD, 0, 0};
    ev_isa isa = EV_BASELINE;
    partial_object *self = NULL;
    if (PyArg_ParseTupleAndKeywords(args, kwargs, "O!O!|$Usppnpz:Partial", names,
                                    &PyTuple_Type, &keys, &PyTuple_Type, &measures,
                                    &period, &duplicates, &rule.tracks,
                                    &rule.skips_nulls, &repeats, &only_repeats,
                                    &isa_name) &&
        read_duplicates(duplicates, &rule.duplicates) &&
        read_isa(type, isa_name, &isa)) {
        self =
            (partial_object *)((allocfunc)PyType_GetSlot(type, Py_tp_alloc))(type, 0);
    }
    if (self != NULL) {
        const ev_state *state = PyType_GetModuleState(type);
        self->state = ADDING;
        self->keys = Py_NewRef(keys);
        self->measures = Py_NewRef(measures);
        self->period =
            period != NULL ? Py_NewRef(period) : PyUnicode_FromString("period");
        ev_result result =
            ev_partial_open(&self->partial, &state->memory, (int)PyTuple_Size(keys),
                            (int)PyTuple_Size(measures), rule, isa);
        if (result == EV_DONE && repeats > 0) {
            result = ev_partial_find_repeats(
                &self->partial, repeats < EV_MOST_REPEATS ? repeats : EV_MOST_REPEATS,
                only_repeats);
        }
        if (result != EV_DONE || self->period == NULL) {
            if (result != EV_DONE) {
                PyErr_NoMemory();
            }
            Py_DECREF(self);
            self = NULL;
        }
    }
    return (PyObject *)self;
}

static void partial_dealloc(PyObject *object)
{
    partial_object *self = (partial_object *)object;
    PyTypeObject *type = Py_TYPE(object);
    Py_XDECREF(ev_py_output_close(&self->output)); /* nothing if closed before */
    ev_partial_close(&self->partial);
    Py_XDECREF(self->keys);
    Py_XDECREF(self->measures);
    Py_XDECREF(self->period);
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(object);
    Py_DECREF(type);
}

/* ---- add ---- */

static int optional_freq(PyObject *name, void *address)
{
    if (name == Py_None) {
        ((ev_frequency *)address)->end = -1; /* none */
    }
    return name == Py_None || ev_py_frequency(name, address);
}

static PyObject *add_rows(partial_object *self, const ev_batch_columns *columns,
                          ptrdiff_t start, ptrdiff_t count)
{
    PyObject *answer = NULL;
    if (enter(self, ADDING)) {
        ev_result result;
        ev_place place;
        Py_BEGIN_ALLOW_THREADS
        result = ev_partial_add(&self->partial, columns, start, count, &place);
        Py_END_ALLOW_THREADS
        self->has_freq = columns->freq != NULL;
        if (self->has_freq) {
            self->freq = *columns->freq;
        }
        if (result != EV_DONE) {
            ev_py_raise_batch(self->keys, self->measures, self->period, result, &place,
                              columns);
        }
        leave(self, result == EV_DONE ? ADDING : BROKEN);
        answer = result == EV_DONE ? Py_NewRef(Py_None) : NULL;
    }
    return answer;
}

static PyObject *partial_add(PyObject *object, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"batch",     "keys",  "period", "measures", "freq",
                            "first_row", "start", "stop",   NULL};
    partial_object *self = (partial_object *)object;
    const ev_column *keys[EV_PY_MOST_COLUMNS], *measures[EV_PY_MOST_COLUMNS];
    const ev_column *periods[2] = {NULL, NULL};
    PyObject *capsule, *key_columns, *period_columns, *measure_columns, *stop = Py_None;
    PyObject *answer = NULL;
    ev_frequency freq = {EV_YEAR, -1};
    long long first_row = 0;
    Py_ssize_t start = 0, end = 0;
    const ev_batch *batch = NULL;
    if (PyArg_ParseTupleAndKeywords(args, kwargs, "OO!O!O!|$O&LnO:add", names, &capsule,
                                    &PyTuple_Type, &key_columns, &PyTuple_Type,
                                    &period_columns, &PyTuple_Type, &measure_columns,
                                    optional_freq, &freq, &first_row, &start, &stop)) {
        batch = ev_py_batch(capsule);
    }
    if (batch != NULL) {
        end = stop == Py_None ? batch->rows : PyLong_AsSsize_t(stop);
    }
    if (batch == NULL || PyErr_Occurred()) {
        answer = NULL;
    }
    else if (start < 0 || end < start || end > batch->rows) {
        ev_py_raise(PyExc_ValueError, "rows %zd to %zd of a batch of %zd", start, end,
                    batch->rows);
    }
    else if (ev_py_batch_columns(batch, key_columns, PyTuple_Size(self->keys),
                                 PyTuple_Size(self->keys), keys) == 0 &&
             ev_py_batch_columns(batch, measure_columns, PyTuple_Size(self->measures),
                                 PyTuple_Size(self->measures), measures) == 0 &&
             ev_py_batch_columns(batch, period_columns, 1, 2, periods) == 0) {
        const ev_batch_columns columns = {.keys = keys,
                                          .when = periods[0],
                                          .within = periods[1],
                                          .freq = freq.end < 0 ? NULL : &freq,
                                          .measures = measures,
                                          .first_row = first_row};
        answer = add_rows(self, &columns, start, end - start);
    }
    return answer;
}

/* ---- merge, clear ---- */

static PyObject *partial_merge(PyObject *object, PyObject *given)
{
    partial_object *self = (partial_object *)object;
    partial_object *other = (partial_object *)given;
    PyObject *answer = NULL;
    if (Py_TYPE(given) != Py_TYPE(object) || given == object) {
        PyErr_SetString(PyExc_TypeError, "merge takes another Partial");
    }
    else if (PyTuple_Size(self->keys) != PyTuple_Size(other->keys) ||
             PyTuple_Size(self->measures) != PyTuple_Size(other->measures) ||
             memcmp(&self->partial.ledger.rule, &other->partial.ledger.rule,
                    sizeof(ev_row_rule)) != 0 ||
             self->partial.only_repeats || other->partial.only_repeats) {
        PyErr_SetString(PyExc_ValueError,
                        "partial panels of different keys, measures or duplicates");
    }
    else if (enter(other, ADDING)) {
        if (enter(self, ADDING)) {
            ev_result result;
            ev_place place;
            Py_BEGIN_ALLOW_THREADS
            result = ev_partial_merge(&self->partial, &other->partial, &place);
            Py_END_ALLOW_THREADS
            if (other->has_freq) {
                self->has_freq = 1;
                self->freq = other->freq;
            }
            if (result != EV_DONE) {
                ev_py_raise_batch(self->keys, self->measures, self->period, result, &place,
                                  NULL);
            }
            leave(self, result == EV_DONE ? ADDING : BROKEN);
            answer = result == EV_DONE ? Py_NewRef(Py_None) : NULL;
        }
        leave(other, ADDING);
    }
    return answer;
}

/* The repeats of a Partial that nobody else may use until it is left; NULL with an
 * exception set, and then there is nothing to leave. */
static const ev_repeats *enter_repeats(PyTypeObject *type, PyObject *object)
{
    partial_object *self = (partial_object *)object;
    const ev_repeats *repeats = NULL;
    if (Py_TYPE(object) != type) {
        PyErr_SetString(PyExc_TypeError, "repeats takes other Partials");
    }
    else if (enter(self, ADDING)) {
        repeats = self->partial.repeats;
        if (repeats == NULL) {
            PyErr_SetString(PyExc_ValueError, "repeats needs find_repeats");
            leave(self, ADDING);
        }
    }
    return repeats;
}

static PyObject *partial_repeats(PyObject *object, PyObject *others)
{
    partial_object *self = (partial_object *)object;
    const Py_ssize_t count = PyTuple_Check(others) ? PyTuple_Size(others) + 1 : 0;
    const ev_repeats **parts = NULL;
    PyObject *answer = NULL;
    Py_ssize_t entered = 0;
    if (count == 0) {
        PyErr_SetString(PyExc_TypeError, "repeats takes a tuple of Partials");
    }
    else if ((parts = PyMem_Calloc((size_t)count, sizeof(ev_repeats *))) == NULL) {
        PyErr_NoMemory();
    }
    for (int good = parts != NULL; good && entered < count; entered += good) {
        PyObject *part = entered == 0 ? object : PyTuple_GetItem(others, entered - 1);
        parts[entered] = enter_repeats(Py_TYPE(object), part);
        good = parts[entered] != NULL;
    }
    if (parts != NULL && entered == count) {
        ev_repeated found;
        ev_result result;
        Py_BEGIN_ALLOW_THREADS
        result = ev_repeats_find(parts, (int)count, &self->partial.memory, &found);
        Py_END_ALLOW_THREADS
        answer = result != EV_DONE ? PyErr_NoMemory()
                                   : Py_BuildValue("LLL", (long long)found.count,
                                                   (long long)found.first,
                                                   (long long)found.second);
    }
    for (Py_ssize_t k = 0; k < entered; k++) {
        PyObject *part = k == 0 ? object : PyTuple_GetItem(others, k - 1);
        leave((partial_object *)part, ADDING);
    }
    PyMem_Free(parts);
    return answer;
}

static PyObject *partial_clear(PyObject *object, PyObject *Py_UNUSED(ignored))
{
    partial_object *self = (partial_object *)object;
    PyObject *answer = NULL;
    if (enter(self, ADDING)) {
        leave(self, FINISHED);
        answer = Py_NewRef(Py_None);
    }
    return answer;
}

/* ---- finish ---- */

static int prepare(partial_object *self)
{
    atomic_store(&self->written, 0);
    PyObject *module = PyType_GetModule(Py_TYPE((PyObject *)self));
    return module == NULL ? -1
                          : ev_py_partial_prepare(module, &self->partial, &self->output);
}

static int write_series(partial_object *self, ptrdiff_t start, ptrdiff_t stop)
{
    const ev_naming naming = {.keys = self->keys,
                              .measures = self->measures,
                              .freq = self->has_freq ? &self->freq : NULL};
    const int failed = ev_py_output_write(&self->output, start, stop, &naming) < 0;
    if (!failed) {
        (void)atomic_fetch_add(&self->written, stop - start);
    }
    return failed ? -1 : 0;
}

static PyObject *partial_prepare(PyObject *object, PyObject *Py_UNUSED(ignored))
{
    partial_object *self = (partial_object *)object;
    PyObject *indptr = NULL;
    if (enter(self, ADDING)) {
        const int failed = prepare(self) < 0;
        if (!failed) {
            indptr = Py_XNewRef(ev_py_entry(self->output.dict, "indptr"));
        }
        leave(self, failed ? BROKEN : WRITING);
    }
    return indptr;
}

static PyObject *partial_write(PyObject *object, PyObject *args)
{
    partial_object *self = (partial_object *)object;
    PyObject *answer = NULL;
    Py_ssize_t start = 0, stop = 0;
    const int shared = atomic_fetch_add(&self->users, 1) >= 0;
    if (!shared) {
        raise_in_use();
    }
    else if (is_in(self, WRITING) &&
             PyArg_ParseTuple(args, "nn:write", &start, &stop)) {
        if (start < 0 || stop < start || stop > self->output.panel.series) {
            ev_py_raise(PyExc_ValueError, "cannot write series %zd to %zd of %zd",
                        start, stop, self->output.panel.series);
        }
        else if (write_series(self, start, stop) == 0) {
            answer = Py_NewRef(Py_None);
        }
    }
    (void)atomic_fetch_sub(&self->users, 1);
    return answer;
}

static PyObject *partial_finish(PyObject *object, PyObject *Py_UNUSED(ignored))
{
    partial_object *self = (partial_object *)object;
    PyObject *panel = NULL;
    if (enter(self, ADDING | WRITING)) {
        int failed = 0;
        if (self->state == ADDING) {
            failed = prepare(self) < 0 ||
                     write_series(self, 0, self->output.panel.series) < 0;
        }
        else if (atomic_load(&self->written) != self->output.panel.series) {
            PyErr_SetString(PyExc_ValueError, "finish needs every series written once");
            failed = 1;
        }
        panel = failed ? NULL : ev_py_output_close(&self->output);
        leave(self, failed ? BROKEN : FINISHED);
    }
    return panel;
}

/* ---- the type ---- */

static PyMethodDef partial_methods[] = {
    {"add", (PyCFunction)(void (*)(void))partial_add, METH_VARARGS | METH_KEYWORDS,
     "add(batch, keys, period, measures, *, freq, first_row=0, start=0, stop=None)"},
    {"merge", partial_merge, METH_O, "merge(other): adds all that other holds."},
    {"repeats", partial_repeats, METH_O,
     "repeats(others) -> (count, first, second): rows that repeat another exactly."},
    {"prepare", partial_prepare, METH_NOARGS,
     "prepare() -> indptr; then write, finish."},
    {"write", partial_write, METH_VARARGS, "write(start, stop): some of the series."},
    {"finish", partial_finish, METH_NOARGS, "finish() -> dict of arrays."},
    {"clear", partial_clear, METH_NOARGS, "clear(): gives the memory back."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot partial_slots[] = {
    {Py_tp_new, (void *)partial_new},
    {Py_tp_dealloc, (void *)partial_dealloc},
    {Py_tp_methods, partial_methods},
    {Py_tp_doc, (void *)"Part of a panel: rows in, exact cells by series and period."},
    {0, NULL},
};

PyType_Spec ev_py_partial_type = {
    .name = "evmarket._core.Partial",
    .basicsize = sizeof(partial_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = partial_slots,
};
