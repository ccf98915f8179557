/* The table engine for Python. Called through evmarket.Panel.
 *
 * Partial(keys, measures, *, period="period", duplicates="add", track=False, isa=None)
 *     keys, measures: tuples of names, for messages. duplicates: "add", "identical",
 *     "last". track: find the first repeated (series, period); see "repeat" below.
 *     isa: None for the module's path, or "baseline", "avx2".
 * Partial.add(batch, keys, period, measures, *, freq, first_row=0, start=0, stop=None)
 *     batch: a capsule "evmarket.batch"; keys, measures: tuples of column numbers; period:
 *     (column,) or (year, month or quarter); freq: its name, or None where the column holds
 *     ordinals as integers. Adds the rows start .. stop - 1; first_row is the number of the
 *     batch's row 0 in the whole table. After an error the partial is of no further use.
 * Partial.merge(other)   adds another partial with the same keys, measures and rule; other
 *     stands, and may be dropped.
 * Partial.clear()        gives its memory back.
 * Partial.cells, Partial.series   counts so far (of each rule "identical" row apart).
 * Partial.finish(run=None, parts=1) -> dict, and the partial is empty; run(write, calls)
 *     calls write(start, stop) for each of the `parts` calls, on threads of its own, and
 *     returns or raises when all have ended; None: the caller's thread does it all.
 *     "labels"   a list a key: its labels in order, str or int, None last
 *     "codes"    int32 (series, keys): places in labels; series sorted by them
 *     "repeat"   None, or (first row, second row, series, ordinal) of the repeated cell
 *                whose second row comes first; under "identical" rows that differ; only
 *                with track
 *     and as regroup:
 *     "indptr"   int64 (series + 1): cells of series s are indptr[s] .. indptr[s + 1] - 1
 *     "ordinals" int64 (cells): sorted within a series
 *     "rows"     int64 (cells): rows seen; rows - 1 were repeated
 *     "measures" a list of dicts a measure:
 *         "grain"  "integer", "float", "decimal", or None when no value was seen
 *         "places" of decimals, else 0
 *         "lo"     uint64 (cells)   the exact sum is (hi * 2^64 + lo + fine * 2^-62) units
 *         "hi"     int64 (cells), or None: the sign of lo; so for integers
 *         "fine"   uint64 (cells), or None: 0
 *         "counts" int64 (cells): rows counted, not null; the same object as "rows" when
 *                  every row is
 *         "values" float64 (cells): nearest to the sum; NaN where counts is 0
 *     a unit is 1 of integers, 2^-64 of floats, 10^-places of decimals.
 * regroup(sources, series, measures) -> the same dict without labels, codes and repeat
 *     sources: a sequence of (panel, series_map, period_map, keep): panel a dict as above;
 *     series_map int (its series): new series, below `series`, or -1 to drop; period_map
 *     None or (low, int64 array of the new ordinals of low, low + 1 ..., DROPPED to drop;
 *     ordinals beyond it are dropped); keep None or bool (its cells). series: how many
 *     the result has; measures: names. Cells that meet are added exactly.
 *
 * add, merge, finish and regroup release the GIL; a partial takes one thread at a time
 * (ValueError otherwise). Errors are TypeError, ValueError, OverflowError and MemoryError;
 * those of a total that cannot be held carry .measure, .series, .ordinal.
 */
#include "python/engine.h"

#include <string.h>

#include "base/dispatch.h"
#include "python/module.h"
#include "python/numpy.h"
#include "python/period.h"

typedef enum partial_state { FRESH, WRITING, BROKEN, FINISHED } partial_state;

typedef struct partial_object {
    PyObject_HEAD
    ev_partial partial;
    partial_state state;
    int busy; /* a thread is at work in it */
    PyObject *keys, *measures, *period; /* names */
    int has_freq;
    ev_frequency freq; /* of the batch added last */
    ev_sheet sheet;    /* while it is written */
    const ev_naming *naming;
    int writers;
} partial_object;

/* ---- one thread at a time ---- */

static int enter(partial_object *self)
{
    int entered = 0;
    if (EV_SWAP(&self->busy, 1) != 0) {
        PyErr_SetString(PyExc_ValueError, "the partial panel is in use by another thread");
    }
    else if (self->state != FRESH) {
        PyErr_SetString(PyExc_ValueError,
                        self->state == BROKEN
                            ? "the partial panel is of no use after an error"
                            : "the partial panel is finished");
        EV_STORE(&self->busy, 0);
    }
    else {
        entered = 1;
    }
    return entered;
}

