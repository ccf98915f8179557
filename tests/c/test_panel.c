/* Finished panels: new panels from them, merges, sums and rows that repeat. */
#include <math.h>

#include "engine.h"
#include "table/merge.h"
#include "table/panel_sums.h"
#include "table/repeats.h"

enum { CELLS = 700, SERIES = 2 };

static const ev_scale CENTS = {EV_DECIMAL, 2}, INTEGER = {EV_INTEGER, 0};
static const ev_row_rule ADDED = {EV_ADD, 0, 0};

/* ---- a panel of two measures ---- */

typedef struct owned_panel {
    int64_t indptr[SERIES + 1], ordinals[CELLS], rows[CELLS];
    uint64_t lo[2][CELLS];
    int64_t hi[2][CELLS], counts[2][CELLS];
    double values[2][CELLS];
    ev_panel_measure measures[2];
    ev_panel_cells cells;
} owned_panel;

/* `first` cells of the first series, the others of the second; ordinals from 0 on. */
static void fill_panel(owned_panel *p, ev_scale scale, int first)
{
    memset(p, 0, sizeof *p);
    for (int k = 0; k < 2; k++) {
        p->measures[k] = (ev_panel_measure){.scale = scale, .lo = p->lo[k], .hi = p->hi[k],
                                            .counts = p->counts[k],
                                            .values = p->values[k]};
    }
    for (int i = 0; i < CELLS; i++) {
        p->ordinals[i] = i < first ? i : i - first;
        p->rows[i] = 1;
        for (int k = 0; k < 2; k++) {
            p->lo[k][i] = (uint64_t)i;
            p->counts[k][i] = 1;
        }
    }
    p->indptr[1] = first;
    p->indptr[2] = CELLS;
    p->cells = (ev_panel_cells){SERIES, p->indptr, p->ordinals, p->rows, p->measures,
                                CELLS};
}

static owned_panel one, two, into;

/* ---- regrouping ---- */

/* Both series become one, by this map of periods; the result for an amount of memory. */
static ev_result regroup(const ev_panel_map *map, long left, int64_t *cells, int64_t *rows)
{
    counting count;
    const ev_memory memory = counting_memory(&count);
    ev_ledger ledger;
    CHECK(ev_ledger_open(&ledger, &memory, 2, ADDED) == EV_DONE);
    count.left = left;
    const ev_result result = ev_panel_regroup(&ledger, &one.cells, map);
    *cells = ledger.cells.count;
    *rows = 0;
    for (ptrdiff_t i = 0; i < ledger.cells.count; i++) {
        *rows += ev_ledger_cell(&ledger, i)->rows;
    }
    ev_ledger_close(&ledger);
    CHECK(count.blocks == 0);
    return result;
}

static void periods_outside_a_map_are_dropped(void)
{
    static const int64_t joined[] = {0, 0}, periods[] = {5, EV_DROPPED, 7, 7};
    const ev_panel_map map = {.series = joined, .count = 1, .periods = periods,
                              .low = 100, .period_count = 4};
    int64_t cells = 0, rows = 0;
    fill_panel(&one, INTEGER, 400);
    CHECK(regroup(&map, -1, &cells, &rows) == EV_DONE && cells == 2 && rows == 6);
}

static void new_periods_are_32_bits(void)
{
    static const int64_t far[] = {(int64_t)INT32_MAX + 1, (int64_t)INT32_MIN - 1,
                                  INT32_MAX, INT32_MIN};
    static const int64_t joined[] = {0, 0};
    int64_t cells = 0, rows = 0;
    fill_panel(&one, INTEGER, 400);
    for (int k = 0; k < 4; k++) {
        const ev_panel_map map = {.series = joined, .count = 1, .periods = far + k,
                                  .period_count = 1};
        CHECK(regroup(&map, -1, &cells, &rows) == (k < 2 ? EV_RANGE : EV_DONE));
        CHECK(k < 2 || (cells == 1 && rows == 2));
        /* In the middle of a series, too. */
        one.ordinals[200] = far[k];
        CHECK(regroup(&(ev_panel_map){.series = joined, .count = 1}, -1, &cells, &rows) ==
              (k < 2 ? EV_RANGE : EV_DONE));
        one.ordinals[200] = 200;
    }
}

