#include "columns/decimal_text.h"

#include "base/wide.h"

enum { MOST_DIGITS = 19, MOST_POWER = 19 }; /* both below 2^64 */

static const uint64_t tens[MOST_POWER + 1] = {
    UINT64_C(1), UINT64_C(10), UINT64_C(100), UINT64_C(1000), UINT64_C(10000),
    UINT64_C(100000), UINT64_C(1000000), UINT64_C(10000000), UINT64_C(100000000),
    UINT64_C(1000000000), UINT64_C(10000000000), UINT64_C(100000000000),
    UINT64_C(1000000000000), UINT64_C(10000000000000), UINT64_C(100000000000000),
    UINT64_C(1000000000000000), UINT64_C(10000000000000000),
    UINT64_C(100000000000000000), UINT64_C(1000000000000000000),
    UINT64_C(10000000000000000000)};

/* A number in its parts: mantissa * 10^power, if it has at most MOST_DIGITS digits after
 * leading zeros. */
typedef struct number_parts {
    uint64_t mantissa;
    int64_t power;
    ptrdiff_t digits;      /* after leading zeros */
    ptrdiff_t read;        /* all digits */
    int negative, is_whole;
} number_parts;

static const uint8_t *read_digits(const uint8_t *p, const uint8_t *end,
                                  number_parts *number)
{
    for (; p < end && *p >= '0' && *p <= '9'; p++) {
        number->read++;
        number->digits += number->digits > 0 || *p != '0';
        if (number->digits <= MOST_DIGITS) {
            number->mantissa = number->mantissa * 10 + (uint64_t)(*p - '0');
        }
    }
    return p;
}

/* The exponent after an e; NULL if there is none. */
static const uint8_t *read_exponent(const uint8_t *p, const uint8_t *end, int64_t *power)
{
    const int64_t most = 100000; /* beyond it every number is 0 or infinite */
    int64_t exponent = 0;
    const int negative = p < end && *p == '-';
    p += p < end && (*p == '-' || *p == '+');
    const uint8_t *first = p;
    for (; p < end && *p >= '0' && *p <= '9'; p++) {
        exponent = exponent < most ? exponent * 10 + (*p - '0') : exponent;
    }
    *power += negative ? -exponent : exponent;
    return p > first ? p : NULL;
}

/* Whether the text is a number. */
static int read_parts(const uint8_t *text, ptrdiff_t size, number_parts *number)
{
    const uint8_t *p = text, *end = text + size;
    *number = (number_parts){.is_whole = 1};
    if (p < end && (*p == '-' || *p == '+')) {
        number->negative = *p++ == '-';
    }
    p = read_digits(p, end, number);
    if (p < end && *p == '.') {
        const uint8_t *first = ++p;
        number->is_whole = 0;
        p = read_digits(p, end, number);
        number->power = first - p;
    }
    if (p < end && (*p == 'e' || *p == 'E') && number->read > 0) {
        number->is_whole = 0;
        p = read_exponent(p + 1, end, &number->power);
    }
    return p == end && number->read > 0;
}

/* The nearest double to mantissa / divisor, neither of them 0. */
static double nearest_quotient(uint64_t mantissa, uint64_t divisor)
{
    const int up = ev_leading_zeros(mantissa), down = ev_leading_zeros(divisor);
    const uint64_t by = divisor << down;
    /* 63 or 64 bits of the quotient; its last bit is also set if anything remains, so
     * that rounding to 53 bits knows on which side of the middle the number is. */
    const ev_wide dividend = ev_wide_left(ev_wide_of_u64(mantissa << up), 63);
    uint64_t rest;
    const uint64_t quotient = ev_wide_divide(dividend, by, &rest);
    return ldexp((double)(quotient | (rest != 0)), down - up - 63);
}

/* mantissa * 10^power; 0 where it is not simple. */
static int read_real(const number_parts *number, double *real)
{
    const uint64_t exact = UINT64_C(1) << 53;
    const int64_t power = number->power;
    const uint64_t m = number->mantissa;
    int simple = number->digits <= MOST_DIGITS && power >= -MOST_POWER &&
                 power <= MOST_POWER;
    if (simple && power < 0) {
        /* Powers up to 10^22 are doubles: the division of two rounds once. */
        *real = m <= exact ? (double)m / (double)tens[-power]
                           : nearest_quotient(m, tens[-power]);
    }
    else if (simple) {
        const ev_wide product = ev_wide_product(m, tens[power]);
        simple = ev_wide_high(product) == 0;
        *real = (double)ev_wide_low(product);
    }
    *real = number->negative ? -*real : *real;
    return simple;
}

ev_number ev_number_of_text(const uint8_t *text, ptrdiff_t size)
{
    ev_number number = {EV_NOT_A_NUMBER, 0, 0.0};
    number_parts read;
    if (read_parts(text, size, &read)) {
        const int simple = read_real(&read, &number.real);
        const uint64_t most = (uint64_t)INT64_MAX + (uint64_t)read.negative;
        if (!read.is_whole) {
            number.kind = simple ? EV_DECIMAL_NUMBER : EV_LONG_NUMBER;
        }
        else if (read.digits <= MOST_DIGITS && read.mantissa <= most) {
            number.kind = EV_WHOLE_NUMBER;
            number.integer = (int64_t)(read.negative ? -read.mantissa : read.mantissa);
        }
        else {
            number.kind = EV_BEYOND_INT64;
        }
    }
    return number;
}
