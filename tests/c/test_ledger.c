/* Exact sums in cells. */
#include <math.h>

#include "engine.h"
#include "base/dispatch.h"
#include "table/ledger.h"

static const ev_scale BINARY = {EV_BINARY, 0};

static double read_sum(const double *x, ptrdiff_t n, ev_isa isa)
{
    counting count;
    const ev_memory memory = counting_memory(&count);
    const ev_column column = {.type = EV_COL_F64, .length = n, .data = x};
    static ev_values values;
    int32_t zeros[EV_BLOCK] = {0};
    uint32_t numbers[EV_BLOCK];
    ev_ledger ledger;
    ptrdiff_t bad_row = -1;
    double value = 0;
    CHECK(ev_ledger_open(&ledger, &memory, 1, (ev_row_rule){EV_ADD, 0, 0}) == EV_DONE);
    CHECK(ev_ledger_take_scale(&ledger, 0, BINARY) == EV_DONE);
    for (ptrdiff_t at = 0; at < n; at += EV_BLOCK) {
        const ptrdiff_t m = n - at < EV_BLOCK ? n - at : EV_BLOCK;
        CHECK(ev_cells_number(&ledger.cells, zeros, zeros, m, numbers) == EV_DONE);
        CHECK(ev_values_read(&column, BINARY, at, m, isa, &values, &bad_row) == EV_DONE);
        CHECK(ev_ledger_add_rows(&ledger, numbers, m, &values, at) == EV_DONE);
    }
    const ev_cell_sum sum = ev_ledger_sum(&ledger, 0, 0);
    CHECK(ev_total_read(&sum.total, BINARY, &value) == EV_DONE);
    ev_ledger_close(&ledger);
    CHECK(count.blocks == 0);
    return value;
}

static void sums_are_exact(ev_isa isa)
{
    const double cancel[] = {1e16, 1.0, -1e16};
    const double tiny[] = {1e-9, -1e12, 0x1p-126, 1e12, -0x1p-126, -0.0};
    double tenths[1000];
    for (int i = 0; i < 1000; i++) {
        tenths[i] = 0.1;
    }
    CHECK(read_sum(cancel, 3, isa) == 1.0);
    CHECK(read_sum(tiny, 6, isa) == 1e-9);
    CHECK(read_sum(tenths, 1000, isa) == 100.0);
    const double negative[] = {-0.1};
    CHECK(read_sum(negative, 1, isa) == -0.1);
}

/* A single double between 2^-60 and 2^62, of either sign, is returned unchanged. */
static void single_values_are_unchanged(ev_isa isa)
{
    uint64_t state = 2;
    for (int i = 0; i < 3000; i++) {
        const uint64_t bits = next_random(&state);
        const uint64_t exponent = 1023 - 60 + bits % 122;
        const uint64_t word = (bits & UINT64_C(0x800fffffffffffff)) | exponent << 52;
        double x;
        memcpy(&x, &word, sizeof x);
        CHECK(read_sum(&x, 1, isa) == x);
    }
}

/* A sum that leaves its 128 bits is out of range, and whole again when it comes back. */
static void sums_that_wrap_around(void)
{
    counting count;
    const ev_memory memory = counting_memory(&count);
    ev_ledger ledger;
    uint32_t number = 0;
    double value = 0;
    CHECK(ev_ledger_open(&ledger, &memory, 1, (ev_row_rule){EV_ADD, 0, 0}) == EV_DONE);
    CHECK(ev_ledger_take_scale(&ledger, 0, BINARY) == EV_DONE);
    CHECK(ev_cells_append(&ledger.cells, (ev_cell_key){0, 0}, &number) == EV_DONE);
    for (int i = 1; i <= 7; i++) {
        const ev_words more = {0, i <= 4 ? INT64_C(1) << 61 : -(INT64_C(1) << 61)};
        ev_words *words = &ev_ledger_cell(&ledger, number)->sums[0];
        CHECK(ev_ledger_add_words(&ledger, number, 0, words, more) == EV_DONE);
        const ev_cell_sum sum = ev_ledger_sum(&ledger, number, 0);
        const ev_result result = ev_total_read(&sum.total, BINARY, &value);
        CHECK(result == (i == 4 ? EV_RANGE : EV_DONE));
        CHECK(i == 4 || value == 0x1p61 * (i < 4 ? i : 8 - i));
    }
    ev_ledger_close(&ledger);
    CHECK(count.blocks == 0);
}

