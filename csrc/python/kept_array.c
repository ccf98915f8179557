/* The allocator of kept arrays is a handler of NumPy, so that they own their memory like
 * any other array. */
#include "python/kept_array.h"

#include <string.h>

#include "base/memory.h"
#include "python/module.h"
#include "python/numpy.h"

enum { SMALL = 1 << 17 }; /* bytes; nothing smaller is kept */

static void *take(void *kept, size_t size)
{
    return ev_kept_resize(kept, NULL, size > 0 ? size : 1);
}

static void *take_zeros(void *kept, size_t count, size_t size)
{
    void *block = size == 0 || count <= SIZE_MAX / size ? take(kept, count * size) : NULL;
    if (block != NULL) {
        memset(block, 0, count * size);
    }
    return block;
}

static void *retake(void *kept, void *block, size_t size)
{
    return ev_kept_resize(kept, block, size > 0 ? size : 1);
}

static void give(void *kept, void *block, size_t Py_UNUSED(size))
{
    if (block != NULL) {
        (void)ev_kept_resize(kept, block, 0);
    }
}

/* What a capsule of NumPy's name points to, and the module that it keeps alive. */
typedef struct kept_handler {
    PyDataMem_Handler handler; /* first */
    PyObject *module;
} kept_handler;

static void release(PyObject *capsule)
{
    kept_handler *own = PyCapsule_GetPointer(capsule, "mem_handler");
    Py_XDECREF(own->module);
    PyMem_Free(own);
}

/* The handler of the module's memory; NULL with an exception set. Arrays hold it. */
static PyObject *new_handler(PyObject *module)
{
    ev_state *state = PyModule_GetState(module);
    kept_handler *own = PyMem_Calloc(1, sizeof *own);
    PyObject *capsule = NULL;
    if (own == NULL) {
        PyErr_NoMemory();
    }
    else {
        own->handler = (PyDataMem_Handler){
            "evmarket", 1, {&state->kept, take, take_zeros, retake, give}};
        capsule = PyCapsule_New(own, "mem_handler", release);
    }
    if (capsule != NULL) {
        own->module = Py_NewRef(module);
    }
    else {
        PyMem_Free(own);
    }
    return capsule;
}

PyObject *ev_py_kept_array(PyObject *module, int dimensions, const Py_ssize_t *shape,
                           int type)
{
    npy_intp sizes[NPY_MAXDIMS];
    Py_ssize_t count = 1;
    PyObject *array = NULL, *handler = NULL, *before = NULL;
    for (int k = 0; k < dimensions; k++) {
        sizes[k] = shape[k];
        count = shape[k] != 0 && count > PY_SSIZE_T_MAX / shape[k] ? 0 : count * shape[k];
    }
    if (count < SMALL / 8) { /* or too many: NumPy says so */
        array = PyArray_SimpleNew(dimensions, sizes, type);
    }
    else if ((handler = new_handler(module)) != NULL &&
             (before = PyDataMem_SetHandler(handler)) != NULL) {
        array = PyArray_SimpleNew(dimensions, sizes, type);
        PyObject *ours = PyDataMem_SetHandler(before);
        if (ours == NULL) {
            Py_CLEAR(array);
        }
        Py_XDECREF(ours);
    }
    if (array != NULL && count >= SMALL / 8) {
        ev_advise_huge(PyArray_DATA((PyArrayObject *)array),
                       (size_t)PyArray_NBYTES((PyArrayObject *)array));
    }
    Py_XDECREF(handler);
    Py_XDECREF(before);
    return array;
}

static PyObject *kept_empty(PyObject *module, PyObject *given)
{
    Py_ssize_t shape[NPY_MAXDIMS];
    PyObject *array = NULL;
    const Py_ssize_t count = PyTuple_Check(given) ? PyTuple_Size(given) : -1;
    int good = count >= 0 && count <= NPY_MAXDIMS;
    for (Py_ssize_t k = 0; k < count && good; k++) {
        shape[k] = PyLong_AsSsize_t(PyTuple_GetItem(given, k));
        good = shape[k] >= 0;
    }
    if (good) {
        array = ev_py_kept_array(module, (int)count, shape, NPY_DOUBLE);
    }
    else if (!PyErr_Occurred()) {
        PyErr_SetString(PyExc_TypeError, "kept_empty takes a shape");
    }
    return array;
}

PyMethodDef ev_py_kept_array_functions[] = {
    {"kept_empty", kept_empty, METH_O,
     "kept_empty(shape) -> float64 array whose memory is kept when it ends."},
    {NULL, NULL, 0, NULL},
};
