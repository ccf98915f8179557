/* Exact totals of cells, and the doubles nearest to them.
 *
 * A total is (sum + wraps * 2^128 + fine * 2^-62) units, 0 <= fine < 2^62. The unit is 1
 * for integers, 2^-64 for binary floats (so that fine counts 2^-126) and 10^-places for
 * decimals; only floats use `fine`. The form is unique and adding is exact, so a
 * total does not depend on order, splits or threads.
 */
#ifndef EV_TOTAL_H
#define EV_TOTAL_H

#include "base/core.h"
#include "base/wide.h"

typedef enum ev_grain { EV_NO_GRAIN, EV_INTEGER, EV_BINARY, EV_DECIMAL } ev_grain;

/* The unit of a measure's totals. EV_NO_GRAIN: no value seen yet. */
typedef struct ev_scale {
    ev_grain grain;
    int places; /* of a decimal, 0 .. 38 */
} ev_scale;

typedef struct ev_total {
    ev_wide sum; /* with a sign */
    uint64_t fine;
    int64_t wraps;
} ev_total;

enum { EV_FINE_BITS = 62, EV_MOST_PLACES = 38 };

#define EV_FINE_MASK ((UINT64_C(1) << EV_FINE_BITS) - 1)

/* into += more, exactly. They may not be the same object. */
void ev_total_add(ev_total *restrict into, const ev_total *restrict more);

/* The total with the other sign. */
EV_INLINE void ev_total_negate(ev_total *total)
{
    /* -(n + f) is ~n + 1 - f for the whole part n and the fraction f. The least sum
     * is its own opposite, one range away. */
    const int whole = total->fine == 0;
    const ev_wide minus = ev_wide_negate(total->sum);
    const int least = whole && ev_wide_negative(minus) && ev_wide_equal(minus, total->sum);
    total->sum = whole ? minus : ev_wide_subtract(minus, ev_wide_of_u64(1));
    total->fine = whole ? 0 : EV_FINE_MASK + 1 - total->fine;
    total->wraps = -total->wraps + least;
}

/* A float of magnitude below 2^62 in binary units; bits below 2^-126 are cut off,
 * toward zero. */
ev_total ev_total_of_double(double x);

/* The total in the units of `to`, which ev_scale_join gave: integers to binary. */
ev_total ev_total_rescaled(ev_total total, ev_scale from, ev_scale to);

/* The scale that holds both exactly: integers join floats. EV_BAD_FORMAT for decimals
 * with different numbers of places, and for decimals with integers or floats. */
ev_result ev_scale_join(ev_scale a, ev_scale b, ev_scale *joint);

/* The nearest double, ties to even. EV_RANGE when the exact total lies outside int64's
 * range (integers and floats) or outside 128 bits (decimals); then *value is NaN. */
ev_result ev_total_read(const ev_total *total, ev_scale scale, double *value);

#endif
