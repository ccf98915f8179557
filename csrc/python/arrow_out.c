/* Batches as Arrow streams. */
#include <stdlib.h>

#include "columns/arrow.h"
#include "python/batch.h"
#include "python/memory.h"
#include "python/module.h"

static void drop_capsule(void *capsule)
{
    if (Py_IsInitialized()) { /* else nobody is left to count */
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

/* The texts of a tuple, None as NULL; they live as long as the tuple. -1 on failure. */
static int texts_of(PyObject *tuple, Py_ssize_t count, const char **texts)
{
    int failed = PyTuple_Size(tuple) != count;
    if (failed) {
        PyErr_Format(PyExc_ValueError, "%zd texts for %zd columns", PyTuple_Size(tuple),
                     count);
    }
    for (Py_ssize_t i = 0; i < count && !failed; i++) {
        PyObject *item = PyTuple_GetItem(tuple, i);
        texts[i] = item == Py_None ? NULL : PyUnicode_AsUTF8AndSize(item, NULL);
        failed = item != Py_None && texts[i] == NULL;
    }
    return failed ? -1 : 0;
}

static struct ArrowArrayStream *export_batch(PyObject *capsule, PyObject *names,
                                             PyObject *freqs, const char **texts)
{
    const ev_batch *batch = ev_py_batch(capsule);
    const ev_memory memory = ev_py_memory();
    const ev_arrow_owner owner = {drop_capsule, capsule};
    const Py_ssize_t count = batch->ncolumns;
    struct ArrowArrayStream *stream = calloc(1, sizeof *stream);
    ev_result result = stream == NULL ? EV_NO_MEMORY : EV_DONE;
    int failed = texts_of(names, count, texts) < 0 || texts_of(freqs, count, texts + count) < 0;
    for (Py_ssize_t i = 0; i < count && !failed; i++) {
        failed = texts[i] == NULL;
        if (failed) {
            PyErr_SetString(PyExc_TypeError, "a column needs a name");
        }
    }
    if (!failed && result == EV_DONE) {
        result = ev_arrow_export(batch, texts, texts + count, owner, &memory, stream);
    }
    if (!failed && result == EV_NO_MEMORY) {
        PyErr_NoMemory();
    }
    else if (!failed && result != EV_DONE) {
        PyErr_SetString(PyExc_TypeError, "a column of a type that is not written");
    }
    if (failed || result != EV_DONE) {
        free(stream);
        stream = NULL;
    }
    else {
        Py_INCREF(capsule); /* drop_capsule gives it up */
    }
    return stream;
}

static PyObject *arrow_stream(PyObject *module, PyObject *args)
{
    PyObject *capsule, *names, *freqs, *answer = NULL;
    const ev_batch *batch = NULL;
    const char **texts = NULL;
    struct ArrowArrayStream *stream = NULL;
    (void)module;
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

static PyMethodDef methods[] = {
    {"arrow_stream", arrow_stream, METH_VARARGS,
     PyDoc_STR("arrow_stream(batch, names, freqs, /)\n--\n\n"
               "A capsule 'arrow_array_stream' over a batch; freqs names the frequency of "
               "int64 columns that are pandas periods, None elsewhere.")},
    {NULL, NULL, 0, NULL},
};

int ev_py_add_arrow_out(PyObject *module)
{
    return PyModule_AddFunctions(module, methods);
}