static void rounding_halfway(void)
{
    /* 2^53 + 1 is halfway between two doubles: to even, unless a finer part is added. */
    ev_total total = {ev_wide_join((UINT64_C(1) << 53) + 1, 0), 0, 0};
    double value;
    CHECK(ev_total_read(&total, BINARY, &value) == EV_DONE && value == 0x1p53);
    total.fine = 1;
    CHECK(ev_total_read(&total, BINARY, &value) == EV_DONE && value == 0x1p53 + 2);
    total.sum = ev_wide_negate(total.sum);
    CHECK(ev_total_read(&total, BINARY, &value) == EV_DONE && value == -0x1p53);
    const ev_total most = {ev_wide_join(UINT64_C(1) << 62, 0), 0, 1};
    CHECK(ev_total_read(&most, BINARY, &value) == EV_RANGE && value != value);
    const ev_total cent = {ev_wide_of_i64(-5), 0, 0};
    CHECK(ev_total_read(&cent, (ev_scale){EV_DECIMAL, 2}, &value) == EV_DONE);
    CHECK(value == -0.05);
}

/* Adds the rows start .. stop - 1 of a column of floats. */
static ev_result add_range(ev_ledger *ledger, const ev_column *column,
                           const int32_t *series, const int32_t *ordinals, int start,
                           int stop)
{
    static ev_values values;
    ev_result result = ev_ledger_take_scale(ledger, 0, BINARY);
    for (int at = start; at < stop && result == EV_DONE; at += 100) {
        uint32_t numbers[100];
        ptrdiff_t bad_row;
        result = ev_cells_number(&ledger->cells, series + at, ordinals + at, 100, numbers);
        if (result == EV_DONE) {
            CHECK(ev_values_read(column, BINARY, at, 100, EV_BASELINE, &values, &bad_row) ==
                  EV_DONE);
            result = ev_ledger_add_rows(ledger, numbers, 100, &values, at);
        }
    }
    return result;
}

/* One ledger equals two merged ones of the same rows; memory fails anywhere. */
static void merging_and_failures(ev_duplicates rule)
{
    enum { ROWS = 2000 };
    double x[ROWS];
    int32_t series[ROWS], ordinals[ROWS];
    uint64_t state = 3;
    for (int i = 0; i < ROWS; i++) {
        series[i] = (int32_t)(next_random(&state) % 300);
        ordinals[i] = (int32_t)(next_random(&state) % 40) * 1000003;
        x[i] = (double)(next_random(&state) % 4) * (i % 3 == 0 ? 1e-12 : 0.1);
    }
    const ev_column column = {.type = EV_COL_F64, .length = ROWS, .data = x};
    const ev_row_rule tracked = {rule, 1, 0};
    int32_t same[300];
    for (int i = 0; i < 300; i++) {
        same[i] = i;
    }
    for (long left = -1; left < 40; left++) {
        counting count;
        const ev_memory memory = counting_memory(&count);
        ev_ledger parts[3]; /* all; the first half; the second */
        ev_result result = EV_DONE;
        count.left = left;
        for (int k = 0; k < 3; k++) {
            const ev_result opened = ev_ledger_open(&parts[k], &memory, 1, tracked);
            result = result == EV_DONE ? opened : result;
        }
        for (int k = 0; k < 3 && result == EV_DONE; k++) {
            const int start = k == 2 ? ROWS / 2 : 0, stop = k == 1 ? ROWS / 2 : ROWS;
            result = add_range(&parts[k], &column, series, ordinals, start, stop);
        }
        if (result == EV_DONE) {
            result = ev_ledger_merge(&parts[2], &parts[1], same);
        }
        for (int k = 0; k < 3 && k != 1 && result == EV_DONE; k++) {
            result = ev_ledger_finish(&parts[k]);
        }
        CHECK(result == EV_DONE || (left >= 0 && result == EV_NO_MEMORY));
        if (left == -1) {
            CHECK(ev_ledger_finish(&parts[2]) == EV_DONE);
            const ev_repeat one = ev_ledger_repeat(&parts[0]);
            const ev_repeat two = ev_ledger_repeat(&parts[2]);
            CHECK(one.first == two.first && one.second == two.second);
            static ev_total sums[2][300];
            int64_t rows[2] = {0, 0};
            memset(sums, 0, sizeof sums);
            for (int k = 0; k < 2; k++) {
                const ev_ledger *ledger = &parts[2 * k];
                for (ptrdiff_t i = 0; i < ledger->cells.count; i++) {
                    const ev_cell *cell = ev_ledger_cell(ledger, i);
                    const ev_cell_sum sum = ev_ledger_sum(ledger, i, 0);
                    rows[k] += cell->rows;
                    if (cell->rows > 0) {
                        ev_total_add(&sums[k][cell->key.a], &sum.total);
                    }
                }
            }
            CHECK(rows[0] == ROWS && rows[1] == ROWS);
            for (int i = 0; i < 300; i++) {
                CHECK(ev_wide_equal(sums[0][i].sum, sums[1][i].sum));
                CHECK(sums[0][i].fine == sums[1][i].fine);
            }
        }
        for (int k = 0; k < 3; k++) {
            ev_ledger_close(&parts[k]);
        }
        CHECK(count.blocks == 0);
    }
}

