#include "table/total.h"

#include "base/exact_sum.h"

void ev_total_add(ev_total *restrict into, const ev_total *restrict more)
{
    const uint64_t fine = into->fine + more->fine;
    into->fine = fine & EV_FINE_MASK;
    into->wraps += more->wraps;
    into->wraps += ev_wide_add_signed(&into->sum, more->sum);
    into->wraps += ev_wide_add_signed(&into->sum, ev_wide_of_u64(fine >> EV_FINE_BITS));
}

ev_total ev_total_of_double(double x)
{
    ev_total total = {ev_wide_zero(), 0, 0};
    int exponent = 0;
    /* |x| = mantissa * 2^exponent, the mantissa an integer below 2^53. */
    const uint64_t mantissa = (uint64_t)(frexp(fabs(x), &exponent) * 0x1p53);
    exponent -= 53;
    if (exponent >= -64) {
        const ev_wide sum = ev_wide_left(ev_wide_of_u64(mantissa), exponent + 64);
        total.sum = x < 0 ? ev_wide_negate(sum) : sum;
    }
    else if (exponent > -126 - 53) {
        /* In units of 2^-126 it has at most 53 + 61 bits. */
        const int shift = exponent + 126;
        const ev_wide units = shift >= 0 ? ev_wide_left(ev_wide_of_u64(mantissa), shift)
                                         : ev_wide_of_u64(mantissa >> -shift);
        total.sum = ev_wide_right(units, EV_FINE_BITS);
        total.fine = ev_wide_low(units) & EV_FINE_MASK;
        if (x < 0) {
            ev_total_negate(&total);
        }
    }
    return total;
}

ev_total ev_total_rescaled(ev_total total, ev_scale from, ev_scale to)
{
    ev_total rescaled = total;
    if (from.grain == EV_INTEGER && to.grain == EV_BINARY) {
        /* sum * 2^64 = low * 2^64 + rest * 2^128, low the nearest to zero. */
        const ev_words words = ev_split_words(total.sum);
        rescaled.sum = ev_wide_join(words.lo, 0);
        rescaled.wraps = words.hi + (int64_t)(words.lo >> 63);
    }
    return rescaled;
}

ev_result ev_scale_join(ev_scale a, ev_scale b, ev_scale *joint)
{
    ev_result result = EV_DONE;
    if (b.grain == EV_NO_GRAIN || (a.grain == b.grain && a.places == b.places)) {
        *joint = a;
    }
    else if (a.grain == EV_NO_GRAIN) {
        *joint = b;
    }
    else if (a.grain == EV_DECIMAL || b.grain == EV_DECIMAL) {
        result = EV_BAD_FORMAT;
    }
    else {
        *joint = (ev_scale){EV_BINARY, 0};
    }
    return result;
}

/* ---- nearest doubles ---- */

/* Whether the high word and the low one are doubles each: their sum is then rounded
 * once, by the addition. */
EV_INLINE int is_short(ev_words words)
{
    const int64_t most = INT64_C(1) << 53;
    return words.hi >= -most && words.hi <= most && (words.lo & 0x7ff) == 0;
}

/* A sum that is not short, or has a fine part. */
static double read_long(const ev_total *total)
{
    const int negative = ev_wide_negative(total->sum);
    ev_total size = *total;
    if (negative) {
        ev_total_negate(&size);
    }
    double value;
    if (ev_wide_high(size.sum) != 0) {
        value = ev_nearest(size.sum, size.fine != 0, -64);
    }
    else { /* it is not 0: that would be short */
        const ev_wide whole = ev_wide_left(size.sum, EV_FINE_BITS);
        value = ev_nearest(ev_wide_add(whole, ev_wide_of_u64(size.fine)), 0, -126);
    }
    return negative ? -value : value;
}

static double read_binary(const ev_total *total)
{
    const ev_words words = ev_split_words(total->sum);
    return total->fine == 0 && is_short(words)
               ? (double)words.hi + (double)words.lo * 0x1p-64
               : read_long(total);
}

/* The nearest double to x / 10^places, x > 0, by long division bit by bit: rarely
 * needed. */
static double divide(ev_wide x, int places)
{
    const ev_wide one = ev_wide_of_u64(1);
    ev_wide divisor = one, quotient = ev_wide_zero(), remainder = ev_wide_zero();
    int exponent = 0;
    for (int i = 0; i < places; i++) {
        divisor = ev_wide_add(ev_wide_left(divisor, 3), ev_wide_left(divisor, 1));
    }
    /* 65 bits of quotient and what remains decide the rounding. */
    for (int bit = 127; bit >= 0 || ev_wide_high(quotient) == 0; bit--) {
        const uint64_t next = bit >= 0 ? ev_wide_low(ev_wide_right(x, bit)) & 1 : 0;
        remainder = ev_wide_add(ev_wide_left(remainder, 1), ev_wide_of_u64(next));
        quotient = ev_wide_left(quotient, 1);
        exponent -= bit < 0;
        if (!ev_wide_below(remainder, divisor)) {
            remainder = ev_wide_subtract(remainder, divisor);
            quotient = ev_wide_add(quotient, one);
        }
    }
    const int more = !ev_wide_equal(remainder, ev_wide_zero());
    return ev_nearest(quotient, more, exponent);
}

static double read_decimal(ev_wide sum, int places)
{
    static const double tens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                  1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                  1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    const int negative = ev_wide_negative(sum);
    const ev_wide size = ev_wide_size(sum);
    const ev_wide most = ev_wide_of_u64(UINT64_C(1) << 53);
    double value = 0.0;
    if (!ev_wide_below(most, size) && places <= 22) { /* 10^22 is the last exact one */
        value = (double)ev_wide_low(size) / tens[places];
    }
    else if (!ev_wide_equal(size, ev_wide_zero())) {
        value = divide(size, places);
    }
    return negative ? -value : value;
}

ev_result ev_total_read(const ev_total *total, ev_scale scale, double *value)
{
    const int64_t whole = (int64_t)ev_wide_low(total->sum);
    ev_result result = total->wraps != 0 ? EV_RANGE : EV_DONE;
    if (scale.grain == EV_INTEGER && !ev_wide_equal(total->sum, ev_wide_of_i64(whole))) {
        result = EV_RANGE;
    }
    *value = result != EV_DONE              ? NAN
             : scale.grain == EV_NO_GRAIN ? 0.0
             : scale.grain == EV_INTEGER  ? (double)whole
             : scale.grain == EV_BINARY   ? read_binary(total)
                                          : read_decimal(total->sum, scale.places);
    return result;
}
