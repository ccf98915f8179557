/* How a total is made up: its parts' sum, concentration, HHI, rank. */
#ifndef EV_STRUCTURE_H
#define EV_STRUCTURE_H

#include "core.h"

/* The totals of `lanes` groups of n parts each, summed in the order of the parts with
 * what rounding drops kept, whatever the layout. Strides are in bytes; `width` is 8
 * for int64 and double, 4 for float. total[lane] is NaN where no share can be taken;
 * status[lane] says why: MISSING (every part absent), INCOMPLETE, INVALID, the
 * denominator statuses, or OK. total and status overlap nothing. */
typedef struct ev_parts {
    const char *first;
    ptrdiff_t lanes, n;
    ptrdiff_t lane_stride, part_stride;
    ev_type type;
    int width;
} ev_parts;

void ev_totals(const ev_parts *parts, double *total, uint8_t *status);

/* Elementwise: share (part, total), NaN where the total is not positive. */
extern const ev_elementwise ev_structure_functions[];
extern const int ev_structure_function_count;

/* Along a lane: hhi, concentration (x; k), k > 0, -> one number; rank_min, rank_dense:
 * 1 for the largest, NaN for what is NaN (MISSING) or infinite (INVALID). */
extern const ev_lanewise ev_structure_lanes[];
extern const int ev_structure_lane_count;

#endif
