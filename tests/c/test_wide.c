/* 128-bit integers: the same results with the compiler's type and with two words. */
#include "engine.h"
#include "base/wide.h"

static uint64_t state = 7;

/* Words of all lengths, many of them all zeros or ones at an end. */
static uint64_t next_word(void)
{
    const uint64_t bits = next_random(&state), kind = next_random(&state);
    const uint64_t word = bits >> kind % 64;
    return kind >> 63 ? ~word : word;
}

static ev_wide next_wide(void)
{
    const uint64_t high = next_random(&state) % 4 == 0 ? 0 : next_word();
    return ev_wide_join(high, next_word());
}

static int is(ev_wide x, uint64_t high, uint64_t low)
{
    return ev_wide_high(x) == high && ev_wide_low(x) == low;
}

static void test_sums(void)
{
    const ev_wide most = ev_wide_join(INT64_MAX, UINT64_MAX);
    const ev_wide least = ev_wide_join(UINT64_C(1) << 63, 0);
    const ev_wide one = ev_wide_of_u64(1), minus = ev_wide_of_i64(-1);
    CHECK(is(minus, UINT64_MAX, UINT64_MAX));
    CHECK(is(ev_wide_add(ev_wide_of_u64(UINT64_MAX), one), 1, 0));
    CHECK(is(ev_wide_subtract(ev_wide_join(1, 0), one), 0, UINT64_MAX));
    CHECK(is(ev_wide_negate(least), UINT64_C(1) << 63, 0));
    CHECK(is(ev_wide_size(ev_wide_of_i64(INT64_MIN)), 0, UINT64_C(1) << 63));
    ev_wide sum = most;
    CHECK(ev_wide_add_signed(&sum, one) == 1 && ev_wide_equal(sum, least));
    CHECK(ev_wide_add_signed(&sum, minus) == -1 && ev_wide_equal(sum, most));
    CHECK(ev_wide_add_signed(&sum, least) == 0 && ev_wide_equal(sum, minus));
    CHECK(ev_wide_add_signed(&sum, least) == -1 && ev_wide_equal(sum, most));
    for (int i = 0; i < 20000; i++) {
        const ev_wide a = next_wide(), b = next_wide();
        CHECK(ev_wide_equal(ev_wide_subtract(ev_wide_add(a, b), b), a));
        CHECK(ev_wide_equal(ev_wide_add(a, ev_wide_negate(a)), ev_wide_zero()));
        CHECK(ev_wide_below(a, b) + ev_wide_below(b, a) + ev_wide_equal(a, b) == 1);
    }
}

static void test_shifts(void)
{
    const ev_wide x = ev_wide_join(UINT64_C(0x8000000000000001), UINT64_C(0xf));
    CHECK(ev_wide_equal(ev_wide_left(x, 0), x) && ev_wide_equal(ev_wide_right(x, 0), x));
    CHECK(is(ev_wide_left(x, 63), UINT64_C(1) << 63 | 7, UINT64_C(1) << 63));
    CHECK(is(ev_wide_left(x, 64), 15, 0));
    CHECK(is(ev_wide_left(x, 127), UINT64_C(1) << 63, 0));
    CHECK(is(ev_wide_right(x, 1), UINT64_C(1) << 62, UINT64_C(1) << 63 | 7));
    CHECK(is(ev_wide_right(x, 64), 0, UINT64_C(0x8000000000000001)));
    CHECK(is(ev_wide_right(x, 127), 0, 1));
    for (int bits = 0; bits < 127; bits++) {
        const ev_wide a = next_wide();
        CHECK(ev_wide_equal(ev_wide_add(ev_wide_left(a, bits), ev_wide_left(a, bits)),
                            ev_wide_left(a, bits + 1)));
        CHECK(ev_wide_equal(ev_wide_right(ev_wide_right(a, bits), 1),
                            ev_wide_right(a, bits + 1)));
    }
}

static void test_products(void)
{
    CHECK(is(ev_wide_product(UINT64_MAX, UINT64_MAX), UINT64_MAX - 1, 1));
    CHECK(is(ev_wide_product(UINT64_C(1) << 32, UINT64_C(1) << 32), 1, 0));
    for (int i = 0; i < 20000; i++) {
        const uint64_t a = next_word(), c = next_word(), b = next_word() | 1;
        uint64_t rest = 0;
        const ev_wide product = ev_wide_product(a, b);
        const ev_wide x = ev_wide_add(product, ev_wide_of_u64(c % b));
        CHECK(ev_wide_divide(x, b, &rest) == a && rest == c % b);
        CHECK(ev_wide_equal(product, ev_wide_product(b, a)));
    }
}

static void test_doubles(void)
{
    CHECK(ev_wide_double(ev_wide_zero()) == 0);
    CHECK(ev_wide_double(ev_wide_of_i64(INT64_MIN)) == -0x1p63);
    CHECK(ev_wide_double(ev_wide_of_u64(UINT64_MAX)) == 0x1p64);
    CHECK(ev_wide_double(ev_wide_join(UINT64_C(1) << 63, 0)) == -0x1p127);
    /* Ties go to the even neighbour, and what is beyond a tie away from it. */
    const ev_wide tie = ev_wide_join(UINT64_C(1) << 52, UINT64_C(1) << 63);
    CHECK(ev_wide_double(tie) == 0x1p116);
    CHECK(ev_wide_double(ev_wide_add(tie, ev_wide_of_u64(1))) == 0x1.0000000000001p116);
    CHECK(ev_nearest(ev_wide_of_u64(3), 0, -1076) == 0x1p-1074);
    CHECK(ev_nearest(tie, 1, 0) == 0x1.0000000000001p116);
}

/* One number for many results, which every platform must give. */
static void test_same_everywhere(void)
{
    uint64_t all = 0, last = 1;
    for (int i = 0; i < 50000; i++) {
        const ev_wide a = next_wide(), b = next_wide();
        const double nearest = ev_wide_double(a);
        const int bits = (int)(next_random(&state) % 128);
        ev_wide sum = a;
        uint64_t rest = 0, seen;
        memcpy(&seen, &nearest, sizeof seen);
        last += (uint64_t)(int64_t)ev_wide_add_signed(&sum, b);
        last += ev_wide_high(ev_wide_left(a, bits)) ^ ev_wide_low(ev_wide_right(b, bits));
        last ^= ev_wide_high(ev_wide_product(ev_wide_low(a), ev_wide_low(b)));
        last += ev_wide_divide(ev_wide_join(0, ev_wide_low(a)), last | 1, &rest) ^ rest;
        all = (all ^ seen ^ last ^ ev_wide_low(sum)) * UINT64_C(0x9e3779b97f4a7c15);
    }
    CHECK(all == UINT64_C(0x12438097eae21875));
}

int main(void)
{
    test_sums();
    test_shifts();
    test_products();
    test_doubles();
    test_same_everywhere();
    return finish();
}
