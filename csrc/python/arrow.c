/* Tables from Arrow streams and arrays, batch by batch. */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "columns/arrow.h"
#include "python/memory.h"
#include "python/module.h"
#include "python/raise.h"

/* ---- errors ---- */

static void raise_fault(ev_result result, const ev_arrow_fault *fault)
{
    if (result == EV_NO_MEMORY) {
        PyErr_NoMemory();
    }
    else {
        /* The bytes may come from a producer or be cut off, and may not be UTF-8. */
        PyObject *text = ev_py_printable(PyUnicode_DecodeUTF8(
            fault->text, (Py_ssize_t)strlen(fault->text), "replace"));
        if (text != NULL) {
            PyErr_SetObject(result == EV_BAD_FORMAT ? PyExc_TypeError : PyExc_ValueError,
                            text);
            Py_DECREF(text);
        }
    }
}

/* A producer's release may run Python code, which must neither see nor lose a pending
 * exception. */
typedef struct pending {
    PyObject *type, *value, *trace;
} pending;

static pending put_aside(void)
{
    pending found = {NULL, NULL, NULL};
#if PY_VERSION_HEX >= 0x030c0000
    found.value = PyErr_GetRaisedException();
#else
    PyErr_Fetch(&found.type, &found.value, &found.trace);
#endif
    return found;
}

static void put_back(pending found)
{
#if PY_VERSION_HEX >= 0x030c0000
    PyErr_SetRaisedException(found.value);
#else
    PyErr_Restore(found.type, found.value, found.trace);
#endif
}

/* ---- one batch ---- */

typedef struct held_batch {
    ev_arrow_views views;     /* first: the capsule points to its batch */
    struct ArrowArray array;  /* what the views point into */
} held_batch;

static void release_held(held_batch *held)
{
    const pending exception = put_aside();
    ev_arrow_close(&held->views);
    if (held->array.release != NULL) {
        held->array.release(&held->array);
    }
    free(held);
    put_back(exception);
}

static void release_batch(PyObject *capsule)
{
    held_batch *held = PyCapsule_GetPointer(capsule, EV_BATCH_CAPSULE);
    if (held != NULL) {
        release_held(held);
    }
}

/* ---- Batches ---- */

typedef struct batches_object {
    PyObject_HEAD
    struct ArrowArrayStream stream; /* release NULL: an array alone, or the end */
    struct ArrowSchema schema;
    struct ArrowArray array;        /* from __arrow_c_array__, until it is read */
    ev_arrow_field *fields;         /* NULL: choose was not called */
    Py_ssize_t count;
    ptrdiff_t width;                /* of the schema; EV_ARROW_ITSELF: one column */
    PyObject *name;                 /* of a single column, else NULL */
    int64_t next_row;               /* for messages */
    atomic_flag busy;
} batches_object;

static void close_batches(batches_object *self)
{
    if (self->stream.release != NULL) {
        self->stream.release(&self->stream);
        self->stream.release = NULL;
    }
    if (self->array.release != NULL) {
        self->array.release(&self->array);
        self->array.release = NULL;
    }
}

static void batches_dealloc(PyObject *object)
{
    batches_object *self = (batches_object *)object;
    PyTypeObject *type = Py_TYPE(object);
    const pending exception = put_aside();
    close_batches(self);
    if (self->schema.release != NULL) {
        self->schema.release(&self->schema);
    }
    free(self->fields);
    Py_XDECREF(self->name);
    PyObject_Free(object);
    Py_DECREF(type);
    put_back(exception);
}

/* The struct in a capsule, or NULL with an exception set. */
static void *open_capsule(PyObject *capsule, const char *name, const char *method)
{
    void *found = NULL;
    if (!PyCapsule_IsValid(capsule, name)) {
        ev_py_raise(PyExc_TypeError, "%s returned %.80R, needs a capsule '%s'", method, capsule,
                    name);
    }
    else {
        found = PyCapsule_GetPointer(capsule, name);
    }
    return found;
}

static void raise_released(const char *method)
{
    ev_py_raise(PyExc_ValueError, "%s returned data that are released already", method);
}

