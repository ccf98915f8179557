/* Arithmetic on the lanes of a block: four groups side by side, one item of each.
 *
 * Every lane is computed by the same operations in the same order on every instruction
 * set, so that results are the same bits. A mask takes numbers in and leaves others
 * out whatever they are, NaN too.
 */
#ifndef EV_LANES_H
#define EV_LANES_H

#include <math.h>

#include "core.h"

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

/* Whether x is NaN. */
EV_INLINE ev_mask ev_absent(ev_lanes x) { return x != x; }

/* Whether x is NaN or infinite. */
EV_INLINE ev_mask ev_unbounded(ev_lanes x) { return x - x != ev_fill(0); }

/* x, or NaN for an infinity that arithmetic made. */
EV_INLINE ev_lanes ev_finite(ev_lanes x)
{
    return ev_number_or_nan(~ev_unbounded(x), x);
}

/* A sum over items with what rounding added kept apart (Kahan): within 2^-52 of the sum
 * of magnitudes however many items, at four additions an item. */
typedef struct ev_total {
    ev_lanes sum;
    ev_lanes excess;
} ev_total;

EV_INLINE void ev_total_add(ev_total *total, ev_lanes x)
{
    const ev_lanes step = x - total->excess;
    const ev_lanes next = total->sum + step;
    total->excess = (next - total->sum) - step;
    total->sum = next;
}

/* The same with nothing lost but second-order terms, at seven additions: for sums that
 * are divided by and may be small beside their items. */
EV_INLINE void ev_total_add_exactly(ev_total *total, ev_lanes x)
{
    const ev_lanes next = total->sum + x;
    const ev_lanes back = next - total->sum;
    total->excess -= (total->sum - (next - back)) + (x - back);
    total->sum = next;
}

EV_INLINE ev_lanes ev_total_value(const ev_total *total)
{
    return total->sum - total->excess;
}

/* a - b. */
EV_INLINE ev_lanes ev_total_difference(const ev_total *a, const ev_total *b)
{
    return (a->sum - b->sum) - (a->excess - b->excess);
}

/* What is left of a number when parts are taken from it: exact but for the last
 * rounding of `low`, so that the residual is that of the numbers given out. */
typedef struct ev_rest {
    ev_lanes high;
    ev_lanes low;
} ev_rest;

EV_INLINE void ev_rest_take(ev_rest *rest, ev_lanes part)
{
    const ev_lanes high = rest->high - part;
    const ev_lanes back = high - rest->high;
    rest->low += (rest->high - (high - back)) - (part + back);
    rest->high = high;
}

#endif
