#include "table/total.h"

#include "base/exact_sum.h"

/* sum += more; returns +1 or -1 if the sum left the range on that side, else 0. */
EV_INLINE int add_wrapping(ev_int128 *sum, ev_int128 more)
{
    int wrapped = 0;
    if (__builtin_add_overflow(*sum, more, sum)) {
        wrapped = more > 0 ? 1 : -1;
    }
    return wrapped;
}

void ev_total_add(ev_total *restrict into, const ev_total *restrict more)
{
    const uint64_t fine = into->fine + more->fine;
    into->fine = fine & EV_FINE_MASK;
    into->wraps += more->wraps;
    into->wraps += add_wrapping(&into->sum, more->sum);
    into->wraps += add_wrapping(&into->sum, (ev_int128)(fine >> EV_FINE_BITS));
}

ev_total ev_total_of_double(double x)
{
    ev_total total = {0, 0, 0};
    int exponent = 0;
    /* |x| = mantissa * 2^exponent, the mantissa an integer below 2^53. */
    const uint64_t mantissa = (uint64_t)(frexp(fabs(x), &exponent) * 0x1p53);
    exponent -= 53;
    if (exponent >= -64) {
        const ev_int128 sum = (ev_int128)((ev_uint128)mantissa << (exponent + 64));
        total.sum = x < 0 ? -sum : sum;
    }
    else if (exponent > -126 - 53) {
        /* In units of 2^-126 it has at most 53 + 61 bits. */
        const int shift = exponent + 126;
        ev_int128 units = shift >= 0 ? (ev_int128)((ev_uint128)mantissa << shift)
                                     : (ev_int128)(mantissa >> -shift);
        units = x < 0 ? -units : units;
        total.sum = units >> EV_FINE_BITS;
        total.fine = (uint64_t)units & EV_FINE_MASK;
    }
    return total;
}

ev_total ev_total_rescaled(ev_total total, ev_scale from, ev_scale to)
{
    ev_total rescaled = total;
    if (from.grain == EV_INTEGER && to.grain == EV_BINARY) {
        /* sum * 2^64 = low * 2^64 + rest * 2^128, low the nearest to zero. */
        const ev_words words = ev_split_words(total.sum);
        rescaled.sum = (ev_int128)((ev_uint128)words.lo << 64);
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
    const int negative = total->sum < 0;
    ev_uint128 sum = (ev_uint128)total->sum;
    uint64_t fine = total->fine;
    if (negative) {
        fine = ((UINT64_C(1) << EV_FINE_BITS) - fine) & EV_FINE_MASK;
        sum = fine == 0 ? -sum : ~sum;
    }
    double value = 0.0;
    if (sum >> 64 != 0) {
        value = ev_nearest(sum, fine != 0, -64);
    }
    else if (sum != 0 || fine != 0) {
        value = ev_nearest(sum << EV_FINE_BITS | fine, 0, -126);
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
static double divide(ev_uint128 x, int places)
{
    ev_uint128 divisor = 1, quotient = 0, remainder = 0;
    int exponent = 0;
    for (int i = 0; i < places; i++) {
        divisor *= 10;
    }
    /* 65 bits of quotient and what remains decide the rounding. */
    for (int bit = 127; bit >= 0 || quotient >> 64 == 0; bit--) {
        const ev_uint128 next = bit >= 0 ? x >> bit & 1 : 0;
        remainder = remainder << 1 | next;
        quotient <<= 1;
        exponent -= bit < 0;
        if (remainder >= divisor) {
            remainder -= divisor;
            quotient |= 1;
        }
    }
    return ev_nearest(quotient, remainder != 0, exponent);
}

static double read_decimal(ev_int128 sum, int places)
{
    static const double tens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                  1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                  1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    const int negative = sum < 0;
    const ev_uint128 size = negative ? -(ev_uint128)sum : (ev_uint128)sum;
    double value = 0.0;
    if (size <= (ev_uint128)1 << 53 && places <= 22) { /* 10^22 is the last exact one */
        value = (double)(uint64_t)size / tens[places];
    }
    else if (size != 0) {
        value = divide(size, places);
    }
    return negative ? -value : value;
}

ev_result ev_total_read(const ev_total *total, ev_scale scale, double *value)
{
    const int64_t whole = (int64_t)total->sum;
    ev_result result = total->wraps != 0 ? EV_RANGE : EV_DONE;
    if (scale.grain == EV_INTEGER && whole != total->sum) {
        result = EV_RANGE;
    }
    *value = result != EV_DONE              ? NAN
             : scale.grain == EV_NO_GRAIN ? 0.0
             : scale.grain == EV_INTEGER  ? (double)whole
             : scale.grain == EV_BINARY   ? read_binary(total)
                                          : read_decimal(total->sum, scale.places);
    return result;
}
