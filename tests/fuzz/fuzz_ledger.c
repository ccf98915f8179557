/* Exact sums in cells, against sums of 256 bits in a list: rows of one measure in one of
 * three scales, in one ledger or two merged ones, under each rule for repeated rows. */
#include "fuzz.h"
#include "base/dispatch.h"
#include "table/ledger.h"

enum { MOST = 120, SERIES = 6, LIMBS = 8, SHIFT = 126 };

/* ---- a sum in 256 bits, two's complement, in units of 2^-126 or one ---- */

typedef struct long_number {
    uint32_t limbs[LIMBS]; /* the least first */
} long_number;

static void long_add(long_number *sum, const long_number *more)
{
    uint64_t carry = 0;
    for (int i = 0; i < LIMBS; i++) {
        carry += (uint64_t)sum->limbs[i] + more->limbs[i];
        sum->limbs[i] = (uint32_t)carry;
        carry >>= 32;
    }
}

static void long_negate(long_number *x)
{
    static const long_number one = {{1}};
    for (int i = 0; i < LIMBS; i++) {
        x->limbs[i] = ~x->limbs[i];
    }
    long_add(x, &one);
}

static int long_sign(const long_number *x)
{
    int some = 0;
    for (int i = 0; i < LIMBS; i++) {
        some |= x->limbs[i] != 0;
    }
    return x->limbs[LIMBS - 1] >> 31 != 0 ? -1 : some;
}

static void long_shift(long_number *x, int bits)
{
    for (; bits > 0; bits--) {
        const long_number same = *x;
        long_add(x, &same);
    }
}

/* An integer of 128 bits. */
static long_number long_of(ev_wide value)
{
    const ev_words words = ev_split_words(value);
    const uint32_t sign = words.hi < 0 ? UINT32_MAX : 0;
    long_number made = {{(uint32_t)words.lo, (uint32_t)(words.lo >> 32),
                         (uint32_t)words.hi, (uint32_t)((uint64_t)words.hi >> 32)}};
    for (int i = 4; i < LIMBS; i++) {
        made.limbs[i] = sign;
    }
    return made;
}

/* A double below 2^62, bits below 2^-126 cut off toward zero. */
static long_number long_of_double(double x)
{
    int exponent;
    const double part = frexp(fabs(x), &exponent);
    int shift = exponent - 53 + SHIFT;
    uint64_t bits = (uint64_t)(part * 0x1p53);
    for (; shift < 0; shift++) {
        bits >>= 1;
    }
    long_number made = long_of(ev_wide_of_u64(bits));
    long_shift(&made, shift);
    if (x < 0) {
        long_negate(&made);
    }
    return made;
}

/* The nearest double to magnitude * 2^-shift, ties to even. */
static double long_nearest(long_number x, int shift)
{
    const int sign = long_sign(&x);
    int top = 32 * LIMBS - 1;
    if (sign < 0) {
        long_negate(&x);
    }
    while (top >= 0 && (x.limbs[top / 32] >> (top % 32) & 1) == 0) {
        top--;
    }
    uint64_t kept = 0;
    int half = 0, rest = 0;
    for (int i = top; i >= 0; i--) {
        const uint32_t bit = x.limbs[i / 32] >> (i % 32) & 1;
        if (i > top - 53) {
            kept = kept << 1 | bit;
        }
        else if (i == top - 53) {
            half = (int)bit;
        }
        else {
            rest |= (int)bit;
        }
    }
    kept += (uint64_t)(half && (rest || (kept & 1)));
    return sign * ldexp((double)kept, (top > 52 ? top - 52 : 0) - shift);
}

/* Whether the sum lies outside -2^63 .. 2^63 - 1 units of 2^-shift. */
static int is_beyond(long_number x, int shift)
{
    long_number most = long_of(ev_wide_of_u64(UINT64_C(1) << 63));
    long_number least = most;
    long_negate(&least);
    long_shift(&least, shift);
    long_shift(&most, shift);
    long_negate(&most);
    long_negate(&least);
    long_number above = x, below = x;
    long_add(&above, &most);
    long_add(&below, &least);
    return long_sign(&above) >= 0 || long_sign(&below) < 0;
}

/* ---- rows ---- */

typedef struct row {
    int32_t series, ordinal;
    int null;
    long_number value;
} row;

