/* How a total is made up: its parts' sum, concentration, HHI, rank. */
#ifndef EV_STRUCTURE_H
#define EV_STRUCTURE_H

#include "base/core.h"

/* `lanes` groups of n parts each, as they lie in memory. Strides are in bytes; `narrow`
 * says float instead of double. */
typedef struct ev_parts {
    const char *first;
    ptrdiff_t lanes, n;
    ptrdiff_t lane_stride, part_stride;
    ev_type type; /* EV_I64 or EV_F64 */
    int narrow;
} ev_parts;

/* What the parts of a lane are multiplied by and divided by to give shares. scale is 1,
 * or smaller where the plain sum leaves the range; total is NaN where there are no
 * shares, and status says why: MISSING (every part absent), INCOMPLETE, INVALID, the
 * denominator statuses, or OK. */
typedef struct ev_total {
    double total, scale;
    uint8_t status;
} ev_total;

/* Writes totals[lane]. A lane is summed as sixteen sums of every sixteenth part, with
 * what rounding drops kept, so layout, path and workers do not change a bit. */
void ev_totals(const ev_parts *parts, ev_total *totals, ev_isa isa);

/* out[i] = x[i] * scale[i] / total[i], all contiguous; `one` says that scale and total
 * hold one number for all. out overlaps nothing. */
void ev_divide(const double *x, const double *scale, const double *total, double *out,
               ptrdiff_t n, int one, ev_isa isa);

/* Along a lane: hhi, concentration (x; k), k > 0, -> one number; rank_min, rank_dense:
 * 1 for the largest, NaN for what is NaN (MISSING) or infinite (INVALID). */
extern const ev_lanewise ev_structure_lanes[];
extern const int ev_structure_lane_count;

#endif