/* Every type a measure may have, at an offset, not aligned, with nulls. */
static void types_of_columns(void)
{
    static const struct {
        ev_column_type type;
        int size;
    } types[] = {{EV_COL_I8, 1},  {EV_COL_I16, 2}, {EV_COL_I32, 4}, {EV_COL_I64, 8},
                 {EV_COL_U8, 1},  {EV_COL_U16, 2}, {EV_COL_U32, 4}, {EV_COL_U64, 8},
                 {EV_COL_F32, 4}, {EV_COL_F64, 8}, {EV_COL_DECIMAL128, 16}};
    static const uint8_t valid[] = {0x1b}; /* row 2 (offset 0) is null */
    for (size_t t = 0; t < sizeof types / sizeof types[0]; t++) {
        uint8_t bytes[1 + 5 * 16] = {0};
        for (int i = 0; i < 5; i++) {
            uint8_t *at = bytes + 1 + i * types[t].size;
            const float narrow = (float)i;
            const double wide = i;
            at[is_little() ? 0 : types[t].size - 1] = (uint8_t)i;
            if (types[t].type == EV_COL_F32) {
                memcpy(at, &narrow, sizeof narrow);
            }
            else if (types[t].type == EV_COL_F64) {
                memcpy(at, &wide, sizeof wide);
            }
        }
        const ev_column column = {.type = types[t].type, .length = 4, .offset = 1,
                                  .valid = valid, .data = bytes + 1, .scale = 0};
        static ev_values values;
        ev_scale scale;
        ptrdiff_t bad_row = -1;
        CHECK(ev_scale_of_column(&column, &scale) == EV_DONE);
        CHECK(ev_values_read(&column, scale, 0, 4, EV_BASELINE, &values, &bad_row) ==
              EV_DONE);
        for (int i = 0; i < 4; i++) {
            const ev_total total = {ev_join_words(values.sum[i]), 0, 0};
            double value;
            CHECK(ev_total_read(&total, scale, &value) == EV_DONE);
            CHECK(values.has_null && values.null[i] == (i == 1));
            CHECK(value == (i == 1 ? 0 : i + 1));
        }
    }
    const ev_column text = {.type = EV_COL_TEXT};
    ev_scale scale;
    CHECK(ev_scale_of_column(&text, &scale) == EV_BAD_FORMAT);
}

/* Under EV_IDENTICAL a cell whose rows were all skipped is no different row: merging it
 * leaves the value of the other cell. */
static void skipped_rows_do_not_differ(void)
{
    const double x[] = {7, NAN};
    const int32_t zeros[2] = {0, 0};
    const ev_column column = {.type = EV_COL_F64, .length = 2, .data = x};
    static ev_values values;
    counting count;
    const ev_memory memory = counting_memory(&count);
    ev_ledger parts[2];
    for (int k = 0; k < 2; k++) {
        uint32_t number;
        ptrdiff_t bad_row;
        CHECK(ev_ledger_open(&parts[k], &memory, 1, (ev_row_rule){EV_IDENTICAL, 1, 1}) ==
              EV_DONE);
        CHECK(ev_ledger_take_scale(&parts[k], 0, BINARY) == EV_DONE);
        CHECK(ev_cells_number(&parts[k].cells, zeros, zeros, 1, &number) == EV_DONE);
        CHECK(ev_values_read(&column, BINARY, k, 1, EV_BASELINE, &values, &bad_row) ==
              EV_DONE);
        CHECK(ev_ledger_add_rows(&parts[k], &number, 1, &values, k) == EV_DONE);
    }
    CHECK(ev_ledger_merge(&parts[0], &parts[1], zeros) == EV_DONE);
    CHECK(ev_ledger_finish(&parts[0]) == EV_DONE);
    double value = 0;
    const ev_cell_sum sum = ev_ledger_sum(&parts[0], 0, 0);
    CHECK(ev_total_read(&sum.total, BINARY, &value) == EV_DONE && value == 7);
    CHECK(sum.uncounted == 0 && ev_ledger_cell(&parts[0], 0)->rows == 1);
    CHECK(ev_ledger_repeat(&parts[0]).first == -1);
    ev_ledger_close(&parts[0]);
    ev_ledger_close(&parts[1]);
    CHECK(count.blocks == 0);
}

int main(void)
{
    for (ev_isa isa = EV_BASELINE; isa < EV_ISA_COUNT; isa = (ev_isa)(isa + 1)) {
        if (ev_isa_usable(isa)) {
            sums_are_exact(isa);
            single_values_are_unchanged(isa);
        }
    }
    sums_that_wrap_around();
    rounding_halfway();
    merging_and_failures(EV_ADD);
    merging_and_failures(EV_IDENTICAL);
    merging_and_failures(EV_LAST);
    types_of_columns();
    skipped_rows_do_not_differ();
    return finish();
}
