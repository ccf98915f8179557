#include "base/exact_sum.h"

/* A double is mantissa * 2^(exponent field - BIAS). */
enum { BIAS = 1075, LAST_EXPONENT = 2046, LIMB_BITS = 32, MOST_ADDED = 1 << 29 };

/* A double as sign, mantissa and exponent field, which is at least 1. Infinities and NaN
 * count as 0. */
typedef struct double_parts {
    int64_t mantissa;
    int exponent;
} double_parts;

static double_parts bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    const int field = (int)(bits >> 52 & 0x7ff);
    const uint64_t low = bits & ((UINT64_C(1) << 52) - 1);
    const uint64_t size = low | (uint64_t)(field != 0) << 52;
    const int64_t mantissa = field <= LAST_EXPONENT ? (int64_t)size : 0;
    return (double_parts){bits >> 63 ? -mantissa : mantissa,
                          field == 0 || field > LAST_EXPONENT ? 1 : field};
}

ev_cut ev_cut_of(const double *x, ptrdiff_t n, ptrdiff_t terms)
{
    const uint64_t infinite = UINT64_C(0x7ff) << 52;
    uint64_t least = infinite, most = 0; /* magnitudes less 1: 0 becomes the largest */
    for (ptrdiff_t i = 0; i < n; i++) {
        uint64_t size;
        memcpy(&size, x + i, sizeof size);
        size &= ~(UINT64_C(1) << 63);
        least = size - 1 < least ? size - 1 : least;
        most = size > most && size < infinite ? size : most;
    }
    int bits = 0;
    for (; terms > 0; terms /= 2) {
        bits++;
    }
    /* Values are multiples of 2^unit below 2^end, sums have `bits` bits more. Sums of the
     * rests stay within 53 bits above the unit, those of multiples within 53 above the
     * cut. */
    const int high = (int)(most >> 52), low = most > 0 ? (int)((least + 1) >> 52) : 1;
    const int unit = (low > 1 ? low : 1) - BIAS, end = high - BIAS + 54;
    const int cut = unit + 52 - bits;
    const int is_far = end + bits > cut + 51 || end + bits > 1000 || cut > 900;
    return (ev_cut){is_far ? 0 : ldexp(0x1.8p52, cut), is_far};
}

void ev_long_clear(ev_long_sum *sum)
{
    memset(sum, 0, sizeof *sum);
    sum->first = EV_LIMBS;
}

/* Brings the limbs below the last one to 0 .. 2^32 - 1. The last one keeps the sign. */
static void carry(ev_long_sum *sum)
{
    const int64_t base = (int64_t)1 << LIMB_BITS;
    int64_t up = 0;
    for (int i = sum->first; i < EV_LIMBS && (i <= sum->last || up != 0); i++) {
        const int64_t all = sum->limbs[i] + up;
        const int is_top = i >= sum->last && all > -base && all < base;
        sum->limbs[i] = is_top ? all : (int64_t)((uint64_t)all & 0xffffffff);
        up = is_top ? 0 : (all - sum->limbs[i]) / base;
        sum->last = i > sum->last ? i : sum->last;
    }
    sum->added = 0;
}

void ev_long_add(ev_long_sum *sum, double x)
{
    const double_parts bits = bits_of(x);
    if (bits.mantissa != 0) {
        const int first = (bits.exponent - 1) / LIMB_BITS;
        const int shift = (bits.exponent - 1) % LIMB_BITS;
        const int minus = bits.mantissa < 0;
        const int64_t size = minus ? -bits.mantissa : bits.mantissa;
        ev_wide left = ev_wide_left(ev_wide_of_i64(size), shift);
        for (int i = first; i < first + 3; i++, left = ev_wide_right(left, LIMB_BITS)) {
            const int64_t limb = (int64_t)(ev_wide_low(left) & 0xffffffff);
            sum->limbs[i] += minus ? -limb : limb;
        }
        sum->first = first < sum->first ? first : sum->first;
        sum->last = first + 2 > sum->last ? first + 2 : sum->last;
        sum->added++;
        if (sum->added == MOST_ADDED) {
            carry(sum);
        }
    }
}

static uint64_t limb_at(const ev_long_sum *sum, int i)
{
    return i >= 0 ? (uint64_t)sum->limbs[i] : 0;
}

/* The same for a sum that is not negative, its carries passed on. */
static double positive_value(const ev_long_sum *sum, int power)
{
    int top = sum->last, more = 0;
    while (top > 0 && sum->limbs[top] == 0) {
        top--;
    }
    for (int i = sum->first; i < top - 2; i++) {
        more |= sum->limbs[i] != 0;
    }
    const ev_wide word = ev_wide_join(limb_at(sum, top), limb_at(sum, top - 1) << 32 |
                                                             limb_at(sum, top - 2));
    const int exponent = LIMB_BITS * (top - 2) + 1 - BIAS + power;
    return ev_wide_equal(word, ev_wide_zero()) ? 0 : ev_nearest(word, more, exponent);
}

double ev_long_value(ev_long_sum *sum, int power)
{
    double value = 0;
    carry(sum);
    /* Limbs above the last one that is not 0 say nothing of the sign. */
    int top = sum->last;
    while (top > 0 && sum->limbs[top] == 0) {
        top--;
    }
    if (sum->limbs[top] < 0) {
        ev_long_sum opposite = *sum;
        for (int i = 0; i <= top; i++) {
            opposite.limbs[i] = -opposite.limbs[i];
        }
        carry(&opposite);
        value = -positive_value(&opposite, power);
    }
    else {
        value = positive_value(sum, power);
    }
    return value;
}
