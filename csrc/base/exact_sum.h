/* Sums of doubles of any magnitudes: exact, also under subtraction, and rounded once
 * when read.
 *
 * The sum of a line whose values are not too far apart is two doubles. Other lines use
 * one long fixed-point number.
 */
#ifndef EV_EXACT_SUM_H
#define EV_EXACT_SUM_H

#include <float.h>
#include <string.h>

#include "base/exact.h"
#include "base/wide.h"

/* How the values of a line are cut in two: a multiple of a power of 2, and the rest. Sums
 * of the multiples and of the rests are then exact doubles. */
typedef struct ev_cut {
    double by;  /* 1.5 * 2^52 times the power */
    int is_far; /* the values are too large or too far apart */
} ev_cut;

/* The cut for sums of at most `terms` of the n values. */
ev_cut ev_cut_of(const double *x, ptrdiff_t n, ptrdiff_t terms);

/* The two parts of a value, both 0 for infinities and NaN. */
EV_INLINE ev_pair ev_cut_in_two(double x, ev_cut cut)
{
    const double value = fabs(x) <= DBL_MAX ? x : 0;
    const double multiple = (value + cut.by) - cut.by;
    return (ev_pair){multiple, value - multiple};
}

/* A long fixed-point number: limbs of 32 bits, the first one in units of 2^-1074. A limb
 * also collects carries until they are passed on. */
enum { EV_LIMBS = 72 };
typedef struct ev_long_sum {
    int64_t limbs[EV_LIMBS];
    int first, last; /* only limbs from first to last are not 0 */
    int added;       /* values added since carries were passed on */
} ev_long_sum;

void ev_long_clear(ev_long_sum *sum);

void ev_long_add(ev_long_sum *sum, double x);

/* The nearest double to the sum times 2^power, infinite beyond the range. */
double ev_long_value(ev_long_sum *sum, int power);

#endif
