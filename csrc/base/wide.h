/* 128-bit integers, in two's complement: exact sums and products.
 *
 * The only file that uses the compiler's 128-bit type. Without such a type, or with
 * EV_NO_INT128 defined, a number is two words. Sums, differences and shifts to the left
 * keep the lower 128 bits.
 */
#ifndef EV_WIDE_H
#define EV_WIDE_H

#include <math.h>

#include "base/port.h"

/* clang-cl has the type, but its run-time library does not divide it. */
#if defined(__SIZEOF_INT128__) && !defined(_MSC_VER) && !defined(EV_NO_INT128)

__extension__ typedef unsigned __int128 ev_wide;
__extension__ typedef __int128 ev_signed_wide;

EV_INLINE ev_wide ev_wide_join(uint64_t high, uint64_t low)
{
    return (ev_wide)high << 64 | low;
}

EV_INLINE uint64_t ev_wide_high(ev_wide x) { return (uint64_t)(x >> 64); }
EV_INLINE uint64_t ev_wide_low(ev_wide x) { return (uint64_t)x; }
EV_INLINE ev_wide ev_wide_of_i64(int64_t x) { return (ev_wide)x; }
EV_INLINE ev_wide ev_wide_add(ev_wide a, ev_wide b) { return a + b; }
EV_INLINE ev_wide ev_wide_subtract(ev_wide a, ev_wide b) { return a - b; }
EV_INLINE int ev_wide_equal(ev_wide a, ev_wide b) { return a == b; }
EV_INLINE int ev_wide_negative(ev_wide x) { return (ev_signed_wide)x < 0; }
EV_INLINE ev_wide ev_wide_left(ev_wide x, int bits) { return x << bits; }
EV_INLINE ev_wide ev_wide_right(ev_wide x, int bits) { return x >> bits; }
EV_INLINE int ev_wide_below(ev_wide a, ev_wide b) { return a < b; }
EV_INLINE ev_wide ev_wide_product(uint64_t a, uint64_t b) { return (ev_wide)a * b; }

EV_INLINE int ev_wide_add_signed(ev_wide *sum, ev_wide more)
{
    ev_signed_wide signed_sum;
    const int beyond = __builtin_add_overflow((ev_signed_wide)*sum, (ev_signed_wide)more,
                                              &signed_sum);
    *sum = (ev_wide)signed_sum;
    return EV_UNLIKELY(beyond) ? (ev_wide_negative(more) ? -1 : 1) : 0;
}

EV_INLINE uint64_t ev_wide_divide(ev_wide x, uint64_t divisor, uint64_t *rest)
{
    *rest = (uint64_t)(x % divisor);
    return (uint64_t)(x / divisor);
}

#else

typedef struct ev_wide {
    uint64_t high;
    uint64_t low;
} ev_wide;

EV_INLINE ev_wide ev_wide_join(uint64_t high, uint64_t low)
{
    return (ev_wide){high, low};
}

EV_INLINE uint64_t ev_wide_high(ev_wide x) { return x.high; }
EV_INLINE uint64_t ev_wide_low(ev_wide x) { return x.low; }

EV_INLINE ev_wide ev_wide_of_i64(int64_t x)
{
    return ev_wide_join(x < 0 ? UINT64_MAX : 0, (uint64_t)x);
}

EV_INLINE ev_wide ev_wide_add(ev_wide a, ev_wide b)
{
    const uint64_t low = a.low + b.low;
    return ev_wide_join(a.high + b.high + (low < a.low), low);
}

EV_INLINE ev_wide ev_wide_subtract(ev_wide a, ev_wide b)
{
    return ev_wide_join(a.high - b.high - (a.low < b.low), a.low - b.low);
}

EV_INLINE int ev_wide_equal(ev_wide a, ev_wide b)
{
    return a.high == b.high && a.low == b.low;
}

EV_INLINE int ev_wide_negative(ev_wide x) { return x.high >> 63 != 0; }

/* Below 128 bits, as for the shift to the right. */
EV_INLINE ev_wide ev_wide_left(ev_wide x, int bits)
{
    return bits == 0   ? x
           : bits < 64 ? ev_wide_join(x.high << bits | x.low >> (64 - bits), x.low << bits)
                       : ev_wide_join(x.low << (bits - 64), 0);
}

/* Zeros come in from the left. */
EV_INLINE ev_wide ev_wide_right(ev_wide x, int bits)
{
    return bits == 0   ? x
           : bits < 64 ? ev_wide_join(x.high >> bits, x.high << (64 - bits) | x.low >> bits)
                       : ev_wide_join(0, x.high >> (bits - 64));
}

