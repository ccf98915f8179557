/* Cells with extras: different rows kept apart in chains, sums that leave 128 bits and
 * come back; and the memory of either. */
#include "engine.h"
#include "table/ledger.h"

static const ev_scale INTEGER = {EV_INTEGER, 0}, BINARY = {EV_BINARY, 0};
static const ev_scale CENTS = {EV_DECIMAL, 2};

static uint32_t number_of(ev_ledger *ledger, int32_t series)
{
    const int32_t ordinal = 0;
    uint32_t number = 0;
    CHECK(ev_cells_number(&ledger->cells, &series, &ordinal, 1, &number) == EV_DONE);
    return number;
}

/* ---- sums that wrap ---- */

/* Adds one row with the largest decimal times `sign` in both measures. */
static ev_result add_most(ev_ledger *ledger, uint32_t number, int sign)
{
    static ev_values values[2];
    const ev_words most = {UINT64_MAX, INT64_MAX}, least = {1, INT64_MIN};
    for (int k = 0; k < 2; k++) {
        values[k].has_fine = values[k].has_null = 0;
        values[k].sum[0] = sign > 0 ? most : least;
    }
    return ev_ledger_add_rows(ledger, &number, 1, values, 0);
}

static ev_result open_two(ev_ledger *ledger, const ev_memory *memory)
{
    ev_result result = ev_ledger_open(ledger, memory, 2, (ev_row_rule){EV_ADD, 0, 0});
    for (int k = 0; k < 2 && result == EV_DONE; k++) {
        result = ev_ledger_take_scale(ledger, k, CENTS);
    }
    return result;
}

static void sums_may_leave_and_come_back(void)
{
    counting count;
    const ev_memory memory = counting_memory(&count);
    ev_ledger ledger;
    double value = 0;
    CHECK(open_two(&ledger, &memory) == EV_DONE);
    const uint32_t number = number_of(&ledger, 0);
    for (int i = 0; i < 6; i++) { /* three up, three down */
        CHECK(add_most(&ledger, number, i < 3 ? 1 : -1) == EV_DONE);
        const ev_cell_sum sum = ev_ledger_sum(&ledger, number, 1);
        const int inside = i == 0 || i >= 4;
        CHECK(ev_total_read(&sum.total, CENTS, &value) == (inside ? EV_DONE : EV_RANGE));
        CHECK((sum.total.wraps == 0) == inside);
    }
    CHECK(value == 0 && ev_ledger_cell(&ledger, number)->rows == 6);
    ev_ledger_close(&ledger);
    CHECK(count.blocks == 0);
}

/* Two ledgers of many cells, each near the end of the range, leave it when merged. */
static void merged_sums_may_leave(void)
{
    enum { CELLS = 40 };
    int32_t same[CELLS];
    for (long left = -1; left < 2; left++) {
        counting count;
        const ev_memory memory = counting_memory(&count);
        ev_ledger parts[2];
        for (int p = 0; p < 2; p++) {
            CHECK(open_two(&parts[p], &memory) == EV_DONE);
            for (int32_t s = 0; s < CELLS; s++) {
                same[s] = s;
                CHECK(add_most(&parts[p], number_of(&parts[p], s), 1) == EV_DONE);
            }
        }
        count.left = left < 0 ? -1 : left + 1; /* one is the merging's own */
        CHECK(ev_ledger_merge(&parts[0], &parts[1], same) ==
              (left < 0 ? EV_DONE : EV_NO_MEMORY));
        if (left < 0) {
            const ev_cell_sum sum = ev_ledger_sum(&parts[0], CELLS - 1, 1);
            CHECK(sum.total.wraps == 1 && (int64_t)ev_wide_low(sum.total.sum) == -2);
        }
        ev_ledger_close(&parts[0]);
        ev_ledger_close(&parts[1]);
        CHECK(count.blocks == 0);
    }
}

