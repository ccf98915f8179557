#include "arrays/growth.h"

#ifndef EV_PASS

#include "base/compound.h"
#include "base/relative.h"

/* ---- rates under each policy ------------------------------------------------- */

EV_INLINE double nm_f64(double x0, double x1, double limit)
{
    return ev_relative_f64(x1, x0, x0, limit);
}

EV_INLINE double nm_i64(int64_t x0, int64_t x1, double limit)
{
    return ev_relative_i64(x1, x0, x0, limit);
}

EV_INLINE double abs_f64(double x0, double x1, double limit)
{
    return ev_relative_f64(x1, x0, fabs(x0), limit);
}

EV_INLINE double abs_i64(int64_t x0, int64_t x1, double limit)
{
    (void)limit;
    return x0 != 0 ? ev_difference_i64(x1, x0) / (double)ev_magnitude(x0) : NAN;
}

EV_INLINE double signed_f64(double x0, double x1, double limit)
{
    const double rate = abs_f64(x0, x1, limit);
    return x0 < 0 ? -rate : rate;
}

EV_INLINE double signed_i64(int64_t x0, int64_t x1, double limit)
{
    const double rate = abs_i64(x0, x1, limit);
    return x0 < 0 ? -rate : rate;
}

EV_INLINE double midpoint_f64(double x0, double x1, double limit)
{
    const double s = ev_safe_scale(x0, x1);
    const double total = fabs(x0 * s) + fabs(x1 * s);
    const double rate = 2 * ((x1 * s - x0 * s) / total);
    return total == 0 ? 0 : ev_within(rate, total < INFINITY, limit);
}

EV_INLINE double midpoint_i64(int64_t x0, int64_t x1, double limit)
{
    (void)limit;
    const uint64_t a = ev_magnitude(x0), b = ev_magnitude(x1), sum = a + b;
    /* The sum can only reach 2^64. It then wraps to 0 although the operands are not 0. */
    const double total = sum >= a ? (double)sum : 0x1p64;
    return total == 0 ? 0 : 2 * (ev_difference_i64(x1, x0) / total);
}

/* ---- statuses ---------------------------------------------------------------- */

/* The status of two numbers that are not NaN, by their signs and that of the change. */
EV_INLINE uint8_t sign_status(int base_sign, int current_sign, int change_sign)
{
    return base_sign == 0  ? (current_sign == 0 ? EV_BOTH_ZERO : EV_ZERO_BASE)
           : base_sign > 0 ? (current_sign < 0 ? EV_TURNED_LOSS : EV_OK)
           : current_sign > 0  ? EV_TURNED_PROFIT
           : current_sign == 0 ? EV_BROKE_EVEN
           : change_sign > 0   ? EV_LOSS_NARROWED
           : change_sign < 0   ? EV_LOSS_WIDENED
                               : EV_LOSS_UNCHANGED;
}

EV_INLINE uint8_t status_f64(double x0, double x1, double limit)
{
    return isnan(x1)   ? EV_MISSING
           : isnan(x0) ? EV_GAP
           : isinf(x0) || isinf(x1) ||
                   (x0 != 0 && isnan(abs_f64(x0, x1, limit)))
               ? EV_INVALID
               : sign_status((x0 > 0) - (x0 < 0), (x1 > 0) - (x1 < 0),
                             (x1 > x0) - (x1 < x0));
}

EV_INLINE uint8_t status_i64(int64_t x0, int64_t x1, double limit)
{
    (void)limit;
    return sign_status((x0 > 0) - (x0 < 0), (x1 > 0) - (x1 < 0),
                       (x1 > x0) - (x1 < x0));
}

uint8_t ev_growth_status(double x0, double x1)
{
    return status_f64(x0, x1, INFINITY);
}

uint8_t ev_growth_status_i64(int64_t x0, int64_t x1)
{
    return status_i64(x0, x1, INFINITY);
}

/* ev_result_status, inlined in the loops. */
EV_INLINE uint8_t status_of_result(double x0, double x1, double result)
{
    const int undefined = isnan(x0) || isnan(x1) || isinf(x0) || isinf(x1);
    return undefined               ? status_f64(x0, x1, INFINITY)
           : x0 > 0 && x1 >= 0     ? (isnan(result) ? EV_INVALID : EV_OK)
                                   : sign_status((x0 > 0) - (x0 < 0), (x1 > 0) - (x1 < 0),
                                                 (x1 > x0) - (x1 < x0));
}

uint8_t ev_result_status(double x0, double x1, double result)
{
    return status_of_result(x0, x1, result);
}

/* ---- log, compound, change, index -------------------------------------------- */

double ev_log_growth(double x0, double x1)
{
    return ((x0 > 0) & (x1 > 0) & (x0 < INFINITY) & (x1 < INFINITY))
               ? ev_pair_log(ev_exact(x0), ev_exact(x1))
               : NAN;
}

EV_INLINE double log_f64(double x0, double x1, double limit)
{
    (void)limit;
    return ev_log_growth(x0, x1);
}

