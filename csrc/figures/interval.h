/* Sums, products and quotients to about 100 bits, and interval ends from them. */
#ifndef EV_INTERVAL_H
#define EV_INTERVAL_H

#include <string.h>

#include "base/exact.h"
#include "figures/figures.h"

/* Products of numbers within these bounds, and of three of them, are exact pairs. */
#define EV_SMALLEST 0x1p-300
#define EV_LARGEST 0x1p300

EV_INLINE int ev_is_safe(double x)
{
    return (x == 0) | ((fabs(x) >= EV_SMALLEST) & (fabs(x) <= EV_LARGEST));
}

/* a * b exactly, by halves: runs in vectors on every instruction set. */
EV_INLINE ev_pair ev_product(double a, double b)
{
    const double by = 0x1p27 + 1;
    const double a_wide = a * by, b_wide = b * by;
    const double a_high = a_wide - (a_wide - a), b_high = b_wide - (b_wide - b);
    const double a_low = a - a_high, b_low = b - b_high;
    const double hi = a * b;
    const ev_pair result = {
        hi, ((a_high * b_high - hi) + a_high * b_low + a_low * b_high) + a_low * b_low};
    return result;
}

EV_INLINE ev_pair ev_normal(double hi, double lo)
{
    const double sum = hi + lo;
    const ev_pair result = {sum, lo - (sum - hi)};
    return result;
}

EV_INLINE ev_pair ev_pair_add(ev_pair a, ev_pair b)
{
    const ev_pair high = ev_two_sum(a.hi, b.hi), low = ev_two_sum(a.lo, b.lo);
    const ev_pair sum = ev_normal(high.hi, high.lo + low.hi);
    return ev_normal(sum.hi, sum.lo + low.lo);
}

EV_INLINE ev_pair ev_pair_multiply(ev_pair a, ev_pair b)
{
    const ev_pair high = ev_product(a.hi, b.hi);
    return ev_normal(high.hi, high.lo + (a.hi * b.lo + a.lo * b.hi));
}

/* n / d to about 100 bits. */
EV_INLINE ev_pair ev_pair_divide(ev_pair n, ev_pair d)
{
    const double q = n.hi / d.hi;
    const ev_pair back = ev_product(q, d.hi);
    const double rest = ((n.hi - back.hi) - back.lo) + (n.lo - q * d.lo);
    return ev_normal(q, rest / d.hi);
}

/* The ends: two steps outside a value that is within half a step of the exact one. The
 * second step covers operands that are decimals rounded to the nearest double, as the
 * ends of printed figures are. An exact 0 stays 0; x must be finite and not tiny. */
EV_INLINE double ev_outward(ev_pair x, int up)
{
    const double value = x.hi + x.lo;
    uint64_t bits; /* doubles of one sign are ordered as these are */
    double moved;
    memcpy(&bits, &value, sizeof bits);
    bits = (value > 0) == up ? bits + 2 : bits - 2;
    memcpy(&moved, &bits, sizeof moved);
    return value == 0 ? value : moved;
}

EV_INLINE double ev_below(ev_pair x) { return ev_outward(x, 0); }
EV_INLINE double ev_above(ev_pair x) { return ev_outward(x, 1); }

#define EV_NO_SPAN ((ev_span){NAN, NAN})
#define EV_UNSETTLED ((ev_span){INFINITY, -INFINITY})

/* A pair that is an interval: ordered, no NaN, not wholly at infinity. */
EV_INLINE int ev_is_span(ev_span x)
{
    return (x.low <= x.high) & (x.low < INFINITY) & (x.high > -INFINITY);
}

EV_INLINE int ev_is_safe_span(ev_span x)
{
    return ev_is_safe(x.low) & ev_is_safe(x.high) & (x.low <= x.high);
}

/* Whether a sum of terms whose magnitudes add to `size` keeps enough of its bits. */
EV_INLINE int ev_keeps(ev_pair sum, double size) { return fabs(sum.hi) > size * 0x1p-40; }

#endif
