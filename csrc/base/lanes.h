/* Arithmetic on the lanes of a block: four groups side by side, one item of each.
 *
 * Every lane is computed by the same operations in the same order on every instruction
 * set, so that results are the same bits. A mask takes numbers in and leaves others
 * out whatever they are, NaN too.
 */
#ifndef EV_LANES_H
#define EV_LANES_H

#include <math.h>

#include "base/core.h"

enum { EV_LANE_COUNT = 4 };

EV_INLINE ev_lanes ev_fill(double x)
{
    const ev_lanes lanes = {x, x, x, x};
    return lanes;
}

/* x where the mask is set, else 0. */
EV_INLINE ev_lanes ev_where(ev_mask mask, ev_lanes x)
{
    return (ev_lanes)(mask & (ev_mask)x);
}

/* x where the mask is set, else y. */
EV_INLINE ev_lanes ev_choose(ev_mask mask, ev_lanes x, ev_lanes y)
{
    return (ev_lanes)((mask & (ev_mask)x) | (~mask & (ev_mask)y));
}

EV_INLINE ev_lanes ev_number_or_nan(ev_mask known, ev_lanes x)
{
    return ev_choose(known, x, ev_fill(NAN));
}

/* Whether the mask is set in any lane. */
EV_INLINE int ev_any(ev_mask mask) { return (mask[0] | mask[1] | mask[2] | mask[3]) != 0; }

/* x's sign bit and others: below 0 where x is, but also for -0 and some NaN. */
EV_INLINE ev_mask ev_signed(ev_lanes x) { return (ev_mask)x; }

/* Whether x is NaN. */
EV_INLINE ev_mask ev_absent(ev_lanes x) { return x != x; }

/* Whether x is NaN or infinite. */
EV_INLINE ev_mask ev_unbounded(ev_lanes x) { return x - x != ev_fill(0); }

/* x, or NaN for an infinity that arithmetic made. */
EV_INLINE ev_lanes ev_finite(ev_lanes x)
{
    return ev_number_or_nan(~ev_unbounded(x), x);
}

/* A sum over items with what rounding dropped collected apart, as ev_sum_add has it for
 * one number: only terms of second order are lost, however many items. */
typedef struct ev_total {
    ev_lanes high;
    ev_lanes low;
} ev_total;

EV_INLINE void ev_total_add(ev_total *total, ev_lanes x)
{
    const ev_lanes high = total->high + x;
    const ev_lanes back = high - total->high;
    total->low += (total->high - (high - back)) + (x - back);
    total->high = high;
}

/* The sum of two sums. */
EV_INLINE void ev_total_join(ev_total *total, const ev_total *more)
{
    ev_total_add(total, more->high);
    total->low += more->low;
}

EV_INLINE ev_lanes ev_total_value(const ev_total *total)
{
    return total->high + total->low;
}

/* a - b. */
EV_INLINE ev_lanes ev_total_difference(const ev_total *a, const ev_total *b)
{
    return (a->high - b->high) + (a->low - b->low);
}

#endif
