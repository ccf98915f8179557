/* Logarithms and powers of a ratio within 4 ulp, near 1 as well as far from it.
 *
 * The obvious code loses a small change twice: when x1/x0 is rounded, and when the
 * exponent is. Here both remainders are kept. Operands are exact pairs, so int64 beyond
 * 2^53 keep their low bits; both must be positive and finite. Only log1p, expm1, pow
 * and exp2 come from the C library.
 */
#ifndef EV_COMPOUND_H
#define EV_COMPOUND_H

#include <float.h>

#include "base/exact.h"

EV_INLINE ev_pair ev_exact(double x)
{
    const ev_pair pair = {x, 0};
    return pair;
}

/* x1/x0 = (1 + rest.hi + rest.lo) * 2^power, the bracket within [sqrt 1/2, sqrt 2]. */
typedef struct ev_split_ratio {
    ev_pair rest;
    int power;
} ev_split_ratio;

static inline ev_split_ratio ev_split(ev_pair x0, ev_pair x1)
{
    int e0, e1;
    double a = frexp(x0.hi, &e0), b = frexp(x1.hi, &e1);
    ev_split_ratio ratio = {{0, 0}, e1 - e0};
    if (b > a * 0x1.6a09e667f3bcdp+0) {
        b *= 0.5;
        ratio.power += 1;
        e1 += 1;
    }
    else if (b < a * 0x1.6a09e667f3bcdp-1) {
        b *= 2;
        ratio.power -= 1;
        e1 -= 1;
    }
    const double a_tail = ldexp(x0.lo, -e0), b_tail = ldexp(x1.lo, -e1);
    const double difference = b - a; /* exact: the two lie within a factor of 2 */
    const ev_pair d = ev_two_sum(difference, b_tail - a_tail);
    ratio.rest.hi = d.hi / a;
    ratio.rest.lo =
        (fma(-ratio.rest.hi, a, d.hi) + (d.lo - ratio.rest.hi * a_tail)) / a;
    return ratio;
}

/* ln of a split ratio, as a pair. */
static inline ev_pair ev_split_log(ev_split_ratio ratio)
{
    /* ln 2 in two parts, the first short enough to be multiplied exactly. */
    const double ln2_hi = 0x1.62e42fee00000p-1, ln2_lo = 0x1.a39ef35793c76p-33;
    const double near = log1p(ratio.rest.hi), power = ratio.power;
    const double tail = ratio.rest.lo / (1 + ratio.rest.hi);
    ev_pair sum = ev_two_sum(power * ln2_hi, near);
    sum.lo += power * ln2_lo + tail;
    return sum;
}

/* ln(x1/x0). */
static inline double ev_pair_log(ev_pair x0, ev_pair x1)
{
    const ev_pair log_ratio = ev_split_log(ev_split(x0, x1));
    return log_ratio.hi + log_ratio.lo;
}

/* (1 + rest) ^ exponent * 2^(power * exponent), where the plain ratio overflows. */
static inline double ev_power_apart(ev_split_ratio ratio, double exponent)
{
    const ev_pair scaled = ev_two_product((double)ratio.power, exponent);
    const double whole = nearbyint(scaled.hi);
    const double part = exp2((scaled.hi - whole) + scaled.lo);
    const double value = pow(1 + ratio.rest.hi, exponent) * part;
    /* 5000 is beyond every power that leaves a finite result. */
    return ldexp(value, (int)fmax(-5000, fmin(5000, whole)));
}

/* (x1/x0)^(numerator/denominator) - 1; x1 may be 0 where the exponent is positive.
 * NaN where the result leaves the range. */
static inline double ev_pair_compound(ev_pair x0, ev_pair x1, double numerator,
                                      double denominator)
{
    double result = NAN;
    const double p = numerator / denominator;
    const double p_tail = fma(-p, denominator, numerator) / denominator;
    if (x1.hi == 0) {
        result = p > 0 ? -1 : NAN;
    }
    else if (x1.hi == x0.hi && x1.lo == x0.lo) {
        result = 0;
    }
    else {
        const ev_split_ratio ratio = ev_split(x0, x1);
        const ev_pair log_ratio = ev_split_log(ratio);
        const ev_pair e = ev_two_product(p, log_ratio.hi);
        const double e_tail = e.lo + (p * log_ratio.lo + p_tail * log_ratio.hi);
        if (fabs(e.hi) < 0.5) {
            const double change = expm1(e.hi);
            result = change + e_tail * (1 + change);
        }
        else {
            /* The base of pow is 1 + rest, rounded. The correction holds what rounding
             * dropped, and the tails. */
            const ev_pair base = ev_two_sum(1, ratio.rest.hi);
            const double dropped = (base.lo + ratio.rest.lo) / base.hi;
            const double correction = expm1(p * dropped + p_tail * log_ratio.hi);
            const double plain = ldexp(base.hi, ratio.power);
            const double value = plain >= DBL_MIN && plain <= DBL_MAX
                                     ? pow(plain, p)
                                     : ev_power_apart(ratio, p);
            result = (value - 1) + value * correction;
        }
        result = fabs(result) < INFINITY ? result : NAN;
    }
    return result;
}

#endif
