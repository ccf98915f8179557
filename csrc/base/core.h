/* What every file of the core relies on: results, memory, status codes, kernels.
 *
 * The core knows nothing of Python. It allocates only through the allocator it
 * is handed, never prints, never raises and holds no mutable statics, so that
 * any of its files compiles and runs on its own.
 */
#ifndef EV_CORE_H
#define EV_CORE_H

#include <stddef.h>
#include <stdint.h>

#include "base/port.h"

/* What a core function that can fail returns. */
typedef enum ev_result {
    EV_DONE = 0,
    EV_NO_MEMORY,    /* the allocator gave nothing */
    EV_RANGE,        /* a number is outside what can be held exactly */
    EV_BAD_VALUE,    /* a value breaks the rule of its kind; the place says where */
    EV_BAD_FORMAT,   /* a type or layout this reader does not take */
    EV_DUPLICATE,    /* a key stands twice where once is allowed */
    EV_STOPPED       /* the producer or the caller broke off */
} ev_result;

/* The allocator. resize(owner, NULL, n) allocates, resize(owner, p, 0) frees and
 * returns NULL, anything else is realloc. Must be callable from any thread. */
typedef struct ev_memory {
    void *(*resize)(void *owner, void *block, size_t size);
    void *owner;
} ev_memory;

/* Status of a cell: stable numbers, in the order of precedence (the lower wins). */
typedef enum ev_status {
    EV_OK = 0,
    EV_PARTIAL = 1,
    EV_NOT_BEGUN = 2,
    EV_EXITED = 3,
    EV_MISSING = 4,
    EV_OUTSIDE = 5,
    EV_ENTERED = 6,
    EV_GAP = 7,
    EV_INCOMPLETE = 8,
    EV_UNPAIRED = 9,
    EV_INVALID = 10,
    EV_ZERO_BASE = 11,
    EV_BOTH_ZERO = 12,
    EV_TURNED_PROFIT = 13,
    EV_TURNED_LOSS = 14,
    EV_LOSS_NARROWED = 15,
    EV_LOSS_WIDENED = 16,
    EV_LOSS_UNCHANGED = 17,
    EV_BROKE_EVEN = 18,
    EV_ZERO_DENOMINATOR = 19,
    EV_NEGATIVE_DENOMINATOR = 20,
    EV_NO_MATCH = 21
} ev_status;

enum { EV_STATUS_COUNT = 22 };

/* Number types a kernel reads or writes. float32 has no kernels of its own: it is
 * widened to double on the way in and rounded once on the way out. */
typedef enum ev_type { EV_I64, EV_F64, EV_U8 } ev_type;

enum { EV_MOST_OPERANDS = 6 };

/* One elementwise kernel. Reads n items of each in[], writes n of each out[]; all
 * contiguous and aligned; no out overlaps an in or another out. A result whose
 * magnitude is not below `limit` has left the range of the type that will hold it:
 * it becomes NaN, and INVALID where the kernel writes statuses. */
typedef void ev_kernel(const void *const *in, void *const *out, ptrdiff_t n,
                       double limit);

/* An elementwise function: kernels for int64 and float64 operands, one per
 * instruction set (run[type][isa]; NULL where the build has none). Operands after
 * the first `typed` ones are doubles in every kernel. */
typedef struct ev_elementwise {
    const char *name;
    int nin;
    int typed;
    ev_type out;                        /* EV_F64 or EV_U8 */
    ev_kernel *run[2][EV_ISA_COUNT];    /* [EV_I64 or EV_F64][isa] */
} ev_elementwise;

/* One kernel over a whole lane (the values along an axis). x holds n values, int64
 * or double as the table says, contiguous. `params` are the function's operands
 * after x. `scratch` has scratch_per_item * n doubles and is the kernel's to use.
 * Writes n values and statuses, or one of each for a reduction; the outputs overlap
 * nothing. `limit` as for elementwise kernels. */
typedef void ev_lane_kernel(const void *x, ptrdiff_t n, const int64_t *params,
                            double *out, uint8_t *status, double *scratch,
                            double limit);

typedef struct ev_lanewise {
    const char *name;
    int nparams;
    int reduces;                        /* one result a lane, not one an item */
    int scratch_per_item;
    ev_lane_kernel *run[2];             /* [EV_I64 or EV_F64] */
} ev_lanewise;

#endif
