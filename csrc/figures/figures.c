#include "figures/figures.h"

#ifndef EV_PASS

#include "figures/interval.h"

/* ---- quotients: base, growth, ratio, share, ratio growth ---------------------------
 *
 * (top_one + t) / (bottom_one + b), less 1 where `less` is set. Then top_one and
 * bottom_one are equal, so the numerator of the difference is t - b. */

EV_INLINE ev_pair quotient(double t, double b, double top_one, double bottom_one,
                           int less)
{
    const ev_pair top = less ? ev_two_sum(t, -b) : ev_two_sum(top_one, t);
    return ev_pair_divide(top, ev_two_sum(bottom_one, b));
}

EV_INLINE ev_span divide_quick(ev_span t, ev_span b, double top_one, double bottom_one,
                               int less)
{
    const int ok = ev_is_safe_span(t) & ev_is_safe_span(b) & (b.low > -bottom_one);
    const double low_by = t.low >= -top_one ? b.high : b.low;
    const double high_by = t.high >= -top_one ? b.low : b.high;
    const double low = ev_below(quotient(t.low, low_by, top_one, bottom_one, less));
    const double high = ev_above(quotient(t.high, high_by, top_one, bottom_one, less));
    const ev_span result = {ok ? low : NAN, high};
    return result;
}

/* One end, where the divisor may be infinite. Clears *ok where doubles do not suffice. */
static ev_pair quotient_careful(double t, double b, double top_one, double bottom_one,
                                int less, int *ok)
{
    ev_pair result = {less ? -1 : 0, 0};
    if (!isinf(b)) {
        *ok &= ev_is_safe(t) && ev_is_safe(b);
        result = quotient(t, b, top_one, bottom_one, less);
    }
    return result;
}

static ev_span divide_careful(ev_span t, ev_span b, double top_one, double bottom_one,
                              int less)
{
    ev_span result = EV_NO_SPAN;
    if (ev_is_span(t) && ev_is_span(b) && b.high > -bottom_one) {
        const int reaches = b.low <= -bottom_one;
        const int low_positive = t.low >= -top_one, high_positive = t.high >= -top_one;
        int ok = 1;
        result.low = -INFINITY;
        result.high = INFINITY;
        if (!isinf(t.low) && (low_positive || !reaches)) {
            result.low = ev_below(quotient_careful(t.low, low_positive ? b.high : b.low,
                                                top_one, bottom_one, less, &ok));
        }
        if (!isinf(t.high) && (!high_positive || !reaches)) {
            result.high = ev_above(quotient_careful(t.high, high_positive ? b.low : b.high,
                                                 top_one, bottom_one, less, &ok));
        }
        result = ok ? result : EV_UNSETTLED;
    }
    return result;
}

EV_INLINE ev_span share_quick(const ev_span *x)
{
    /* The careful path decides where a part may be more than its whole. */
    const ev_span found = divide_quick(x[0], x[1], 0, 0, 0);
    const int inside = (x[0].low >= 0) & (x[0].low <= x[1].high);
    const ev_span result = {inside ? found.low : NAN, found.high < 1 ? found.high : 1};
    return result;
}

static ev_span share_careful(const ev_span *x)
{
    /* An interval wholly above 1 or below 0 is not a share. */
    const ev_span part = x[0], whole = x[1];
    ev_span result = divide_careful(part, whole, 0, 0, 0);
    if (result.low <= result.high) {
        result.low = result.low > 0 ? result.low : 0;
        result.high = result.high < 1 ? result.high : 1;
        result = part.high < 0 || part.low > whole.high ? EV_NO_SPAN : result;
    }
    return result;
}

/* ---- products: current, increment ------------------------------------------------- */

/* base * (1 + growth) */
EV_INLINE ev_pair raised(double base, double growth)
{
    const ev_pair one = {base, 0};
    return ev_pair_multiply(one, ev_two_sum(1, growth));
}

/* level * growth / (1 + growth) */
EV_INLINE ev_pair increment(double level, double growth)
{
    return ev_pair_divide(ev_product(level, growth), ev_two_sum(1, growth));
}

EV_INLINE double lesser(double a, double b) { return a < b ? a : b; }
EV_INLINE double greater(double a, double b) { return a > b ? a : b; }

