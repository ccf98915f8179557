/* What every file of the core uses: results, memory, status codes, kernels.
 *
 * The core does not know Python. It allocates only through the allocator that its caller
 * passes, never prints and holds no mutable statics.
 */
#ifndef EV_CORE_H
#define EV_CORE_H

#include <stddef.h>
#include <stdint.h>

#include "base/port.h"

/* The result of a core function that can fail. */
typedef enum ev_result {
    EV_DONE = 0,
    EV_NO_MEMORY,    /* the allocator returned NULL */
    EV_RANGE,        /* a number is too large to be held exactly */
    EV_BAD_VALUE,    /* a value breaks the rule of its kind */
    EV_BAD_FORMAT,   /* a type or layout that this reader does not read */
    EV_DUPLICATE,    /* a key occurs twice where once is allowed */
    EV_STOPPED       /* the producer or the caller stopped */
} ev_result;

/* The allocator. resize(owner, NULL, n) allocates, resize(owner, p, 0) frees and
 * returns NULL, any other call is realloc. Must be callable from any thread. The seed is
 * of the hashes in the memory: a number that who makes the input does not know, so that
 * no input fills one place of a table. It affects no result. */
typedef struct ev_memory {
    void *(*resize)(void *owner, void *block, size_t size);
    void *owner;
    uint64_t seed;
} ev_memory;

/* Status of a cell: stable numbers from 0 on, in the order of precedence (the lower
 * wins). */
#define EV_STATUSES(each)                                                             \
    each(OK) each(PARTIAL) each(NOT_BEGUN) each(EXITED) each(MISSING) each(OUTSIDE)   \
    each(ENTERED) each(GAP) each(INCOMPLETE) each(UNPAIRED) each(INVALID)             \
    each(ZERO_BASE) each(BOTH_ZERO) each(TURNED_PROFIT) each(TURNED_LOSS)             \
    each(LOSS_NARROWED) each(LOSS_WIDENED) each(LOSS_UNCHANGED) each(BROKE_EVEN)      \
    each(ZERO_DENOMINATOR) each(NEGATIVE_DENOMINATOR) each(NO_MATCH)
#define EV_STATUS(name) EV_##name,
typedef enum ev_status { EV_STATUSES(EV_STATUS) EV_STATUS_COUNT } ev_status;

/* Number types a kernel reads or writes. float32 has no kernels: it is widened to double
 * when read and rounded once when written. */
typedef enum ev_type { EV_I64, EV_F64, EV_U8 } ev_type;

/* The bytes between neighbours. labs takes a long, which has 32 bits on Windows. */
EV_INLINE ptrdiff_t ev_distance(ptrdiff_t stride) { return stride < 0 ? -stride : stride; }

enum { EV_MOST_OPERANDS = 8, EV_MOST_RESULTS = 2 };

/* One elementwise kernel. Reads n items of each in[], writes n of each out[]; all
 * contiguous and aligned; no out overlaps an in or another out. A result whose magnitude
 * is not below `limit` is outside the range of the type that will hold it: it becomes
 * NaN, and INVALID where the kernel writes statuses. */
typedef void ev_kernel(const void *const *in, void *const *out, ptrdiff_t n,
                       double limit);

/* An elementwise function: kernels for int64 and float64 operands, one for each
 * instruction set (NULL where the build has none; no int64 ones where `typed` is 0).
 * Operands after the first `typed` ones are doubles in every kernel. A table of them ends
 * with a name that is NULL. */
typedef struct ev_elementwise {
    const char *name;
    int nin;
    int typed;
    int nout;
    ev_type out;                        /* EV_F64 or EV_U8, of every result */
    ev_kernel *run[2][EV_ISA_COUNT];    /* [EV_I64 or EV_F64][isa] */
} ev_elementwise;

/* The values along an axis, and where the results of a function of them go: n results
 * and statuses, or one of each for a reduction. All contiguous; the outputs overlap
 * nothing. */
typedef struct ev_line {
    const void *x; /* n int64 or doubles, as `type` says */
    ptrdiff_t n;
    ev_type type;
    const int64_t *params; /* the operands after x */
    double *out;
    uint8_t *status;
    double *scratch; /* the function's scratch_per_item * n doubles */
    double limit;    /* as for elementwise kernels */
} ev_line;

typedef void ev_line_kernel(const ev_line *line);

/* A function of lines. A table of them ends with a name that is NULL. */
typedef struct ev_linewise {
    const char *name;
    int nparams;
    int reduces;             /* one result for each line, not for each item */
    int scratch_per_item;
    ev_line_kernel *run[2];  /* [EV_I64 or EV_F64] */
} ev_linewise;

#endif