/* source.method(); NULL without an exception if there is no such method. The name is
 * interned, because new texts would fill the cache of attributes. */
static PyObject *call(PyObject *source, const char *method)
{
    PyObject *name = PyUnicode_InternFromString(method), *found = NULL, *answer = NULL;
    if (name != NULL) {
        found = PyObject_GetAttr(source, name);
        if (found == NULL && PyErr_ExceptionMatches(PyExc_AttributeError)) {
            PyErr_Clear();
        }
    }
    if (found != NULL) {
        answer = PyObject_CallNoArgs(found);
    }
    Py_XDECREF(name);
    Py_XDECREF(found);
    return answer;
}

/* Moves the stream out of a capsule and reads its schema; -1 with an exception set. */
static int take_stream(batches_object *self, PyObject *capsule)
{
    static const char method[] = "__arrow_c_stream__";
    struct ArrowArrayStream *stream =
        open_capsule(capsule, "arrow_array_stream", method);
    int failed = stream == NULL;
    if (!failed && stream->release == NULL) {
        raise_released(method);
        failed = 1;
    }
    else if (!failed) {
        ev_result result;
        ev_arrow_fault fault;
        self->stream = *stream;
        stream->release = NULL;
        Py_BEGIN_ALLOW_THREADS
        result = ev_arrow_get_schema(&self->stream, &self->schema, &fault);
        Py_END_ALLOW_THREADS
        failed = result != EV_DONE;
        if (failed) {
            raise_fault(result, &fault);
        }
    }
    return failed ? -1 : 0;
}

static int take_array(batches_object *self, PyObject *pair)
{
    static const char method[] = "__arrow_c_array__";
    struct ArrowSchema *schema = NULL;
    struct ArrowArray *array = NULL;
    int failed = 1;
    if (!PyTuple_Check(pair) || PyTuple_Size(pair) != 2) {
        ev_py_raise(PyExc_TypeError, "%s returned %.80R, needs two capsules", method, pair);
    }
    else {
        schema = open_capsule(PyTuple_GetItem(pair, 0), "arrow_schema", method);
    }
    if (schema != NULL) {
        array = open_capsule(PyTuple_GetItem(pair, 1), "arrow_array", method);
    }
    if (array != NULL && (schema->release == NULL || array->release == NULL)) {
        raise_released(method);
    }
    else if (array != NULL) {
        self->schema = *schema;
        self->array = *array;
        schema->release = NULL;
        array->release = NULL;
        failed = 0;
    }
    return failed ? -1 : 0;
}

static int open_source(batches_object *self, PyObject *source)
{
    PyObject *stream = call(source, "__arrow_c_stream__");
    PyObject *pair = stream == NULL && PyErr_Occurred() == NULL
                         ? call(source, "__arrow_c_array__")
                         : NULL;
    int failed = 1;
    if (stream != NULL) {
        failed = take_stream(self, stream) < 0;
    }
    else if (pair != NULL) {
        failed = take_array(self, pair) < 0;
    }
    else if (PyErr_Occurred() == NULL) {
        ev_py_raise(PyExc_TypeError, "%.80R has no Arrow stream or array", source);
    }
    Py_XDECREF(stream);
    Py_XDECREF(pair);
    if (!failed) {
        ev_arrow_fault fault;
        self->width =
            self->name != NULL && self->schema.release != NULL && self->schema.format != NULL
                ? EV_ARROW_ITSELF
                : ev_arrow_width(&self->schema, &fault);
        if (self->width < EV_ARROW_ITSELF) {
            raise_fault(EV_BAD_VALUE, &fault);
            failed = 1;
        }
        else if (self->width == EV_ARROW_ITSELF && self->name == NULL) {
            PyErr_SetString(PyExc_TypeError,
                            "the table is one column without a name: pass a table, or a "
                            "dict of columns");
            failed = 1;
        }
    }
    return failed ? -1 : 0;
}

