#include "python/kept_array.h"

#include "base/memory.h"
#include "python/module.h"
#include "python/numpy.h"

#define KEPT_CAPSULE "evmarket.kept"

enum { SMALL = 1 << 17 }; /* bytes; nothing smaller is kept */

static void release(PyObject *capsule)
{
    PyObject *module = PyCapsule_GetContext(capsule);
    const ev_state *state = PyModule_GetState(module);
    ev_give(&state->memory, PyCapsule_GetPointer(capsule, KEPT_CAPSULE));
    Py_DECREF(module);
}

/* A capsule that owns a block of the module's memory; NULL with an exception set. */
static PyObject *owned_block(PyObject *module, Py_ssize_t count)
{
    const ev_state *state = PyModule_GetState(module);
    void *block = ev_take_big(&state->memory, count, 8);
    PyObject *capsule = NULL;
    if (block == NULL) {
        PyErr_NoMemory();
    }
    else {
        capsule = PyCapsule_New(block, KEPT_CAPSULE, NULL);
    }
    if (capsule != NULL && (PyCapsule_SetContext(capsule, module) < 0 ||
                            PyCapsule_SetDestructor(capsule, release) < 0)) {
        Py_CLEAR(capsule);
    }
    if (capsule != NULL) {
        Py_INCREF(module); /* the allocator must outlive the block */
    }
    else if (block != NULL) {
        ev_give(&state->memory, block);
    }
    return capsule;
}

PyObject *ev_py_kept_array(PyObject *module, Py_ssize_t count, int type)
{
    npy_intp shape = count;
    PyObject *array = NULL;
    if (count < SMALL / 8) {
        array = PyArray_SimpleNew(1, &shape, type);
    }
    else {
        PyObject *capsule = owned_block(module, count);
        if (capsule != NULL) {
            array = PyArray_SimpleNewFromData(1, &shape, type,
                                              PyCapsule_GetPointer(capsule, KEPT_CAPSULE));
        }
        if (array == NULL) {
            Py_XDECREF(capsule);
        }
        else if (PyArray_SetBaseObject((PyArrayObject *)array, capsule) < 0) {
            Py_CLEAR(array); /* the capsule is taken over in any case */
        }
    }
    return array;
}
