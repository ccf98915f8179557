/* Implied values of any number of parts. */
#include "figures/figures.h"
#include "figures/interval.h"

/* Adds x to the exact sum parts[0..n), whose terms do not overlap and grow in magnitude.
 * Returns the new number of terms. */
static ptrdiff_t exact_add(double *parts, ptrdiff_t n, double x)
{
    ptrdiff_t kept = 0;
    for (ptrdiff_t i = 0; i < n; i++) {
        const ev_pair sum = ev_two_sum(x, parts[i]);
        if (sum.lo != 0) {
            parts[kept++] = sum.lo;
        }
        x = sum.hi;
    }
    if (x != 0 || kept == 0) {
        parts[kept++] = x;
    }
    return kept;
}

/* whole - sum of parts, rounded toward `to`, -inf or inf. */
static double exact_less(double whole, const double *restrict parts, ptrdiff_t n,
                         double to, double *restrict scratch, int *ok)
{
    double result = whole;
    ptrdiff_t terms = 1;
    int infinite = isinf(whole);
    scratch[0] = whole;
    for (ptrdiff_t i = 0; i < n; i++) {
        infinite |= isinf(parts[i]);
        *ok &= infinite || fabs(parts[i]) <= 0x1p960;
        terms = infinite ? terms : exact_add(scratch, terms, -parts[i]);
    }
    if (infinite) {
        result = to;
    }
    else {
        /* Add from the top until a term no longer fits; its sign gives the rounding. */
        ev_pair sum = {scratch[terms - 1], 0};
        while (terms > 1 && sum.lo == 0) {
            terms--;
            sum = ev_two_sum(sum.hi, scratch[terms - 1]);
        }
        *ok &= fabs(sum.hi) <= 0x1p1000;
        result = (sum.lo < 0 && to < 0) || (sum.lo > 0 && to > 0) ? nextafter(sum.hi, to)
                                                                  : sum.hi;
    }
    return result;
}

ev_span ev_span_remainder(ev_span whole, const double *part_low, const double *part_high,
                          ptrdiff_t n, double *scratch)
{
    ev_span result = EV_NO_SPAN;
    int valid = ev_is_span(whole), ok = 1;
    for (ptrdiff_t i = 0; i < n; i++) {
        const ev_span part = {part_low[i], part_high[i]};
        valid &= ev_is_span(part);
    }
    if (valid) {
        ok &= isinf(whole.low) || fabs(whole.low) <= 0x1p960;
        ok &= isinf(whole.high) || fabs(whole.high) <= 0x1p960;
        result.low = exact_less(whole.low, part_high, n, -INFINITY, scratch, &ok);
        result.high = exact_less(whole.high, part_low, n, INFINITY, scratch, &ok);
        result = ok ? result : EV_UNSETTLED;
    }
    return result;
}

/* The growth of the sum at one choice of ends, and 1 + it to 100 bits. */
typedef struct total {
    ev_pair growth;
    ev_pair factor;
    int ok;
} total;

/* Growths are at their low or high end. A part that grows less than the whole pulls it
 * down the more, the larger its level: `factor` decides which end of the level counts.
 * Unless all grow alike, doubles do not suffice where the two are too close to tell. */
static total total_at(const double *low, const double *high, const double *growth,
                      ptrdiff_t n, ev_pair factor, int wants_high)
{
    ev_pair increments = {0, 0}, bases = {0, 0};
    double size = 0;
    int alike = 1, told = 1;
    for (ptrdiff_t i = 1; i < n; i++) {
        alike &= growth[i] == growth[0];
    }
    for (ptrdiff_t i = 0; i < n; i++) {
        const ev_pair own = ev_two_sum(1, growth[i]);
        const double ahead = (own.hi - factor.hi) + (own.lo - factor.lo);
        told &= fabs(ahead) > own.hi * 0x1p-90 || low[i] == high[i] || alike;
        const ev_pair level = {(ahead > 0) == wants_high ? high[i] : low[i], 0};
        const ev_pair base = ev_pair_divide(level, own), by = {growth[i], 0};
        const ev_pair increment_of = ev_pair_multiply(base, by);
        bases = ev_pair_add(bases, base);
        increments = ev_pair_add(increments, increment_of);
        size += fabs(increment_of.hi);
    }
    const ev_pair one = {1, 0};
    total result = {{0, 0}, {0, 0}, told && bases.hi > 0 && ev_keeps(increments, size)};
    if (bases.hi > 0) {
        result.growth = ev_pair_divide(increments, bases);
        result.factor = ev_pair_add(one, result.growth);
    }
    return result;
}

/* Moves from one choice of ends to the next better one, until none is better. */
static total total_end(const double *low, const double *high, const double *growth,
                       ptrdiff_t n, int wants_high)
{
    const ev_pair start = {wants_high ? -1 : INFINITY, 0};
    total best = total_at(low, high, growth, n, start, wants_high);
    for (ptrdiff_t step = 0, better = 1; step <= n && better && best.ok; step++) {
        const total next = total_at(low, high, growth, n, best.factor, wants_high);
        const double gain = (next.factor.hi - best.factor.hi) +
                            (next.factor.lo - best.factor.lo);
        better = wants_high ? gain > 0 : gain < 0;
        best = better ? next : best;
        best.ok = next.ok;
    }
    return best;
}

ev_span ev_span_total(const double *low, const double *high, const double *growth_low,
                      const double *growth_high, ptrdiff_t n)
{
    ev_span result = EV_NO_SPAN;
    int valid = n > 0, ok = 1;
    for (ptrdiff_t i = 0; i < n; i++) {
        const ev_span level = {low[i], high[i]}, growth = {growth_low[i], growth_high[i]};
        valid &= ev_is_span(level) && ev_is_span(growth);
        ok &= ev_is_safe_span(level) && ev_is_safe_span(growth) && level.low >= 0 &&
              growth.low > -1;
    }
    if (valid && ok) {
        const total least = total_end(low, high, growth_low, n, 0);
        const total most = total_end(low, high, growth_high, n, 1);
        ok = least.ok && most.ok;
        result.low = ev_below(least.growth);
        result.high = ev_above(most.growth);
    }
    return valid && !ok ? EV_UNSETTLED : result;
}