/* a < b, both without a sign. */
EV_INLINE int ev_wide_below(ev_wide a, ev_wide b)
{
    return a.high < b.high || (a.high == b.high && a.low < b.low);
}

/* a * b, whole. */
EV_INLINE ev_wide ev_wide_product(uint64_t a, uint64_t b)
{
    const uint64_t half = UINT32_MAX;
    const uint64_t low = (a & half) * (b & half);
    /* Neither sum leaves 64 bits: (2^32 - 1)^2 + 2 * (2^32 - 1) is 2^64 - 1. */
    const uint64_t one = (a >> 32) * (b & half) + (low >> 32);
    const uint64_t other = (a & half) * (b >> 32) + (one & half);
    return ev_wide_join((a >> 32) * (b >> 32) + (one >> 32) + (other >> 32),
                        other << 32 | (low & half));
}

/* *sum += more, both with a sign; returns 1 or -1 if the sum left the range on that
 * side, else 0. */
EV_INLINE int ev_wide_add_signed(ev_wide *sum, ev_wide more)
{
    const int negative = ev_wide_negative(more), had = ev_wide_negative(*sum);
    *sum = ev_wide_add(*sum, more);
    const int beyond = had == negative && ev_wide_negative(*sum) != negative;
    return beyond ? (negative ? -1 : 1) : 0;
}

/* x / divisor and the rest. The quotient must be below 2^64. */
EV_INLINE uint64_t ev_wide_divide(ev_wide x, uint64_t divisor, uint64_t *rest)
{
    uint64_t quotient = x.low, left = x.high;
    for (int bit = 0; bit < 64; bit++) {
        const int over = left >> 63 != 0; /* what is left then has 65 bits */
        left = left << 1 | quotient >> 63;
        quotient <<= 1;
        if (over || left >= divisor) {
            left -= divisor;
            quotient |= 1;
        }
    }
    *rest = left;
    return quotient;
}

#endif

EV_INLINE ev_wide ev_wide_of_u64(uint64_t x) { return ev_wide_join(0, x); }
EV_INLINE ev_wide ev_wide_zero(void) { return ev_wide_of_u64(0); }

EV_INLINE ev_wide ev_wide_negate(ev_wide x)
{
    return ev_wide_subtract(ev_wide_zero(), x);
}

/* The magnitude of a number with a sign. */
EV_INLINE ev_wide ev_wide_size(ev_wide x)
{
    return ev_wide_negative(x) ? ev_wide_negate(x) : x;
}

/* A number with a sign as two words: the layout of a cell and of a pair of arrays. */
typedef struct ev_words {
    uint64_t lo;
    int64_t hi;
} ev_words;

EV_INLINE ev_wide ev_join_words(ev_words words)
{
    return ev_wide_join((uint64_t)words.hi, words.lo);
}

EV_INLINE ev_words ev_split_words(ev_wide x)
{
    const ev_words words = {ev_wide_low(x), (int64_t)ev_wide_high(x)};
    return words;
}

/* The nearest double to (x + something in (0, 1) if `more`) * 2^exponent, ties to even. x
 * has no sign and is not 0; it has at least 64 bits when there is more. */
EV_INLINE double ev_nearest(ev_wide x, int more, int exponent)
{
    const uint64_t upper = ev_wide_high(x);
    const int zeros = upper != 0 ? ev_leading_zeros(upper)
                                 : 64 + ev_leading_zeros(ev_wide_low(x));
    const ev_wide high = ev_wide_left(x, zeros);
    const int rest = ev_wide_low(high) != 0 || more;
    /* The top 64 bits; the last is also set if any bit below it is, so that rounding
     * from 64 to 53 bits knows on which side of the middle the number is. */
    const uint64_t top = ev_wide_high(high) | (uint64_t)rest;
    return ldexp((double)top, exponent + 64 - zeros);
}

/* The nearest double to a number with a sign. */
EV_INLINE double ev_wide_double(ev_wide x)
{
    const uint64_t low = ev_wide_low(x);
    double value;
    if (ev_wide_equal(x, ev_wide_of_i64((int64_t)low))) {
        value = (double)(int64_t)low;
    }
    else {
        value = ev_nearest(ev_wide_size(x), 0, 0);
        value = ev_wide_negative(x) ? -value : value;
    }
    return value;
}

#endif