/* An integer of 64 bits leaves the range of floats: the scale changes whole, or not. */
static void integers_become_floats(void)
{
    static ev_values values;
    for (long left = -1; left < 2; left++) {
        counting count;
        const ev_memory memory = counting_memory(&count);
        ev_ledger ledger;
        values.has_fine = values.has_null = 0;
        CHECK(ev_ledger_open(&ledger, &memory, 1, (ev_row_rule){EV_ADD, 0, 0}) == EV_DONE);
        CHECK(ev_ledger_take_scale(&ledger, 0, INTEGER) == EV_DONE);
        for (int32_t s = 0; s < 3; s++) {
            const uint32_t number = number_of(&ledger, s);
            values.sum[0] = (ev_words){s == 1 ? UINT64_C(1) << 63 : (uint64_t)s, 0};
            CHECK(ev_ledger_add_rows(&ledger, &number, 1, &values, s) == EV_DONE);
        }
        count.left = left;
        CHECK(ev_ledger_take_scale(&ledger, 0, BINARY) ==
              (left < 0 ? EV_DONE : EV_NO_MEMORY));
        CHECK(ledger.scales[0].grain == (left < 0 ? EV_BINARY : EV_INTEGER));
        double value = 0;
        if (left < 0) {
            ev_cell_sum sum = ev_ledger_sum(&ledger, 1, 0);
            CHECK(ev_total_read(&sum.total, BINARY, &value) == EV_RANGE);
            sum = ev_ledger_sum(&ledger, 2, 0);
            CHECK(ev_total_read(&sum.total, BINARY, &value) == EV_DONE && value == 2);
        }
        ev_ledger_close(&ledger);
        CHECK(count.blocks == 0);
    }
}

/* ---- different rows of a cell ---- */

/* Adds rows of one value each, from `first` on. */
static ev_result add_floats(ev_ledger *ledger, const uint32_t *numbers, ptrdiff_t n,
                            const double *x, int64_t first)
{
    static ev_values values[2];
    const ev_column column = {.type = EV_COL_F64, .length = n, .data = x};
    ptrdiff_t bad_row = -1;
    for (int k = 0; k < 2; k++) {
        CHECK(ev_values_read(&column, BINARY, 0, n, EV_BASELINE, &values[k], &bad_row) ==
              EV_DONE);
    }
    return ev_ledger_add_rows(ledger, numbers, n, values, first);
}

static ev_result open_identical(ev_ledger *ledger, const ev_memory *memory)
{
    const ev_row_rule rule = {EV_IDENTICAL, 1, 0};
    ev_result result = ev_ledger_open(ledger, memory, 2, rule);
    for (int k = 0; k < 2 && result == EV_DONE; k++) {
        result = ev_ledger_take_scale(ledger, k, BINARY);
    }
    return result;
}

/* As many cells as a block holds, with row numbers from 1000 on, one value each: 0.5, but
 * `head` in the first one. */
static void fill_block(ev_ledger *ledger, double head)
{
    double x[EV_BLOCK];
    int32_t series[EV_BLOCK], ordinals[EV_BLOCK];
    uint32_t numbers[EV_BLOCK];
    const int32_t cells = (int32_t)1 << ledger->cells.items.shift;
    for (int32_t at = 0; at < cells; at += EV_BLOCK) {
        for (int32_t i = 0; i < EV_BLOCK; i++) {
            x[i] = at + i == 0 ? head : 0.5;
            series[i] = (at + i) / 16;
            ordinals[i] = (at + i) % 16;
        }
        CHECK(ev_cells_number(&ledger->cells, series, ordinals, EV_BLOCK, numbers) ==
              EV_DONE);
        CHECK(add_floats(ledger, numbers, EV_BLOCK, x, 1000 + at) == EV_DONE);
    }
    CHECK(ledger->cells.count == cells);
}

/* The different rows of the first cell lie in the second block, whose extras are others.
 * They come before its first row, so that they change places with it. */
static void chains_cross_blocks(void)
{
    static const double tiny[] = {1e-30, 2e-30, 1e-30, 0.5};
    static const uint32_t zeros[4] = {0};
    int done = 0, added = 0, settled = 0;
    for (long left = -1; left < 40 && !done; left++) {
        counting count;
        const ev_memory memory = counting_memory(&count);
        ev_ledger ledger;
        CHECK(open_identical(&ledger, &memory) == EV_DONE);
        fill_block(&ledger, 0.5);
        count.left = left;
        ev_result result = add_floats(&ledger, zeros, 4, tiny, 3);
        added += result == EV_NO_MEMORY;
        if (result == EV_DONE) {
            result = ev_ledger_finish(&ledger);
            settled += result == EV_NO_MEMORY;
        }
        CHECK(result == EV_DONE || (left >= 0 && result == EV_NO_MEMORY));
        done = left >= 0 && result == EV_DONE;
        if (result == EV_DONE) {
            double value = 0;
            const ev_repeat repeat = ev_ledger_repeat(&ledger);
            const ev_cell_sum sum = ev_ledger_sum(&ledger, 0, 1);
            CHECK(repeat.first == 3 && repeat.second == 4 && repeat.items[0] == 0);
            CHECK(ev_total_read(&sum.total, BINARY, &value) == EV_DONE);
            CHECK(value > 0.99e-30 && value < 1.01e-30);
            CHECK(ev_ledger_cell(&ledger, 0)->rows == 5 && sum.uncounted == 4);
            const ev_cell_sum other = ev_ledger_sum(&ledger, repeat.items[1], 1);
            CHECK(ev_total_read(&other.total, BINARY, &value) == EV_DONE);
            CHECK(value > 1.99e-30 && value < 2.01e-30);
            CHECK(ev_ledger_cell(&ledger, repeat.items[1])->rows == 0);
        }
        ev_ledger_close(&ledger);
        CHECK(count.blocks == 0);
    }
    CHECK(done && added > 2 && settled > 2);
}

