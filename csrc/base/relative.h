/* The one formula behind growth, margin, mark-up and contribution: (a - b) / d, d > 0.
 *
 * One rounding in the difference, one in the division: within 2 ulp of the exact value
 * for doubles, 3 for int64 beyond 2^53. NaN where d is not positive, where an operand
 * is NaN or infinite, and where the result reaches `limit`, the first magnitude that
 * the type of the result cannot hold.
 */
#ifndef EV_RELATIVE_H
#define EV_RELATIVE_H

#include <math.h>

#include "base/core.h"

/* Beyond this magnitude a difference or a sum of two doubles may overflow. */
#define EV_NEAR_OVERFLOW 0x1p1021

/* x when it lies in (-limit, limit) and ok holds, else NaN. */
EV_INLINE double ev_within(double x, int ok, double limit)
{
    return (ok & (fabs(x) < limit)) ? x : NAN;
}

/* The factor for both operands that keeps a - b and |a| + |b| finite. */
EV_INLINE double ev_safe_scale(double a, double b)
{
    return ((fabs(a) > EV_NEAR_OVERFLOW) | (fabs(b) > EV_NEAR_OVERFLOW)) ? 0.25 : 1.0;
}

EV_INLINE double ev_relative_f64(double a, double b, double d, double limit)
{
    const double s = ev_safe_scale(a, b);
    return ev_within((a * s - b * s) / (d * s), (d > 0) & (d < INFINITY), limit);
}

EV_INLINE uint64_t ev_magnitude(int64_t a)
{
    return a < 0 ? 0 - (uint64_t)a : (uint64_t)a;
}

/* a - b without overflow, rounded once. */
EV_INLINE double ev_difference_i64(int64_t a, int64_t b)
{
    return a >= b ? (double)((uint64_t)a - (uint64_t)b)
                  : -(double)((uint64_t)b - (uint64_t)a);
}

EV_INLINE double ev_relative_i64(int64_t a, int64_t b, int64_t d, double limit)
{
    (void)limit; /* below 2^64 always */
    return d > 0 ? ev_difference_i64(a, b) / (double)d : NAN;
}

/* n / d under the same rule. */
EV_INLINE double ev_quotient_f64(double n, double d, double limit)
{
    return ev_within(n / d, (d > 0) & (d < INFINITY), limit);
}

EV_INLINE double ev_quotient_i64(int64_t n, int64_t d, double limit)
{
    (void)limit;
    return d > 0 ? (double)n / (double)d : NAN;
}

#endif