EV_INLINE ev_span current_quick(const ev_span *x)
{
    const ev_span base = x[0], growth = x[1];
    const int ok = ev_is_safe_span(base) & ev_is_safe_span(growth);
    const ev_pair a = raised(base.low, growth.low), b = raised(base.low, growth.high);
    const ev_pair c = raised(base.high, growth.low), d = raised(base.high, growth.high);
    const double low = lesser(lesser(ev_below(a), ev_below(b)), lesser(ev_below(c), ev_below(d)));
    const ev_span result = {ok ? low : NAN, greater(greater(ev_above(a), ev_above(b)),
                                                    greater(ev_above(c), ev_above(d)))};
    return result;
}

EV_INLINE ev_span increment_quick(const ev_span *x)
{
    const ev_span level = x[0], growth = x[1];
    const int ok = ev_is_safe_span(level) & ev_is_safe_span(growth) & (level.low >= 0) &
                   (growth.low > -1);
    const double low =
        ev_below(increment(growth.low >= 0 ? level.low : level.high, growth.low));
    const double high =
        ev_above(increment(growth.high >= 0 ? level.high : level.low, growth.high));
    const ev_span result = {ok ? low : NAN, high};
    return result;
}

/* One corner, where ends may be infinite or 1 + growth 0; *ok as above. */
static ev_pair current_corner(double base, double growth, int *ok)
{
    ev_pair result = {0, 0};
    if (isinf(base) || isinf(growth)) {
        /* 0 times an infinite end is 0: the 0 is exact, the other end a limit. */
        result.hi = base == 0 || growth == -1 ? 0 : base * (1 + growth);
    }
    else {
        *ok &= ev_is_safe(base) && ev_is_safe(growth);
        result = raised(base, growth);
    }
    return result;
}

static ev_pair increment_corner(double level, double growth, int *ok)
{
    ev_pair result = {level, 0};
    if (growth <= -1) {
        result.hi = level >= 0 ? -INFINITY : INFINITY; /* all of an unbounded base */
    }
    else if (isinf(level) && !isinf(growth)) {
        result.hi = growth == 0 ? 0 : level * growth;
    }
    else if (!isinf(growth)) {
        *ok &= ev_is_safe(level) && ev_is_safe(growth);
        result = increment(level, growth);
    }
    return result;
}

static ev_span corners(const ev_span *x, ev_pair (*corner)(double, double, int *))
{
    const double one[2] = {x[0].low, x[0].high}, two[2] = {x[1].low, x[1].high};
    ev_span result = EV_UNSETTLED;
    int ok = 1;
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 2; j++) {
            const ev_pair value = corner(one[i], two[j], &ok);
            const int infinite = isinf(value.hi);
            result.low = fmin(result.low, infinite ? value.hi : ev_below(value));
            result.high = fmax(result.high, infinite ? value.hi : ev_above(value));
        }
    }
    return ok ? result : EV_UNSETTLED;
}

static ev_span current_careful(const ev_span *x)
{
    return ev_is_span(x[0]) && ev_is_span(x[1]) ? corners(x, current_corner) : EV_NO_SPAN;
}

static ev_span increment_careful(const ev_span *x)
{
    return ev_is_span(x[0]) && ev_is_span(x[1]) && x[1].high > -1
               ? corners(x, increment_corner)
               : EV_NO_SPAN;
}

/* ---- sums that may cancel ----------------------------------------------------------- */

/* Growth of a single period, between the year to date y (growth g) and the earlier e
 * (growth h): N / D with D = y (1 + h) - e (1 + g), N = y (1 + h) g - e (1 + g) h. */
static ev_pair period_corner(double y, double g, double e, double h, int *ok)
{
    const ev_pair yy = {y, 0}, gg = {g, 0}, minus_e = {-e, 0}, hh = {h, 0};
    const ev_pair now = ev_pair_multiply(yy, ev_two_sum(1, h));
    const ev_pair then = ev_pair_multiply(minus_e, ev_two_sum(1, g));
    const ev_pair a = ev_pair_multiply(now, gg), b = ev_pair_multiply(then, hh);
    const ev_pair n = ev_pair_add(a, b), d = ev_pair_add(now, then);
    *ok &= d.hi > 0 && ev_keeps(d, now.hi - then.hi) && ev_keeps(n, fabs(a.hi) + fabs(b.hi));
    return ev_pair_divide(n, d);
}