/* Sums that leave the range of 128 bits need memory, plain or not. */
static void regrouping_without_memory(void)
{
    static const int64_t joined[] = {0, 0}, period[] = {0, 0};
    const ev_panel_map all = {.series = joined, .count = 1};
    for (int plain = 0; plain < 2; plain++) {
        fill_panel(&one, CENTS, 400);
        for (int i = 0; i < CELLS; i++) {
            one.hi[0][i] = one.hi[1][i] = INT64_MAX;
            one.counts[0][i] = plain || i % 2 == 0;
        }
        int done = 0, failed = 0;
        for (long left = 0; left < 40 && !done; left++) {
            int64_t cells = 0, rows = 0;
            const ev_result result = regroup(&all, left, &cells, &rows);
            CHECK(result == EV_DONE || result == EV_NO_MEMORY);
            done = result == EV_DONE;
            failed += !done;
            CHECK(!done || (cells == 400 && rows == CELLS));
        }
        CHECK(done && failed > 2);
    }
    /* Scales that cannot be joined; and cells that are dropped need no table. */
    int64_t cells = 0, rows = 0;
    one.measures[0].scale = CENTS;
    one.measures[1].scale = (ev_scale){EV_DECIMAL, 3};
    const ev_panel_map none = {.series = joined, .count = 1, .periods = period};
    CHECK(regroup(&none, -1, &cells, &rows) == EV_DONE && cells == 0);
    counting count;
    const ev_memory memory = counting_memory(&count);
    ev_ledger ledger;
    CHECK(ev_ledger_open(&ledger, &memory, 2, ADDED) == EV_DONE);
    CHECK(ev_ledger_take_scale(&ledger, 0, INTEGER) == EV_DONE);
    CHECK(ev_panel_regroup(&ledger, &one.cells, &all) == EV_BAD_FORMAT);
    CHECK(ledger.cells.count == 0);
    ev_ledger_close(&ledger);
    CHECK(count.blocks == 0);
}

/* ---- writing ---- */

/* Series of many cells far apart are sorted with memory of their own. */
static void writing_needs_memory_to_sort(void)
{
    enum { MANY = 300 };
    int32_t series[EV_BLOCK], ordinals[EV_BLOCK];
    uint32_t numbers[EV_BLOCK];
    static uint64_t words[2 * MANY];
    for (long left = -1; left < 3; left++) {
        counting count;
        const ev_memory memory = counting_memory(&count);
        ev_ledger ledger;
        ev_panel_place place;
        fill_panel(&into, INTEGER, MANY);
        CHECK(ev_ledger_open(&ledger, &memory, 0, ADDED) == EV_DONE);
        for (int at = 0; at < 2 * MANY; at += 100) {
            for (int i = 0; i < 100; i++) {
                series[i] = (at + i) % 2;
                ordinals[i] = (2 * MANY - (at + i)) / 2 * 1000003;
            }
            CHECK(ev_cells_number(&ledger.cells, series, ordinals, 100, numbers) ==
                  EV_DONE);
            for (int i = 0; i < 100; i++) {
                ev_ledger_cell(&ledger, numbers[i])->rows = 1;
            }
        }
        ev_panel_lay(&ledger, NULL, SERIES, into.indptr, words);
        CHECK(into.indptr[1] == MANY && into.indptr[2] == 2 * MANY);
        count.left = left;
        CHECK(ev_panel_write(&ledger, words, 0, SERIES, &into.cells, &place) ==
              (left < 0 ? EV_DONE : EV_NO_MEMORY));
        int wrong = 0;
        for (int i = 1; i < 2 * MANY && left < 0; i++) {
            wrong |= i != MANY && into.ordinals[i] <= into.ordinals[i - 1];
        }
        CHECK(!wrong);
        ev_ledger_close(&ledger);
        CHECK(count.blocks == 0);
    }
}

/* ---- merges ---- */

static void scales_of_parts_are_joined(void)
{
    counting count;
    const ev_memory memory = counting_memory(&count);
    fill_panel(&one, CENTS, 400);
    fill_panel(&two, INTEGER, 400);
    static const int64_t same[] = {0, 1};
    const ev_merge_part parts[] = {{one.cells, same}, {two.cells, same}, {one.cells, same}};
    const ev_merge merge = {&memory, parts, 3, 2};
    ev_scale scale;
    CHECK(ev_merge_scale(&merge, 0, &scale) == EV_BAD_FORMAT);
    const ev_merge alone = {&memory, parts, 1, 2};
    CHECK(ev_merge_scale(&alone, 0, &scale) == EV_DONE && scale.places == 2);
}

/* Parts that change after they were counted are written inside the ranges of indptr. */
static void changed_parts_stay_inside(void)
{
    counting count;
    const ev_memory memory = counting_memory(&count);
    fill_panel(&one, INTEGER, 400);
    fill_panel(&into, INTEGER, 400);
    static const int64_t same[] = {0, 1};
    const ev_merge_part parts[] = {{one.cells, same}};
    const ev_merge merge = {&memory, parts, 1, 2};
    ev_panel_place place;
    into.indptr[1] = 10; /* as if there had been fewer */
    into.indptr[2] = 15;
    memset(into.rows, 0, sizeof into.rows);
    CHECK(ev_merge_write(&merge, 0, SERIES, &into.cells, &place) == EV_DONE);
    int64_t rows = 0;
    for (int i = 0; i < CELLS; i++) {
        rows += into.rows[i];
    }
    CHECK(rows == 15 && into.ordinals[9] == 9 && into.ordinals[10] == 0);
    CHECK(into.lo[1][14] == 404);
    /* A sum outside the range ends it, and is named. */
    fill_panel(&into, INTEGER, 400);
    one.hi[1][5] = 1;
    CHECK(ev_merge_write(&merge, 0, SERIES, &into.cells, &place) == EV_RANGE);
    CHECK(place.measure == 1 && place.cell == 5);
    CHECK(count.blocks == 0);
}

