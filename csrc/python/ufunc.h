/* Registering ufuncs, and moving operands between NumPy's strides and the contiguous
 * doubles and int64 that kernels read. */
#ifndef EV_PY_UFUNC_H
#define EV_PY_UFUNC_H

#include <string.h>

#include "base/core.h"
#include "python/numpy.h"

/* The number type of x in a loop. float32 reads and writes floats and computes in
 * doubles. */
typedef enum ev_loop_type { EV_LOOP_I64, EV_LOOP_F32, EV_LOOP_F64, EV_LOOP_COUNT } ev_loop_type;

/* What a loop gets as its data. */
typedef struct ev_loop {
    ev_loop_type type;
    ev_isa isa;
    const void *function;
} ev_loop;

/* Adds a ufunc to the module; with a signature, a generalised one. `types` gives the
 * operands and, after '>', the results: x the number type of the loop, r a float32 in the
 * loop of float32 and else a double, d a double, l an int64, B a status. Without x there
 * is only the loop of doubles. `function` must live as long as the process. -1 with an
 * exception. */
int ev_py_add_ufunc(PyObject *module, const char *name, const char *signature,
                    const char *types, PyUFuncGenericFunction run, ev_isa isa,
                    const void *function);

/* Adds a table of elementwise functions of the core as ufuncs. -1 with an exception. */
int ev_py_add_elementwise(PyObject *module, const ev_elementwise *table, ev_isa isa);

/* One item as 8 bytes; `narrow` widens a float to a double. */
static inline void ev_py_read(double *to, const char *from, int narrow)
{
    if (narrow) {
        float item;
        memcpy(&item, from, sizeof item);
        *to = (double)item;
    }
    else {
        memcpy(to, from, sizeof *to);
    }
}

/* Copies n items of stride `stride` into contiguous ones of 8 bytes. */
void ev_py_gather(void *to, const char *from, ptrdiff_t stride, ptrdiff_t n, int narrow);

/* Copies n contiguous results to where they belong; `narrow` rounds them to floats. */
void ev_py_scatter(char *to, ptrdiff_t stride, const double *from, ptrdiff_t n,
                   int narrow);
void ev_py_scatter_bytes(char *to, ptrdiff_t stride, const uint8_t *from, ptrdiff_t n);

/* The first magnitude that rounds beyond the range of the type. */
double ev_py_limit(ev_loop_type type);

/* Room for items of 8 bytes: `whole` and `count` times `each`. NULL with MemoryError set;
 * for loops, which run without the GIL. */
void *ev_py_room(ptrdiff_t count, ptrdiff_t each, ptrdiff_t whole);

#endif
