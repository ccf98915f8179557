/* The allocators of the core, the seed of hashes in their memory, and what is kept: the
 * functions hash_seed, kept_bytes, kept_bound and clear_kept. */
#include "python/memory.h"

#include <stdlib.h>

#include "python/module.h"

#ifdef NDEBUG
enum { BOUND = 3 << 27 };
#else
enum { BOUND = 0 }; /* a debugger of memory sees each block end */
#endif

static void *resize(void *owner, void *block, size_t size)
{
    void *resized = NULL;
    (void)owner;
    if (size == 0) {
        free(block);
    }
    else {
        resized = realloc(block, size);
    }
    return resized;
}

const ev_memory ev_py_memory = {resize, NULL, 0};

void ev_py_state_open(ev_state *state, ev_isa isa, uint64_t seed)
{
    state->isa = isa;
    ev_kept_open(&state->kept, &ev_py_memory, BOUND);
    state->memory = (ev_memory){ev_kept_resize, &state->kept, seed};
}

static PyObject *hash_seed(PyObject *module, PyObject *Py_UNUSED(ignored))
{
    const ev_state *state = PyModule_GetState(module);
    return PyLong_FromUnsignedLongLong(state->memory.seed);
}

static PyObject *kept_bytes(PyObject *module, PyObject *Py_UNUSED(ignored))
{
    ev_state *state = PyModule_GetState(module);
    return PyLong_FromSize_t(ev_kept_bytes(&state->kept));
}

static PyObject *kept_bound(PyObject *module, PyObject *Py_UNUSED(ignored))
{
    const ev_state *state = PyModule_GetState(module);
    return PyLong_FromSize_t(state->kept.bound);
}

static PyObject *clear_kept(PyObject *module, PyObject *Py_UNUSED(ignored))
{
    ev_state *state = PyModule_GetState(module);
    ev_kept_clear(&state->kept);
    return Py_NewRef(Py_None);
}

PyMethodDef ev_py_kept_functions[] = {
    {"hash_seed", hash_seed, METH_NOARGS,
     "hash_seed() -> int: the seed of all hash tables, for tests."},
    {"kept_bytes", kept_bytes, METH_NOARGS,
     "kept_bytes() -> int: memory that is kept for the next panel."},
    {"kept_bound", kept_bound, METH_NOARGS,
     "kept_bound() -> int: how much of it is kept at most."},
    {"clear_kept", clear_kept, METH_NOARGS, "clear_kept(): gives it back."},
    {NULL, NULL, 0, NULL},
};