static PyObject *batches_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *keywords[] = {"source", "name", "first_row", NULL};
    PyObject *source = NULL, *name = Py_None, *object = NULL;
    long long first_row = 0;
    if (PyArg_ParseTupleAndKeywords(args, kwargs, "O|OL:Batches", keywords, &source, &name,
                                    &first_row)) {
        object = PyType_GenericAlloc(type, 0);
    }
    if (object != NULL) {
        batches_object *self = (batches_object *)object;
        atomic_flag_clear(&self->busy);
        self->next_row = first_row;
        if (name != Py_None) {
            self->name = PyObject_Str(name);
        }
        if ((name != Py_None && self->name == NULL) || open_source(self, source) < 0) {
            Py_DECREF(object);
            object = NULL;
        }
    }
    return object;
}

/* ---- columns of the table ---- */

static PyObject *decoded(const char *text)
{
    return text == NULL ? PyUnicode_FromString("")
                        : PyUnicode_DecodeUTF8(text, (Py_ssize_t)strlen(text), "replace");
}

static PyObject *batches_names(PyObject *object, void *Py_UNUSED(closure))
{
    batches_object *self = (batches_object *)object;
    const int itself = self->width == EV_ARROW_ITSELF;
    const ptrdiff_t width = itself ? 1 : self->width;
    PyObject *names = PyList_New(width);
    for (ptrdiff_t i = 0; names != NULL && i < width; i++) {
        PyObject *name = itself ? Py_NewRef(self->name)
                                : decoded(self->schema.children[i]->name);
        if (name == NULL || PyList_SetItem(names, i, name) < 0) {
            Py_CLEAR(names);
        }
    }
    return names;
}

static PyObject *field_facts(const ev_arrow_field *field)
{
    PyObject *name = decoded(field->name);
    return name == NULL
               ? NULL
               : Py_BuildValue("(NsOsOi)", name, ev_column_facts(field->type)->name,
                               field->zoned ? Py_True : Py_False, field->freq,
                               field->coded ? Py_True : Py_False, field->scale);
}

static PyObject *batches_schema(PyObject *object, void *Py_UNUSED(closure))
{
    batches_object *self = (batches_object *)object;
    PyObject *list = PyList_New(self->count);
    for (Py_ssize_t i = 0; list != NULL && i < self->count; i++) {
        PyObject *facts = field_facts(&self->fields[i]);
        if (facts == NULL || PyList_SetItem(list, i, facts) < 0) {
            Py_CLEAR(list);
        }
    }
    return list;
}

/* Reads the field at one of the places; -1 with an exception set. */
static int choose_field(batches_object *self, PyObject *wanted, const char *name,
                        ev_arrow_field *field)
{
    const ptrdiff_t width = self->width == EV_ARROW_ITSELF ? 1 : self->width;
    const Py_ssize_t place = PyLong_AsSsize_t(wanted);
    int failed = place == -1 && PyErr_Occurred() != NULL;
    if (!failed && (place < 0 || place >= width)) {
        ev_py_raise(PyExc_ValueError, "no column %zd: the table has %zd columns", place,
                    (Py_ssize_t)width);
        failed = 1;
    }
    if (!failed) {
        ev_arrow_fault fault;
        const ev_result result =
            ev_arrow_read_field(&self->schema, name != NULL ? EV_ARROW_ITSELF : place, name,
                                field, &fault);
        failed = result != EV_DONE;
        if (failed) {
            raise_fault(result, &fault);
        }
    }
    return failed ? -1 : 0;
}

static PyObject *batches_choose(PyObject *object, PyObject *places)
{
    batches_object *self = (batches_object *)object;
    const Py_ssize_t count = PyTuple_Check(places) ? PyTuple_Size(places) : -1;
    ev_arrow_field *fields = NULL;
    const char *name = NULL;
    int failed = 0;
    if (count < 0 || self->fields != NULL) {
        PyErr_SetString(PyExc_TypeError, "choose needs a tuple of places, and works once");
        failed = 1;
    }
    if (!failed && self->name != NULL) {
        name = PyUnicode_AsUTF8AndSize(self->name, NULL);
        failed = name == NULL;
    }
    if (!failed) {
        fields = calloc((size_t)count + 1, sizeof *fields);
        failed = fields == NULL;
        if (failed) {
            PyErr_NoMemory();
        }
    }
    for (Py_ssize_t i = 0; i < count && !failed; i++) {
        failed = choose_field(self, PyTuple_GetItem(places, i), name, &fields[i]) < 0;
    }
    if (failed) {
        free(fields);
    }
    else {
        self->fields = fields;
        self->count = count;
    }
    return failed ? NULL : Py_NewRef(Py_None);
}