EV_INLINE double log_i64(int64_t x0, int64_t x1, double limit)
{
    (void)limit;
    return ((x0 > 0) & (x1 > 0)) ? ev_pair_log(ev_pair_of_i64(x0), ev_pair_of_i64(x1))
                                 : NAN;
}

EV_INLINE uint8_t log_status_f64(double x0, double x1, double limit)
{
    return status_of_result(x0, x1, log_f64(x0, x1, limit));
}

EV_INLINE uint8_t log_status_i64(int64_t x0, int64_t x1, double limit)
{
    (void)limit;
    return x0 > 0 && x1 == 0 ? EV_INVALID : status_i64(x0, x1, limit);
}

double ev_compound(double x0, double x1, double numerator, double denominator)
{
    return ((x0 > 0) & (x1 >= 0) & (x0 < INFINITY) & (x1 < INFINITY))
               ? ev_pair_compound(ev_exact(x0), ev_exact(x1), numerator, denominator)
               : NAN;
}

EV_INLINE double compound_f64(double x0, double x1, double num, double den,
                              double limit)
{
    return ev_within(ev_compound(x0, x1, num, den), 1, limit);
}

EV_INLINE double compound_i64(int64_t x0, int64_t x1, double num, double den,
                              double limit)
{
    const int defined = (x0 > 0) & (x1 >= 0);
    return defined ? ev_within(ev_pair_compound(ev_pair_of_i64(x0), ev_pair_of_i64(x1),
                                                num, den),
                               1, limit)
                   : NAN;
}

EV_INLINE uint8_t compound_status_i64(int64_t x0, int64_t x1, double num, double den,
                                      double limit)
{
    return x0 > 0 && x1 >= 0
               ? (isnan(compound_i64(x0, x1, num, den, limit)) ? EV_INVALID : EV_OK)
               : status_i64(x0, x1, limit);
}

EV_INLINE uint8_t compound_status_f64(double x0, double x1, double num, double den,
                                      double limit)
{
    return status_of_result(x0, x1, compound_f64(x0, x1, num, den, limit));
}

EV_INLINE double change_f64(double x0, double x1, double limit)
{
    return ev_within(x1 - x0, 1, limit);
}

EV_INLINE double change_i64(int64_t x0, int64_t x1, double limit)
{
    (void)limit;
    return ev_difference_i64(x1, x0);
}

EV_INLINE uint8_t change_status_f64(double x0, double x1, double limit)
{
    return isnan(x1)                            ? EV_MISSING
           : isnan(x0)                          ? EV_GAP
           : isnan(change_f64(x0, x1, limit)) ? EV_INVALID
                                              : EV_OK;
}

EV_INLINE uint8_t change_status_i64(int64_t x0, int64_t x1, double limit)
{
    (void)x0, (void)x1, (void)limit;
    return EV_OK;
}

EV_INLINE double index_f64(double x, double base, double scale, double limit)
{
    /* The product may leave the range where the result does not. */
    const double product = fabs(scale * x);
    const double s = product > 0x1p1000 ? 0x1p-600 : product < 0x1p-900 ? 0x1p600 : 1;
    const double index = x * s * scale / base * (1 / s);
    return ev_within(index, (base > 0) & (base < INFINITY), limit);
}

EV_INLINE double index_i64(int64_t x, double base, double scale, double limit)
{
    return index_f64((double)x, base, scale, limit);
}

EV_INLINE uint8_t index_status_f64(double x, double base, double scale, double limit)
{
    return isnan(x)                                       ? EV_MISSING
           : isnan(base)                                  ? EV_GAP
           : isinf(x) || isinf(base)                      ? EV_INVALID
           : base == 0                                    ? EV_ZERO_DENOMINATOR
           : base < 0                                     ? EV_NEGATIVE_DENOMINATOR
           : isnan(index_f64(x, base, scale, limit)) ? EV_INVALID
                                                     : EV_OK;
}

EV_INLINE uint8_t index_status_i64(int64_t x, double base, double scale, double limit)
{
    return index_status_f64((double)x, base, scale, limit);
}

/* name, function, operands, typed operands, result */
#define FUNCTIONS(each)                                                               \
    each(growth_nm, nm, 2, 2, double)                                                 \
    each(growth_abs, abs, 2, 2, double)                                               \
    each(growth_signed, signed, 2, 2, double)                                         \
    each(growth_midpoint, midpoint, 2, 2, double)                                     \
    each(growth_status, status, 2, 2, uint8_t)                                        \
    each(log_growth, log, 2, 2, double)                                               \
    each(log_status, log_status, 2, 2, uint8_t)                                       \
    each(compound, compound, 4, 2, double)                                            \
    each(compound_status, compound_status, 4, 2, uint8_t)                             \
    each(change, change, 2, 2, double)                                                \
    each(change_status, change_status, 2, 2, uint8_t)                                 \
    each(index, index, 3, 1, double)                                                  \
    each(index_status, index_status, 3, 1, uint8_t)

#define EV_SELF "arrays/growth.c"
#include "base/each_isa.h"

const ev_elementwise ev_growth_functions[] = {FUNCTIONS(EV_ROW) EV_LAST_ROW};

#else

FUNCTIONS(EV_MAP)

#endif