static void leave(partial_object *self, partial_state state)
{
    if (state != FRESH) {
        ev_partial_close(&self->partial);
    }
    self->state = state;
    EV_STORE(&self->busy, 0);
}

static ev_naming naming_of(const partial_object *self)
{
    const ev_naming naming = {.keys = self->keys,
                              .measures = self->measures,
                              .freq = self->has_freq ? &self->freq : NULL};
    return naming;
}

/* ---- construction ---- */

static int read_duplicates(const char *name, ev_duplicates *rule)
{
    int known = 1;
    if (strcmp(name, "add") == 0) {
        *rule = EV_ADD;
    }
    else if (strcmp(name, "identical") == 0) {
        *rule = EV_IDENTICAL;
    }
    else if (strcmp(name, "last") == 0) {
        *rule = EV_LAST;
    }
    else {
        PyErr_Format(PyExc_ValueError, "duplicates is '%.40s': it takes 'add', 'identical' "
                                       "or 'last'", name);
        known = 0;
    }
    return known;
}

static int read_isa(PyTypeObject *type, const char *name, ev_isa *isa)
{
    int known = 1;
    if (name == NULL) {
        const ev_isa *state = PyType_GetModuleState(type);
        *isa = *state;
    }
    else if (ev_isa_choose(name, isa) != EV_DONE) {
        PyErr_Format(PyExc_ValueError, "isa is '%.40s': not a path of this build", name);
        known = 0;
    }
    return known;
}

static PyObject *partial_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"keys", "measures", "period", "duplicates", "track", "isa",
                            NULL};
    PyObject *keys, *measures, *period = NULL;
    const char *duplicates = "add", *isa_name = NULL;
    int track = 0;
    ev_duplicates rule = EV_ADD;
    ev_isa isa = EV_BASELINE;
    partial_object *self = NULL;
    if (PyArg_ParseTupleAndKeywords(args, kwargs, "O!O!|$Uspz:Partial", names,
                                    &PyTuple_Type, &keys, &PyTuple_Type, &measures,
                                    &period, &duplicates, &track, &isa_name) &&
        read_duplicates(duplicates, &rule) && read_isa(type, isa_name, &isa)) {
        self = (partial_object *)((allocfunc)PyType_GetSlot(type, Py_tp_alloc))(type, 0);
    }
    if (self != NULL) {
        const ev_memory memory = ev_py_memory();
        self->keys = Py_NewRef(keys);
        self->measures = Py_NewRef(measures);
        self->period = period != NULL ? Py_NewRef(period) : PyUnicode_FromString("period");
        const ev_result result = ev_partial_open(
            &self->partial, &memory, (int)PyTuple_Size(keys), (int)PyTuple_Size(measures),
            rule, track, isa);
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
    if (self->state == FRESH) {
        ev_partial_close(&self->partial);
    }
    Py_XDECREF(self->keys);
    Py_XDECREF(self->measures);
    Py_XDECREF(self->period);
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(object);
    Py_DECREF(type);
}

/* ---- add ---- */

enum { MOST_COLUMNS = 256 };

static const ev_column *column_at(const ev_batch *batch, PyObject *tuple, Py_ssize_t i)
{
    const ev_column *column = NULL;
    const Py_ssize_t number = PyLong_AsSsize_t(PyTuple_GetItem(tuple, i));
    if (number == -1 && PyErr_Occurred()) {
        column = NULL;
    }
    else if (number < 0 || number >= batch->ncolumns) {
        PyErr_Format(PyExc_ValueError, "column %zd of a batch of %zd columns", number,
                     batch->ncolumns);
    }
    else {
        column = &batch->columns[number];
    }
    return column;
}

/* Fills `columns` from the numbers; -1 with an exception set. */
static int find_columns(const ev_batch *batch, PyObject *tuple, Py_ssize_t least,
                        Py_ssize_t most, const ev_column **columns)
{
    const Py_ssize_t count = PyTuple_Size(tuple);
    int failed = count < least || count > most || count > MOST_COLUMNS;
    if (failed) {
        PyErr_Format(PyExc_ValueError, "%zd column numbers, %zd to %zd are wanted", count,
                     least, most < MOST_COLUMNS ? most : MOST_COLUMNS);
    }
    for (Py_ssize_t i = 0; i < count && !failed; i++) {
        columns[i] = column_at(batch, tuple, i);
        failed = columns[i] == NULL;
    }
    return failed ? -1 : 0;
}