static ev_span period_growth_careful(const ev_span *x)
{
    ev_span result = EV_UNSETTLED;
    int ok = 1, valid = 1;
    for (int k = 0; k < 4; k++) {
        valid &= ev_is_span(x[k]);
        ok &= ev_is_safe_span(x[k]) & (k % 2 == 0 ? x[k].low > 0 : x[k].low > -1);
    }
    for (int k = 0; k < 16 && ok; k++) {
        const ev_pair value = period_corner(k & 1 ? x[0].high : x[0].low,
                                            k & 2 ? x[1].high : x[1].low,
                                            k & 4 ? x[2].high : x[2].low,
                                            k & 8 ? x[3].high : x[3].low, &ok);
        result.low = fmin(result.low, ev_below(value));
        result.high = fmax(result.high, ev_above(value));
    }
    return !valid ? EV_NO_SPAN : ok ? result : EV_UNSETTLED;
}

/* ---- the table ------------------------------------------------------------------------ */

#define EV_SELF "figures/figures.c"
#include "base/each_isa.h"

#define SPANS(name, spans)                                                            \
    {"implied_" #name, 2 * (spans), 0, 2, EV_F64, {{NULL, NULL}, EV_EACH(name##_map)}}

const ev_elementwise ev_figure_functions[] = {
    SPANS(base, 2),      SPANS(growth, 2), SPANS(current, 2),
    SPANS(increment, 2), SPANS(ratio, 2),  SPANS(ratio_growth, 2),
    SPANS(share, 2),     SPANS(period_growth, 4), EV_LAST_ROW,
};

#else

/* The quick formula for all items, in vectors; then the careful one where it gave NaN.
 * Both are expressions of the operands x. */
#define READ_SPANS(spans)                                                             \
    ev_span x[spans];                                                                 \
    for (int k = 0; k < (spans); k++) {                                               \
        x[k].low = ((const double *)in[2 * k])[i];                                    \
        x[k].high = ((const double *)in[2 * k + 1])[i];                               \
    }
#define SPAN_MAP(kernel, spans, quick, careful)                                       \
    static void EV_NAME(kernel)(const void *const *in, void *const *out, ptrdiff_t n, \
                                double limit)                                         \
    {                                                                                 \
        double *restrict low = out[0], *restrict high = out[1];                       \
        int left = 0;                                                                 \
        (void)limit;                                                                  \
        for (ptrdiff_t i = 0; i < n; i++) {                                           \
            READ_SPANS(spans)                                                         \
            const ev_span found = quick;                                              \
            low[i] = found.low;                                                       \
            high[i] = found.high;                                                     \
        }                                                                             \
        for (ptrdiff_t i = 0; i < n; i++) {                                           \
            left |= low[i] != low[i];                                                 \
        }                                                                             \
        for (ptrdiff_t i = 0; i < n && left; i++) {                                   \
            if (low[i] != low[i]) {                                                   \
                READ_SPANS(spans)                                                     \
                const ev_span found = careful;                                        \
                low[i] = found.low;                                                   \
                high[i] = found.high;                                                 \
            }                                                                         \
        }                                                                             \
    }
#define QUOTIENT_MAP(kernel, top, bottom, ...)                                        \
    SPAN_MAP(kernel, 2, divide_quick(x[top], x[bottom], __VA_ARGS__),                 \
             divide_careful(x[top], x[bottom], __VA_ARGS__))

QUOTIENT_MAP(base_map, 0, 1, 0, 1, 0)
QUOTIENT_MAP(growth_map, 1, 0, 0, 0, 1)
QUOTIENT_MAP(ratio_map, 0, 1, 0, 0, 0)
QUOTIENT_MAP(ratio_growth_map, 0, 1, 1, 1, 1)
SPAN_MAP(share_map, 2, share_quick(x), share_careful(x))
SPAN_MAP(current_map, 2, current_quick(x), current_careful(x))
SPAN_MAP(increment_map, 2, increment_quick(x), increment_careful(x))
SPAN_MAP(period_growth_map, 4, ((void)x, EV_NO_SPAN), period_growth_careful(x))
#undef QUOTIENT_MAP
#undef SPAN_MAP
#undef READ_SPANS

#endif