typedef struct rows {
    row items[MOST];
    int count;
    ev_scale scale;
    int64_t integers[MOST];
    double floats[MOST];
    uint8_t decimals[MOST][16], valid[MOST / 8 + 1];
    int32_t series[MOST], ordinals[MOST];
} rows;

static void take_value(input *in, rows *all, int i)
{
    double x = take_double(in);
    all->integers[i] = take_integer(in);
    x = fabs(x) < 0x1p62 ? x : isnan(x) ? x : 1e9;
    all->floats[i] = x;
    /* A decimal: a number of 128 bits, shifted so that sums wrap around. */
    const ev_wide wide = ev_wide_left(ev_wide_of_i64(all->integers[i]), i % 3 * 31);
    const ev_words words = ev_split_words(wide); /* in the order of little-endian Arrow */
    memcpy(all->decimals[i], &words, sizeof words);
    row *r = &all->items[i];
    r->value = all->scale.grain == EV_INTEGER   ? long_of(ev_wide_of_i64(all->integers[i]))
               : all->scale.grain == EV_DECIMAL ? long_of(wide)
               : isnan(x)                       ? long_of(ev_wide_zero())
                                                : long_of_double(x);
    r->null |= all->scale.grain == EV_BINARY && isnan(x);
}

static ev_column take_rows(input *in, rows *all)
{
    static const ev_scale scales[] = {{EV_INTEGER, 0}, {EV_BINARY, 0}, {EV_DECIMAL, 3}};
    memset(all, 0, sizeof *all);
    all->scale = scales[take_below(in, 3)];
    const int far = take_below(in, 3) == 0 ? 1 << 20 : 1;
    for (int i = 0; i < MOST && in->left > 0; i++, all->count++) {
        row *r = &all->items[i];
        r->series = all->series[i] = take_below(in, SERIES);
        r->ordinal = all->ordinals[i] = (take_below(in, 9) - 4) * far;
        r->null = take_below(in, 8) == 0;
        all->valid[i / 8] |= (uint8_t)(!r->null << (i % 8));
        if (i > 0 && take_below(in, 3) == 0) { /* the value of the row before */
            r->value = r[-1].value;
            r->null |= r[-1].null;
            all->integers[i] = all->integers[i - 1];
            all->floats[i] = all->floats[i - 1];
            memcpy(all->decimals[i], all->decimals[i - 1], 16);
            all->valid[i / 8] &= (uint8_t)~(r->null << (i % 8));
        }
        else {
            take_value(in, all, i);
        }
        r->value = r->null ? long_of(ev_wide_zero()) : r->value;
    }
    const ev_grain grain = all->scale.grain;
    return (ev_column){
        .type = grain == EV_INTEGER  ? EV_COL_I64
                : grain == EV_BINARY ? EV_COL_F64
                                     : EV_COL_DECIMAL128,
        .length = all->count,
        .data = grain == EV_INTEGER  ? (const void *)all->integers
                : grain == EV_BINARY ? (const void *)all->floats
                                     : (const void *)all->decimals,
        .valid = all->valid,
        .scale = all->scale.places};
}

static void add(ev_ledger *ledger, const rows *all, const ev_column *column, int start,
                int stop, ev_isa isa)
{
    static ev_values values;
    ev_scale own;
    uint32_t numbers[MOST];
    ptrdiff_t bad;
    REQUIRE(ev_scale_of_column(column, &own) == EV_DONE && own.grain == all->scale.grain);
    REQUIRE(ev_ledger_take_scale(ledger, 0, own) == EV_DONE);
    REQUIRE(ev_cells_number(&ledger->cells, all->series + start, all->ordinals + start,
                            stop - start, numbers) == EV_DONE);
    REQUIRE(ev_values_read(column, own, start, stop - start, isa, &values, &bad) == EV_DONE);
    REQUIRE(ev_ledger_add_rows(ledger, numbers, stop - start, &values, start) == EV_DONE);
}

/* ---- what a cell must hold ---- */

