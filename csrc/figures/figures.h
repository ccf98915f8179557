/* Implied values of published figures: interval arithmetic that never loses the truth.
 *
 * An interval is two doubles, low <= high; an infinite end is unbounded. A result's end
 * lies outside the exact one by at most 3 ulp and never inside. Where operands are
 * decimals rounded to the nearest double and 1 + growth is at least 1/3, it lies outside
 * the end of the decimals too, by at most 5. Each operand is used once, so the ends are
 * taken at corners.
 *
 * NaN, an interval with low > high, and a denominator or 1 + growth that is nowhere
 * positive give a pair of NaN; a denominator that only reaches 0 gives an infinite end.
 * The pair (inf, -inf) says: not settled here, compute it exactly. That happens outside
 * magnitudes 2^-300..2^300, where a total or a period growth has an operand that is
 * negative, infinite or reaches 0, and where such a result all but cancels.
 */
#ifndef EV_FIGURES_H
#define EV_FIGURES_H

#include "base/core.h"

enum { EV_MOST_SPANS = 4 };

/* n results, item by item. in[2k], in[2k+1] are the lows and highs of operand k,
 * contiguous; low and high overlap nothing. */
typedef void ev_span_kernel(const double *const *in, double *restrict low,
                            double *restrict high, ptrdiff_t n);

typedef struct ev_span_map {
    const char *name;
    int spans; /* operands, two arrays each */
    ev_span_kernel *run[EV_ISA_COUNT];
} ev_span_map;

/* base (level, growth), growth (base, current), current (base, growth), increment
 * (level, growth), ratio and share (part, whole), ratio growth (growth of numerator, of
 * denominator), period growth (year to date, its growth, earlier, its growth). */
extern const ev_span_map ev_figure_maps[];
extern const int ev_figure_map_count;

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