/* ---- sums ---- */

static void sums_name_the_first_out_of_range(void)
{
    static const uint8_t known[CELLS] = {1, 1, 1, 1};
    static const int64_t first[] = {0, 1, 2}, last[] = {1, 2, 3};
    ptrdiff_t bad = -1;
    fill_panel(&one, INTEGER, 400);
    fill_panel(&into, INTEGER, 400);
    CHECK(ev_panel_add(one.measures, 2, 10, into.measures, &bad) == EV_DONE);
    CHECK(into.lo[0][9] == 18 && into.counts[0][9] == 2 && into.values[0][9] == 18);
    CHECK(ev_panel_slide(one.measures, CELLS, known, first, last, 3, into.measures,
                         &bad) == EV_DONE);
    CHECK(into.values[0][0] == 1 && into.values[0][2] == 5);
    one.lo[1][4] = one.lo[0][2] = (uint64_t)INT64_MAX;
    one.lo[0][4] = 1;
    CHECK(ev_panel_add(one.measures, 2, 10, into.measures, &bad) == EV_RANGE && bad == 2);
    CHECK(ev_panel_slide(one.measures, CELLS, known, first, last, 3, into.measures,
                         &bad) == EV_RANGE);
    CHECK(bad == 1 && isnan(into.values[0][1]));
}

/* ---- rows that repeat ---- */

/* A hash of 0 stands for none: its rows repeat nothing. */
static void rows_with_equal_hashes(void)
{
    uint64_t hashes[] = {0, 5, 0, 5, 0, 9, 5};
    ev_row_run runs[] = {{10, 0}, {100, 4}};
    const ev_repeats part = {.hashes = hashes, .count = 7, .runs = runs, .run_count = 2};
    const ev_repeats *parts[] = {&part, &part};
    for (long left = -1; left < 7; left++) { /* four for the suspects, one by one */
        counting count;
        const ev_memory memory = counting_memory(&count);
        ev_repeated found;
        count.left = left;
        CHECK(ev_repeats_find(parts, 1, &memory, &found) ==
              (left < 0 ? EV_DONE : EV_NO_MEMORY));
        CHECK(left >= 0 || (found.count == 2 && found.first == 11 && found.second == 13));
        CHECK(count.blocks == 0);
    }
}

/* Rows that leave a gap begin another run; those behind `most` are left out. */
static void runs_of_rows(void)
{
    static const int32_t series[4] = {0}, periods[4] = {7, 7, 7, 7};
    static ev_values values;
    memset(&values, 0, sizeof values);
    for (long left = -1; left < 4; left++) {
        counting count;
        const ev_memory memory = counting_memory(&count);
        uint64_t *hash = memory.resize(memory.owner, NULL, sizeof *hash);
        ev_repeats part;
        ev_repeated found = {0, -1, -1};
        ev_repeats_open(&part, 23);
        part.series = hash;
        CHECK(hash != NULL);
        if (hash != NULL) {
            hash[0] = 77;
            count.left = left;
            ev_result result = EV_DONE;
            for (int64_t first = 10; first <= 30 && result == EV_DONE; first += 10) {
                const ev_block_rows rows = {series, periods, 4, first};
                result = ev_repeats_add(&part, &memory, &rows, &values, 1);
            }
            CHECK(result == (left < 0 ? EV_DONE : EV_NO_MEMORY));
            if (left < 0) {
                const ev_repeats *parts[] = {&part};
                CHECK(part.count == 7 && part.run_count == 2); /* 10 .. 13, 20 .. 22 */
                CHECK(ev_repeats_find(parts, 1, &memory, &found) == EV_DONE);
                CHECK(found.count == 6 && found.first == 10 && found.second == 11);
            }
        }
        count.left = -1;
        ev_repeats_close(&part, &memory);
        CHECK(count.blocks == 0);
    }
}

int main(void)
{
    periods_outside_a_map_are_dropped();
    new_periods_are_32_bits();
    regrouping_without_memory();
    writing_needs_memory_to_sort();
    scales_of_parts_are_joined();
    changed_parts_stay_inside();
    sums_name_the_first_out_of_range();
    rows_with_equal_hashes();
    runs_of_rows();
    return finish();
}