static void check_cell(const ev_ledger *ledger, ptrdiff_t number, const rows *all)
{
    const ev_cell *cell = ev_ledger_cell(ledger, number);
    const ev_duplicates rule = ledger->rule.duplicates;
    long_number sum = long_of(0);
    int64_t seen = 0, counted = 0;
    for (int i = 0; i < all->count; i++) {
        const row *r = &all->items[i];
        const int here = r->series == cell->key.a && r->ordinal == cell->key.b;
        if (here && !(r->null && ledger->rule.skips_nulls)) {
            const int starts = rule == EV_LAST || (rule == EV_IDENTICAL && seen == 0);
            if (starts) {
                sum = long_of(0);
                counted = 0;
            }
            seen++;
            if (rule == EV_ADD || starts) {
                long_add(&sum, &r->value);
                counted += !r->null;
            }
        }
    }
    const ev_cell_sum held = ev_ledger_sum(ledger, number, 0);
    REQUIRE(rule == EV_IDENTICAL || cell->rows == seen);
    REQUIRE(rule != EV_ADD || cell->rows - held.uncounted == counted);
    double value;
    const ev_result result = ev_total_read(&held.total, all->scale, &value);
    if (all->scale.grain == EV_DECIMAL) {
        const int past = long_sign(&sum) < 0 ? (int32_t)sum.limbs[3] >= 0 || sum.limbs[4] + 1
                                             : (int32_t)sum.limbs[3] < 0 || sum.limbs[4];
        REQUIRE(result == (past ? EV_RANGE : EV_DONE));
        const long_number low = long_of(held.total.sum);
        REQUIRE(past || memcmp(&low, &sum, sizeof sum) == 0);
    }
    else {
        const int shift = all->scale.grain == EV_BINARY ? SHIFT : 0;
        REQUIRE(result == (is_beyond(sum, shift) ? EV_RANGE : EV_DONE));
        REQUIRE(result != EV_DONE || value == long_nearest(sum, shift));
    }
}

/* The first repeated cell by its second row; under EV_IDENTICAL, of rows that differ. */
static void check_repeat(const ev_ledger *ledger, const rows *all)
{
    const int differs = ledger->rule.duplicates == EV_IDENTICAL;
    int first = -1, second = -1;
    for (int i = 0; i < all->count && second < 0; i++) {
        for (int k = 0; k < i && second < 0; k++) {
            const row *a = &all->items[k], *b = &all->items[i];
            const int skipped = ledger->rule.skips_nulls && (a->null || b->null);
            const int same = a->null == b->null &&
                             memcmp(&a->value, &b->value, sizeof a->value) == 0;
            if (!skipped && a->series == b->series && a->ordinal == b->ordinal &&
                !(differs && same)) {
                first = k;
                second = i;
            }
        }
    }
    const ev_repeat found = ev_ledger_repeat(ledger);
    REQUIRE((found.first < 0) == (first < 0));
    REQUIRE(first < 0 || found.second == second);
    REQUIRE(first < 0 || found.first == first);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static rows all;
    input in = {data, size};
    counting count;
    const ev_memory memory = counting_memory(&count);
    const ev_row_rule rule = {(ev_duplicates)take_below(&in, 3), 1, take_below(&in, 2)};
    const int cut = take_byte(&in), order = take_below(&in, 2), wanted = take_below(&in, 2);
    const ev_isa isa = wanted && ev_isa_usable(EV_AVX2) ? EV_AVX2 : EV_BASELINE;
    const ev_column column = take_rows(&in, &all);
    const int middle = all.count > 0 ? cut % (all.count + 1) : 0;
    ev_ledger parts[2];
    int32_t same[SERIES];
    for (int32_t s = 0; s < SERIES; s++) {
        same[s] = s;
    }
    for (int k = 0; k < 2; k++) {
        REQUIRE(ev_ledger_open(&parts[k], &memory, 1, rule) == EV_DONE);
        add(&parts[k], &all, &column, k == 0 ? 0 : middle, k == 0 ? middle : all.count, isa);
    }
    ev_ledger *whole = &parts[order];
    REQUIRE(ev_ledger_merge(whole, &parts[!order], same) == EV_DONE);
    REQUIRE(ev_ledger_finish(whole) == EV_DONE);
    for (ptrdiff_t i = 0; i < whole->cells.count; i++) {
        if (ev_ledger_cell(whole, i)->rows > 0) {
            check_cell(whole, i, &all);
        }
    }
    if (rule.duplicates != EV_LAST) { /* it does not track rows */
        check_repeat(whole, &all);
    }
    ev_ledger_close(&parts[0]);
    ev_ledger_close(&parts[1]);
    REQUIRE(count.blocks == 0);
    return 0;
}
