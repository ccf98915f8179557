/* Implied values of published figures: interval arithmetic whose results always contain
 * the exact interval.
 *
 * An interval is two doubles, low <= high; an infinite end is unbounded. The end of a
 * result lies outside the exact one by at most 3 ulp and never inside. Where operands are
 * decimals rounded to the nearest double and 1 + growth is at least 1/3, it also lies
 * outside the end of the decimals, by at most 5 ulp. Each operand is used once, so the
 * ends are found at the corners.
 *
 * NaN, an interval with low > high, and a denominator or 1 + growth that is nowhere
 * positive give a pair of NaN; a denominator that only reaches 0 gives an infinite end.
 * The pair (inf, -inf) means: doubles do not suffice, compute it exactly. That happens
 * outside magnitudes 2^-300..2^300, where a total or a period growth has an operand that
 * is negative, infinite or reaches 0, and where such a result nearly cancels.
 */
#ifndef EV_FIGURES_H
#define EV_FIGURES_H

#include "base/core.h"

/* Elementwise, each operand and result as two arrays, its lows and its highs:
 * implied_base (level, growth), _growth (base, current), _current (base, growth),
 * _increment (level, growth), _ratio and _share (part, whole), _ratio_growth (growth of
 * numerator, of denominator), _period_growth (year to date, its growth, the earlier year
 * to date, its growth). */
extern const ev_elementwise ev_figure_functions[];

typedef struct ev_span {
    double low;
    double high;
} ev_span;

/* whole less the sum of n parts. scratch holds n + 1 doubles. At most 1 ulp outside. */
ev_span ev_span_remainder(ev_span whole, const double *part_low, const double *part_high,
                          ptrdiff_t n, double *scratch);

/* The growth of the sum of n levels, each with its own growth. */
ev_span ev_span_total(const double *low, const double *high, const double *growth_low,
                      const double *growth_high, ptrdiff_t n);

#endif
