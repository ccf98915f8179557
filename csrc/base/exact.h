/* Error-free transformations and the compensated sum built on them. */
#ifndef EV_EXACT_H
#define EV_EXACT_H

#include <math.h>

#include "base/core.h"

/* A number held as the unevaluated sum hi + lo, |lo| at most half an ulp of hi. */
typedef struct ev_pair {
    double hi;
    double lo;
} ev_pair;

/* a + b exactly; any magnitudes, no overflow assumed. */
EV_INLINE ev_pair ev_two_sum(double a, double b)
{
    const double hi = a + b;
    const double back = hi - a;
    const ev_pair sum = {hi, (a - (hi - back)) + (b - back)};
    return sum;
}

/* a * b exactly, unless it leaves the range. */
EV_INLINE ev_pair ev_two_product(double a, double b)
{
    const double hi = a * b;
    const ev_pair product = {hi, fma(a, b, -hi)};
    return product;
}

/* A 64-bit integer as an exact pair. */
EV_INLINE ev_pair ev_pair_of_i64(int64_t x)
{
    /* The low 32 bits apart: both halves are exact doubles. */
    const double high = (double)(x >> 32) * 0x1p32;
    return ev_two_sum(high, (double)(x & 0xffffffff));
}

/* Adds x to a running sum whose lo collects what rounding drops. The value of the sum
 * is hi + lo, rounded once when read. */
EV_INLINE ev_pair ev_sum_add(ev_pair sum, double x)
{
    const ev_pair step = ev_two_sum(sum.hi, x);
    const ev_pair next = {step.hi, sum.lo + step.lo};
    return next;
}

/* The sum of two running sums. */
EV_INLINE ev_pair ev_sum_join(ev_pair a, ev_pair b)
{
    ev_pair sum = ev_two_sum(a.hi, b.hi);
    sum.lo += a.lo + b.lo;
    return sum;
}

EV_INLINE double ev_sum_value(ev_pair sum) { return sum.hi + sum.lo; }

#endif
