#include "arrays/margin.h"

#ifndef EV_PASS

#include "base/relative.h"

EV_INLINE double margin_f64(double r, double c, double limit)
{
    return ev_relative_f64(r, c, r, limit);
}

EV_INLINE double margin_i64(int64_t r, int64_t c, double limit)
{
    return ev_relative_i64(r, c, r, limit);
}

EV_INLINE double markup_f64(double r, double c, double limit)
{
    return ev_relative_f64(r, c, c, limit);
}

EV_INLINE double markup_i64(int64_t r, int64_t c, double limit)
{
    return ev_relative_i64(r, c, c, limit);
}

/* The status of n / d, given the result; `other` is the other operand beside d. */
EV_INLINE uint8_t denominator_status(double other, double d, double result)
{
    return isnan(other) || isnan(d)         ? EV_MISSING
           : isinf(other) || isinf(d)       ? EV_INVALID
           : d == 0                         ? EV_ZERO_DENOMINATOR
           : d < 0                          ? EV_NEGATIVE_DENOMINATOR
           : isnan(result)                  ? EV_INVALID
                                            : EV_OK;
}

EV_INLINE uint8_t margin_status_f64(double r, double c, double limit)
{
    return denominator_status(c, r, margin_f64(r, c, limit));
}

EV_INLINE uint8_t markup_status_f64(double r, double c, double limit)
{
    return denominator_status(r, c, markup_f64(r, c, limit));
}

EV_INLINE uint8_t ratio_status_f64(double n, double d, double limit)
{
    return denominator_status(n, d, ev_quotient_f64(n, d, limit));
}

EV_INLINE uint8_t ratio_status_i64(int64_t n, int64_t d, double limit)
{
    (void)n, (void)limit;
    return d == 0 ? EV_ZERO_DENOMINATOR : d < 0 ? EV_NEGATIVE_DENOMINATOR : EV_OK;
}

EV_INLINE uint8_t margin_status_i64(int64_t r, int64_t c, double limit)
{
    return ratio_status_i64(c, r, limit);
}

EV_INLINE uint8_t markup_status_i64(int64_t r, int64_t c, double limit)
{
    return ratio_status_i64(r, c, limit);
}

EV_INLINE double incremental_f64(double r0, double p0, double r1, double p1,
                                 double limit)
{
    /* Two scales, so that neither difference overflows and neither loses its tail. */
    const double sp = ev_safe_scale(p0, p1), sr = ev_safe_scale(r0, r1);
    const double dp = p1 * sp - p0 * sp, dr = r1 * sr - r0 * sr;
    return ev_within(dp / dr * (sr / sp), (dr != 0) & (fabs(dr) < INFINITY), limit);
}

EV_INLINE double incremental_i64(int64_t r0, int64_t p0, int64_t r1, int64_t p1,
                                 double limit)
{
    (void)limit;
    return r0 != r1 ? ev_difference_i64(p1, p0) / ev_difference_i64(r1, r0) : NAN;
}

EV_INLINE uint8_t incremental_status_f64(double r0, double p0, double r1, double p1,
                                         double limit)
{
    return isnan(r1) || isnan(p1)   ? EV_MISSING
           : isnan(r0) || isnan(p0) ? EV_GAP
           : !(isfinite(r0) && isfinite(p0) && isfinite(r1) && isfinite(p1))
               ? EV_INVALID
           : r1 == r0                                      ? EV_ZERO_DENOMINATOR
           : isnan(incremental_f64(r0, p0, r1, p1, limit)) ? EV_INVALID
                                                           : EV_OK;
}

EV_INLINE uint8_t incremental_status_i64(int64_t r0, int64_t p0, int64_t r1, int64_t p1,
                                         double limit)
{
    (void)p0, (void)p1, (void)limit;
    return r0 == r1 ? EV_ZERO_DENOMINATOR : EV_OK;
}

/* name, function, operands, typed operands, result */
#define FUNCTIONS(each)                                                               \
    each(margin, margin, 2, 2, double)                                                \
    each(markup, markup, 2, 2, double)                                                \
    each(ratio, ev_quotient, 2, 2, double)                                            \
    each(margin_status, margin_status, 2, 2, uint8_t)                                 \
    each(markup_status, markup_status, 2, 2, uint8_t)                                 \
    each(ratio_status, ratio_status, 2, 2, uint8_t)                                   \
    each(incremental, incremental, 4, 4, double)                                      \
    each(incremental_status, incremental_status, 4, 4, uint8_t)

#define EV_SELF "arrays/margin.c"
#include "base/each_isa.h"

const ev_elementwise ev_margin_functions[] = {FUNCTIONS(EV_ROW) EV_LAST_ROW};

#else

FUNCTIONS(EV_MAP)

#endif