/* The same, but the first row is the one with extras, which change blocks. */
static void extras_change_places(void)
{
    static const double plain[] = {2};
    static const uint32_t zero[1] = {0};
    int done = 0, failed = 0;
    for (long left = 0; left < 20 && !done; left++) {
        counting count;
        const ev_memory memory = counting_memory(&count);
        ev_ledger ledger;
        CHECK(open_identical(&ledger, &memory) == EV_DONE);
        fill_block(&ledger, 1e-30);
        CHECK(add_floats(&ledger, zero, 1, plain, 3) == EV_DONE);
        count.left = left;
        const ev_result result = ev_ledger_finish(&ledger);
        CHECK(result == EV_DONE || result == EV_NO_MEMORY);
        done = result == EV_DONE;
        failed += !done;
        if (done) {
            const ev_repeat repeat = ev_ledger_repeat(&ledger);
            const ev_cell_sum first = ev_ledger_sum(&ledger, 0, 0);
            const ev_cell_sum second = ev_ledger_sum(&ledger, repeat.items[1], 0);
            CHECK(repeat.first == 3 && repeat.second == 1000);
            CHECK(first.total.fine == 0 && second.total.fine != 0);
        }
        ev_ledger_close(&ledger);
        CHECK(count.blocks == 0);
    }
    CHECK(done && failed > 2);
}

/* After a failure no further cell is settled. */
static void several_chains(void)
{
    static const double x[] = {1, 2, 3, 4, 5, 6};
    static const uint32_t numbers[] = {0, 0, 1, 1, 2, 2};
    static const int32_t series[] = {0, 1, 2}, ordinals[3] = {0};
    for (long left = -1; left < 1; left++) {
        counting count;
        const ev_memory memory = counting_memory(&count);
        ev_ledger ledger;
        uint32_t given[3];
        CHECK(open_identical(&ledger, &memory) == EV_DONE);
        CHECK(ev_cells_number(&ledger.cells, series, ordinals, 3, given) == EV_DONE);
        CHECK(add_floats(&ledger, numbers, 6, x, 0) == EV_DONE);
        count.left = left;
        CHECK(ev_ledger_finish(&ledger) == (left < 0 ? EV_DONE : EV_NO_MEMORY));
        if (left < 0) {
            const ev_repeat repeat = ev_ledger_repeat(&ledger);
            CHECK(repeat.first == 0 && repeat.second == 1 && repeat.series == 0);
        }
        ev_ledger_close(&ledger);
        CHECK(count.blocks == 0);
    }
}

/* ---- nulls and tiny values beside the sums ---- */

static void extras_of_values_need_memory(void)
{
    static const double x[] = {1, 1e-30, 2, 1e-30, 3};
    static const uint32_t numbers[] = {0, 0, 1, 1, 1};
    static const int32_t series[] = {0, 1}, ordinals[2] = {0};
    for (long left = -1; left < 4; left++) {
        counting count;
        const ev_memory memory = counting_memory(&count);
        ev_ledger ledger;
        uint32_t given[2];
        CHECK(ev_ledger_open(&ledger, &memory, 2, (ev_row_rule){EV_ADD, 0, 0}) == EV_DONE);
        for (int k = 0; k < 2; k++) {
            CHECK(ev_ledger_take_scale(&ledger, k, BINARY) == EV_DONE);
        }
        CHECK(ev_cells_number(&ledger.cells, series, ordinals, 2, given) == EV_DONE);
        count.left = left;
        const ev_result result = add_floats(&ledger, numbers, 5, x, 0);
        CHECK(result == EV_DONE || (left >= 0 && result == EV_NO_MEMORY));
        CHECK(left != 0 || result == EV_NO_MEMORY);
        if (result == EV_DONE) {
            const ev_cell_sum sum = ev_ledger_sum(&ledger, 1, 1);
            CHECK(sum.total.fine != 0 && ev_ledger_cell(&ledger, 1)->rows == 3);
        }
        ev_ledger_close(&ledger);
        CHECK(count.blocks == 0);
    }
}

int main(void)
{
    sums_may_leave_and_come_back();
    merged_sums_may_leave();
    integers_become_floats();
    chains_cross_blocks();
    extras_change_places();
    several_chains();
    extras_of_values_need_memory();
    return finish();
}