static int optional_freq(PyObject *name, void *address)
{
    ev_frequency *freq = address;
    int done = 1;
    if (name == Py_None) {
        freq->end = -1; /* none */
    }
    else {
        done = ev_py_frequency(name, freq);
    }
    return done;
}

static PyObject *add_rows(partial_object *self, const ev_batch_columns *columns,
                          ptrdiff_t start, ptrdiff_t count)
{
    PyObject *answer = NULL;
    if (enter(self)) {
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
            const ev_naming naming = naming_of(self);
            ev_py_raise_batch(&naming, self->period, result, &place, columns);
        }
        leave(self, result == EV_DONE ? FRESH : BROKEN);
        answer = result == EV_DONE ? Py_NewRef(Py_None) : NULL;
    }
    return answer;
}

static PyObject *partial_add(PyObject *object, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"batch", "keys", "period", "measures", "freq", "first_row",
                            "start", "stop", NULL};
    partial_object *self = (partial_object *)object;
    const ev_column *keys[MOST_COLUMNS], *measures[MOST_COLUMNS];
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
        batch = PyCapsule_GetPointer(capsule, EV_BATCH_CAPSULE);
    }
    if (batch != NULL) {
        end = stop == Py_None ? batch->rows : PyLong_AsSsize_t(stop);
    }
    if (batch == NULL || PyErr_Occurred()) {
        answer = NULL;
    }
    else if (start < 0 || end < start || end > batch->rows) {
        PyErr_Format(PyExc_ValueError, "rows %zd to %zd of a batch of %zd", start, end,
                     batch->rows);
    }
    else if (find_columns(batch, key_columns, PyTuple_Size(self->keys),
                          PyTuple_Size(self->keys), keys) == 0 &&
             find_columns(batch, measure_columns, PyTuple_Size(self->measures),
                          PyTuple_Size(self->measures), measures) == 0 &&
             find_columns(batch, period_columns, 1, 2, periods) == 0) {
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
             self->partial.ledger.duplicates != other->partial.ledger.duplicates ||
             self->partial.ledger.tracks != other->partial.ledger.tracks) {
        PyErr_SetString(PyExc_ValueError,
                        "partial panels of different keys, measures or duplicates");
    }
    else if (enter(other)) {
        if (enter(self)) {
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
                const ev_naming naming = naming_of(self);
                ev_py_raise_batch(&naming, self->period, result, &place, NULL);
            }
            leave(self, result == EV_DONE ? FRESH : BROKEN);
            answer = result == EV_DONE ? Py_NewRef(Py_None) : NULL;
        }
        leave(other, FRESH);
    }
    return answer;
}

static PyObject *partial_clear(PyObject *object, PyObject *ignored)
{
    partial_object *self = (partial_object *)object;
    PyObject *answer = NULL;
    (void)ignored;
    if (enter(self)) {
        leave(self, FINISHED);
        answer = Py_NewRef(Py_None);
    }
    return answer;
}

/* ---- finish ---- */

/* What finish hands to `run`. */
static PyObject *partial_write(PyObject *object, PyObject *args)
{
    partial_object *self = (partial_object *)object;
    PyObject *answer = NULL;
    Py_ssize_t start = 0, stop = 0;
    (void)EV_ADD_TO(&self->writers, 1);
    if (!PyArg_ParseTuple(args, "nn:write", &start, &stop)) {
        answer = NULL;
    }
    else if (EV_LOAD(&self->state) != WRITING || start < 0 || stop < start ||
             stop > self->sheet.panel.series) {
        PyErr_SetString(PyExc_ValueError, "write is for finish alone");
    }
    else if (ev_py_sheet_write(&self->sheet, start, stop, self->naming) == 0) {
        answer = Py_NewRef(Py_None);
    }
    (void)EV_ADD_TO(&self->writers, -1);
    return answer;
}

typedef struct finish_options {
    partial_object *self;
    PyObject *run;
    int parts;
} finish_options;

/* Runs of series with about as many cells each. */
static PyObject *cut_series(const ev_panel_cells *panel, int parts)
{
    const int64_t cells = panel->indptr[panel->series];
    PyObject *calls = PyList_New(0);
    int failed = calls == NULL;
    ptrdiff_t start = 0;
    for (int k = 1; k <= parts && !failed; k++) {
        ptrdiff_t stop = k == parts ? panel->series : start;
        while (stop < panel->series && panel->indptr[stop] < cells / parts * k) {
            stop++;
        }
        PyObject *call = Py_BuildValue("nn", (Py_ssize_t)start, (Py_ssize_t)stop);
        failed = call == NULL || PyList_Append(calls, call) < 0;
        Py_XDECREF(call);
        start = stop;
    }
    if (failed) {
        Py_CLEAR(calls);
    }
    return calls;
}