/* ---- the next batch ---- */

/* The next array and its views, without the GIL; *next has no array at the end. */
static ev_result read_next(batches_object *self, held_batch *next, ev_arrow_fault *fault)
{
    ev_result result = EV_DONE;
    if (self->array.release != NULL) {
        next->array = self->array;
        self->array.release = NULL;
    }
    else if (self->stream.release != NULL) {
        result = ev_arrow_get_next(&self->stream, &next->array, fault);
    }
    if (result == EV_DONE && next->array.release != NULL) {
        result = ev_arrow_open(self->fields, self->count, &next->array, self->next_row,
                               &ev_py_memory, &next->views, fault);
    }
    return result;
}

/* The next batch; NULL at the end, or with an exception set. */
static held_batch *next_held(batches_object *self)
{
    ev_arrow_fault fault;
    ev_result result = EV_NO_MEMORY;
    held_batch *next = calloc(1, sizeof *next);
    if (next != NULL) {
        Py_BEGIN_ALLOW_THREADS
        result = read_next(self, next, &fault);
        Py_END_ALLOW_THREADS
    }
    if (next != NULL && (result != EV_DONE || next->array.release == NULL)) {
        release_held(next);
        next = NULL;
    }
    if (next == NULL) {
        close_batches(self); /* at the end, and after an error */
    }
    else {
        self->next_row += next->views.batch.rows;
    }
    if (result != EV_DONE) {
        raise_fault(result, &fault);
    }
    return next;
}

static PyObject *batches_next(PyObject *object)
{
    batches_object *self = (batches_object *)object;
    PyObject *capsule = NULL, *answer = NULL;
    held_batch *held = NULL;
    if (self->fields == NULL) {
        PyErr_SetString(PyExc_ValueError, "call choose before reading batches");
    }
    else if (atomic_flag_test_and_set(&self->busy)) {
        PyErr_SetString(PyExc_ValueError, "the table is being read by another thread");
    }
    else {
        held = next_held(self);
        atomic_flag_clear(&self->busy);
    }
    if (held != NULL) {
        capsule = PyCapsule_New(held, EV_BATCH_CAPSULE, release_batch);
        if (capsule == NULL) {
            release_held(held);
        }
        else {
            answer = Py_BuildValue("(Nn)", capsule, (Py_ssize_t)held->views.batch.rows);
        }
    }
    return answer;
}

static PyMethodDef batches_methods[] = {
    {"choose", batches_choose, METH_O,
     PyDoc_STR("choose($self, places, /)\n--\n\nThe columns to read, by place; once.")},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef batches_getset[] = {
    {"names", batches_names, NULL, PyDoc_STR("The names of all columns, in order."), NULL},
    {"schema", batches_schema, NULL,
     PyDoc_STR("Of the chosen columns: name, type, whether zoned (UTC), frequency of "
               "pandas periods or '', whether coded, decimal places."),
     NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot batches_slots[] = {
    {Py_tp_doc, (void *)PyDoc_STR(
                    "Batches(source, name=None, first_row=0)\n--\n\n"
                    "The batches of an object with an Arrow stream or array, as pairs of a "
                    "capsule 'evmarket.batch' and its rows. With a name the source is one "
                    "column of this name.")},
    {Py_tp_new, (void *)batches_new},
    {Py_tp_dealloc, (void *)batches_dealloc},
    {Py_tp_methods, batches_methods},
    {Py_tp_getset, batches_getset},
    {Py_tp_iter, (void *)PyObject_SelfIter},
    {Py_tp_iternext, (void *)batches_next},
    {0, NULL},
};

PyType_Spec ev_py_batches_type = {
    .name = "evmarket._core.Batches",
    .basicsize = sizeof(batches_object),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = batches_slots,
};