static int write_in_parts(ev_sheet *sheet, const ev_naming *naming, void *context)
{
    finish_options *options = context;
    partial_object *self = options->self;
    PyObject *write = PyObject_GetAttrString((PyObject *)self, "_write");
    PyObject *calls = write == NULL ? NULL : cut_series(&sheet->panel, options->parts);
    PyObject *done = NULL;
    if (calls != NULL) {
        self->naming = naming;
        EV_STORE(&self->state, WRITING);
        done = PyObject_CallFunctionObjArgs(options->run, write, calls, NULL);
        EV_STORE(&self->state, BROKEN);
        while (EV_LOAD(&self->writers) != 0) { /* one that `run` did not wait for */
            Py_BEGIN_ALLOW_THREADS
            Py_END_ALLOW_THREADS
        }
    }
    Py_XDECREF(write);
    Py_XDECREF(calls);
    Py_XDECREF(done);
    return done == NULL ? -1 : 0;
}

static int write_at_once(ev_sheet *sheet, const ev_naming *naming, void *context)
{
    (void)context;
    return ev_py_sheet_write(sheet, 0, sheet->panel.series, naming);
}

static PyObject *partial_finish(PyObject *object, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"run", "parts", NULL};
    partial_object *self = (partial_object *)object;
    finish_options options = {self, Py_None, 1};
    PyObject *panel = NULL;
    if (PyArg_ParseTupleAndKeywords(args, kwargs, "|Oi:finish", names, &options.run,
                                    &options.parts) &&
        enter(self)) {
        const ev_naming naming = naming_of(self);
        panel = ev_py_finish(&self->partial, &naming, &self->sheet,
                             options.run == Py_None || options.parts < 2 ? write_at_once
                                                                         : write_in_parts,
                             &options);
        leave(self, panel != NULL ? FINISHED : BROKEN);
    }
    return panel;
}

/* ---- the type ---- */

static PyObject *get_cells(PyObject *object, void *ignored)
{
    (void)ignored;
    return PyLong_FromSsize_t(((partial_object *)object)->partial.ledger.cells.count);
}

static PyObject *get_series(PyObject *object, void *ignored)
{
    const partial_object *self = (partial_object *)object;
    const ptrdiff_t count =
        self->state == FRESH ? ev_partial_series_count(&self->partial) : 0;
    (void)ignored;
    return PyLong_FromSsize_t(count);
}

static PyMethodDef partial_methods[] = {
    {"add", (PyCFunction)(void (*)(void))partial_add, METH_VARARGS | METH_KEYWORDS,
     "add(batch, keys, period, measures, *, freq, first_row=0, start=0, stop=None)"},
    {"merge", partial_merge, METH_O, "merge(other): adds all that other holds."},
    {"finish", (PyCFunction)(void (*)(void))partial_finish, METH_VARARGS | METH_KEYWORDS,
     "finish(run=None, parts=1) -> dict of arrays."},
    {"_write", partial_write, METH_VARARGS, "_write(start, stop): for finish alone."},
    {"clear", partial_clear, METH_NOARGS, "clear(): gives the memory back."},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef partial_getset[] = {
    {"cells", get_cells, NULL, "occupied cells so far", NULL},
    {"series", get_series, NULL, "series so far", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot partial_slots[] = {
    {Py_tp_new, (void *)partial_new},
    {Py_tp_dealloc, (void *)partial_dealloc},
    {Py_tp_methods, partial_methods},
    {Py_tp_getset, partial_getset},
    {Py_tp_doc, (void *)"Part of a panel: rows in, exact cells by series and period."},
    {0, NULL},
};

static PyType_Spec partial_spec = {
    .name = "evmarket._core.Partial",
    .basicsize = sizeof(partial_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = partial_slots,
};

int ev_py_add_engine(PyObject *module)
{
    PyObject *type = PyType_FromModuleAndSpec(module, &partial_spec, NULL);
    const int failed = type == NULL || PyModule_AddObjectRef(module, "Partial", type) < 0;
    Py_XDECREF(type);
    return failed || ev_py_add_regroup(module) < 0 ? -1 : 0;
}
