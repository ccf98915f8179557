/* Panels built from tables. */
#include "engine.h"
#include "threads.h"
#include "table/merge.h"
#include "table/panel.h"
#include "table/partial.h"

static const ev_row_rule ADDED = {EV_ADD, 0, 0};

enum { ROWS = 9000, MAKERS = 9, REGIONS = 700, MONTHS = 30 };

static int64_t regions[ROWS], months[ROWS], units[ROWS];
static double money[ROWS];
static uint8_t makers[ROWS];
static const char words_bytes[] = "gfedcbaZé";
static const int32_t word_ends[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 10};

static ev_column column_of(ev_column_type type, const void *data)
{
    const ev_column column = {.type = type, .length = ROWS, .data = data};
    return column;
}

/* A panel as arrays, one block of memory each. */
typedef struct finished {
    ev_panel_cells panel;
    ev_panel_measure measures[2];
    int32_t *codes;
    ptrdiff_t cells;
} finished;

static void release(const ev_memory *memory, finished *f)
{
    void *blocks[] = {f->panel.indptr,    f->panel.ordinals, f->panel.rows,
                      f->codes,           f->measures[0].lo, f->measures[0].hi,
                      f->measures[0].values, f->measures[1].lo, f->measures[1].hi,
                      f->measures[1].values};
    for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++) {
        if (blocks[i] != NULL) {
            (void)memory->resize(memory->owner, blocks[i], 0);
        }
    }
}

static void *new_block(const ev_memory *memory, ptrdiff_t count)
{
    void *block = memory->resize(memory->owner, NULL, (size_t)(count + 1) * 8);
    CHECK(block != NULL);
    return block;
}

/* A ledger, written by threads, and parts that are merged by threads. */
typedef struct writing {
    const ev_ledger *ledger;
    uint64_t *words;
    const ev_merge *merge;
    const ev_panel_cells *panel;
} writing;

static void write_series(void *job, int part)
{
    const writing *w = job;
    ev_panel_place place;
    CHECK(ev_panel_write(w->ledger, w->words, part_start(w->panel->series, part),
                         part_start(w->panel->series, part + 1), w->panel,
                         &place) == EV_DONE);
}

static void count_merged(void *job, int part)
{
    const writing *w = job;
    CHECK(ev_merge_count(w->merge, part_start(w->panel->series, part),
                         part_start(w->panel->series, part + 1),
                         w->panel->indptr + 1) == EV_DONE);
}

static void write_merged(void *job, int part)
{
    const writing *w = job;
    ev_panel_place place;
    CHECK(ev_merge_write(w->merge, part_start(w->panel->series, part),
                         part_start(w->panel->series, part + 1), w->panel,
                         &place) == EV_DONE);
}

static void finish_ledger(const ev_memory *memory, ev_ledger *ledger, ptrdiff_t series,
                          const int32_t *places, finished *f)
{
    uint64_t *words = new_block(memory, ledger->cells.count);
    int64_t *indptr = new_block(memory, series + 1);
    ev_panel_lay(ledger, places, series, indptr, words);
    f->cells = (ptrdiff_t)indptr[series];
    f->panel = (ev_panel_cells){series, indptr, new_block(memory, f->cells),
                                new_block(memory, f->cells), f->measures, f->cells};
    for (int k = 0; k < 2; k++) {
        f->measures[k] = (ev_panel_measure){.scale = ledger->scales[k],
                                            .lo = new_block(memory, f->cells),
                                            .hi = new_block(memory, f->cells),
                                            .values = new_block(memory, f->cells)};
    }
    writing w = {ledger, words, NULL, &f->panel};
    run_together(write_series, &w);
    (void)memory->resize(memory->owner, words, 0);
}

static void finish_partial(const ev_memory *memory, ev_partial *partial, finished *f)
{
    const ptrdiff_t series = ev_partial_series_count(partial);
    int32_t *orders[2] = {new_block(memory, partial->keys[0].count),
                          new_block(memory, partial->keys[1].count)};
    int32_t *places = new_block(memory, series);
    memset(f, 0, sizeof *f);
    f->codes = new_block(memory, series * 2);
    CHECK(ev_ledger_finish(&partial->ledger) == EV_DONE);
    CHECK(ev_partial_sort(partial, orders, f->codes, places) == EV_DONE);
    finish_ledger(memory, &partial->ledger, series, places, f);
    (void)memory->resize(memory->owner, orders[0], 0);
    (void)memory->resize(memory->owner, orders[1], 0);
    (void)memory->resize(memory->owner, places, 0);
}

static int same_cells(const finished *a, const finished *b)
{
    const size_t bytes = (size_t)a->cells * 8;
    int same = a->cells == b->cells && a->panel.series == b->panel.series &&
               memcmp(a->panel.indptr, b->panel.indptr,
                      (size_t)(a->panel.series + 1) * 8) == 0 &&
               memcmp(a->panel.ordinals, b->panel.ordinals, bytes) == 0 &&
               memcmp(a->panel.rows, b->panel.rows, bytes) == 0;
    for (int k = 0; k < 2 && same; k++) {
        same = memcmp(a->measures[k].lo, b->measures[k].lo, bytes) == 0 &&
               memcmp(a->measures[k].hi, b->measures[k].hi, bytes) == 0 &&
               memcmp(a->measures[k].values, b->measures[k].values, bytes) == 0;
    }
    return same;
}

/* Builds a partial of the rows start .. stop - 1. */
static ev_result build(ev_partial *partial, const ev_memory *memory, int start, int stop)
{
    ev_column words = {.type = EV_COL_TEXT, .length = MAKERS, .data = words_bytes,
                       .offsets = word_ends};
    ev_column maker = column_of(EV_COL_U8, makers);
    const ev_column region = column_of(EV_COL_I64, regions);
    const ev_column month = column_of(EV_COL_I64, months);
    const ev_column unit = column_of(EV_COL_I64, units);
    const ev_column value = column_of(EV_COL_F64, money);
    const ev_frequency freq = {EV_MONTH, 0};
    const ev_column *keys[] = {&maker, &region}, *measures[] = {&unit, &value};
    const ev_batch_columns batch = {keys, &month, NULL, &freq, measures, 0};
    ev_place place;
    maker.dictionary = &words;
    ev_result result = ev_partial_open(partial, memory, 2, 2, ADDED, EV_BASELINE);
    if (result == EV_DONE) {
        result = ev_partial_add(partial, &batch, start, stop - start, &place);
    }
    return result;
}

static void parts_equal_the_whole(void)
{
    counting count;
    const ev_memory memory = counting_memory(&count);
    ev_partial whole, parts[3];
    finished one, two;
    ev_place place;
    CHECK(build(&whole, &memory, 0, ROWS) == EV_DONE);
    finish_partial(&memory, &whole, &one);
    for (int k = 0; k < 3; k++) {
        CHECK(build(&parts[k], &memory, k * 3000, (k + 1) * 3000) == EV_DONE);
    }
    CHECK(ev_partial_merge(&parts[2], &parts[0], &place) == EV_DONE);
    CHECK(ev_partial_merge(&parts[2], &parts[1], &place) == EV_DONE);
    finish_partial(&memory, &parts[2], &two);
    CHECK(same_cells(&one, &two));
    CHECK(memcmp(one.codes, two.codes, (size_t)one.panel.series * 8) == 0);
    for (ptrdiff_t s = 1; s < one.panel.series; s++) { /* sorted, each once */
        const int32_t *a = &one.codes[2 * s - 2], *b = &one.codes[2 * s];
        CHECK(a[0] < b[0] || (a[0] == b[0] && a[1] < b[1]));
    }
    /* The cells have the sums and rows of the table. */
    int64_t total = 0, cells = 0, rows = 0;
    for (int i = 0; i < ROWS; i++) {
        total += units[i];
    }
    for (ptrdiff_t i = 0; i < one.cells; i++) {
        cells += (int64_t)one.measures[0].lo[i];
        rows += one.panel.rows[i];
    }
    CHECK(cells == total && rows == ROWS);
    /* Regrouping with the identity map gives the same panel. */
    int64_t *same = new_block(&memory, one.panel.series);
    for (ptrdiff_t s = 0; s < one.panel.series; s++) {
        same[s] = s;
    }
    ev_ledger ledger;
    finished three = {.codes = NULL};
    CHECK(ev_ledger_open(&ledger, &memory, 2, ADDED) == EV_DONE);
    const ev_panel_map every = {.series = same, .count = one.panel.series};
    CHECK(ev_panel_regroup(&ledger, &one.panel, &every) == EV_DONE);
    finish_ledger(&memory, &ledger, one.panel.series, NULL, &three);
    CHECK(same_cells(&one, &three));
    (void)memory.resize(memory.owner, same, 0);
    release(&memory, &one);
    release(&memory, &two);
    release(&memory, &three);
    ev_ledger_close(&ledger);
    ev_partial_close(&whole);
    for (int k = 0; k < 3; k++) {
        ev_partial_close(&parts[k]);
    }
    CHECK(count.blocks == 0);
}

static void memory_fails_anywhere(void)
{
    int done = 0;
    for (long left = 0; left < 400 && !done; left++) {
        counting count;
        const ev_memory memory = counting_memory(&count);
        ev_partial one, two;
        ev_place place;
        count.left = left;
        ev_result result = build(&one, &memory, 0, ROWS / 2);
        const ev_result second = build(&two, &memory, ROWS / 2, ROWS);
        result = result == EV_DONE ? second : result;
        if (result == EV_DONE) {
            result = ev_partial_merge(&one, &two, &place);
        }
        CHECK(result == EV_DONE || result == EV_NO_MEMORY);
        done = result == EV_DONE;
        ev_partial_close(&one);
        ev_partial_close(&two);
        CHECK(count.blocks == 0);
    }
    CHECK(done);
}

/* Merges twice the same panel: by the ledger, and in one pass in two ranges. */
static void merging_equals_regrouping(void)
{
    counting count;
    const ev_memory memory = counting_memory(&count);
    ev_partial whole;
    ev_ledger ledger;
    finished one, two, three;
    CHECK(build(&whole, &memory, 0, ROWS) == EV_DONE);
    finish_partial(&memory, &whole, &one);
    const ptrdiff_t series = one.panel.series;
    int64_t *same = new_block(&memory, series);
    for (ptrdiff_t s = 0; s < series; s++) {
        same[s] = s;
    }
    memset(&two, 0, sizeof two);
    CHECK(ev_ledger_open(&ledger, &memory, 2, ADDED) == EV_DONE);
    for (int i = 0; i < 2; i++) {
        const ev_panel_map map = {.series = same, .count = series};
        CHECK(ev_panel_regroup(&ledger, &one.panel, &map) == EV_DONE);
    }
    finish_ledger(&memory, &ledger, series, NULL, &two);
    memset(&three, 0, sizeof three);
    finish_ledger(&memory, &ledger, series, NULL, &three); /* room to write into */
    const ev_merge_part parts[] = {{one.panel, same}, {one.panel, same}};
    const ev_merge merge = {&memory, parts, 2, 2};
    ev_panel_place place;
    memset(three.panel.indptr, 0, (size_t)(series + 1) * 8);
    memset(three.panel.ordinals, 0, (size_t)three.cells * 8);
    memset(three.panel.rows, 0, (size_t)three.cells * 8);
    for (int k = 0; k < 2; k++) {
        memset(three.measures[k].lo, 0, (size_t)three.cells * 8);
        memset(three.measures[k].values, 0, (size_t)three.cells * 8);
        ev_scale scale;
        CHECK(ev_merge_scale(&merge, k, &scale) == EV_DONE);
        CHECK(scale.grain == three.measures[k].scale.grain);
    }
    int64_t *counts = three.panel.indptr + 1;
    writing w = {NULL, NULL, &merge, &three.panel};
    run_together(count_merged, &w);
    for (ptrdiff_t s = 0; s < series; s++) {
        counts[s] += three.panel.indptr[s];
    }
    run_together(write_merged, &w);
    CHECK(same_cells(&two, &three));
    for (long left = 0; left < 3; left++) { /* writing takes three blocks, counting two */
        count.left = left;
        CHECK(ev_merge_write(&merge, 0, series, &three.panel, &place) == EV_NO_MEMORY);
        count.left = left % 2;
        CHECK(ev_merge_count(&merge, 0, series, counts) == EV_NO_MEMORY);
    }
    count.left = -1;
    (void)memory.resize(memory.owner, same, 0);
    release(&memory, &one);
    release(&memory, &two);
    release(&memory, &three);
    ev_ledger_close(&ledger);
    ev_partial_close(&whole);
    CHECK(count.blocks == 0);
}

static void errors_name_the_bad_row(void)
{
    counting count;
    const ev_memory memory = counting_memory(&count);
    const int64_t kept = months[4321];
    ev_partial partial;
    ev_column region = column_of(EV_COL_I64, regions), month = column_of(EV_COL_I64, months);
    const ev_column value = column_of(EV_COL_F64, money);
    const ev_frequency freq = {EV_MONTH, 0};
    const ev_column *keys[] = {&region}, *measures[] = {&value};
    const ev_batch_columns batch = {keys, &month, NULL, &freq, measures, 0};
    ev_place place;
    months[4321] = 202513;
    CHECK(ev_partial_open(&partial, &memory, 1, 1, ADDED, EV_BASELINE) == EV_DONE);
    CHECK(ev_partial_add(&partial, &batch, 10, ROWS - 10, &place) == EV_BAD_VALUE);
    CHECK(place.part == EV_OF_PERIOD && place.row == 4321);
    ev_partial_close(&partial);
    months[4321] = kept;
    region.type = EV_COL_F64;
    CHECK(ev_partial_open(&partial, &memory, 1, 1, ADDED, EV_BASELINE) == EV_DONE);
    CHECK(ev_partial_add(&partial, &batch, 0, ROWS, &place) == EV_BAD_FORMAT);
    CHECK(place.part == EV_OF_KEY && place.row == -1);
    ev_partial_close(&partial);
    CHECK(count.blocks == 0);
}

/* All rows twice: the second half repeats the first, up to the rows looked at. */
static void equal_rows_are_counted(void)
{
    const ev_column region = column_of(EV_COL_I64, regions);
    const ev_column month = column_of(EV_COL_I64, months);
    const ev_column value = column_of(EV_COL_F64, money);
    const ev_frequency freq = {EV_MONTH, 0};
    const ev_column *keys[] = {&region}, *measures[] = {&value};
    ev_batch_columns batch = {keys, &month, NULL, &freq, measures, 0};
    for (long left = -1; left < 40; left++) {
        counting count;
        const ev_memory memory = counting_memory(&count);
        ev_partial partial;
        ev_place place;
        count.left = left;
        ev_result result = ev_partial_open(&partial, &memory, 1, 1, ADDED, EV_BASELINE);
        if (result == EV_DONE) {
            result = ev_partial_find_repeats(&partial, 3 * ROWS / 2, (int)(left & 1));
        }
        for (int k = 0; k < 2 && result == EV_DONE; k++) {
            batch.first_row = k * ROWS;
            result = ev_partial_add(&partial, &batch, 0, ROWS, &place);
        }
        CHECK(result == EV_DONE || (left >= 0 && result == EV_NO_MEMORY));
        if (result == EV_DONE) {
            const ev_repeats *part = partial.repeats;
            ev_repeated found;
            result = ev_repeats_find(&part, 1, &memory, &found);
            CHECK(result == EV_DONE || (left >= 0 && result == EV_NO_MEMORY));
            if (result == EV_DONE) {
                CHECK(found.count >= ROWS / 2 && found.count < 3 * ROWS / 2);
                CHECK(found.first >= 0 && found.first < found.second);
            }
        }
        ev_partial_close(&partial);
        CHECK(count.blocks == 0);
    }
}

/* The hashes by which equal rows are found differ from seed to seed, so that no rows
 * can be chosen that seem equal. Within one process they do not. */
static void rows_are_hashed_by_the_seed(void)
{
    const ev_column region = column_of(EV_COL_I64, regions);
    const ev_column month = column_of(EV_COL_I64, months);
    const ev_column value = column_of(EV_COL_F64, money);
    const ev_frequency freq = {EV_MONTH, 0};
    const ev_column *keys[] = {&region}, *measures[] = {&value};
    const ev_batch_columns batch = {keys, &month, NULL, &freq, measures, 0};
    uint64_t hashes[3] = {0};
    for (uint64_t k = 0; k < 3; k++) {
        counting count;
        ev_memory memory = counting_memory(&count);
        ev_partial partial;
        ev_place place;
        memory.seed = k / 2;
        CHECK(ev_partial_open(&partial, &memory, 1, 1, ADDED, EV_BASELINE) == EV_DONE);
        CHECK(ev_partial_find_repeats(&partial, ROWS, 0) == EV_DONE);
        CHECK(ev_partial_add(&partial, &batch, 0, ROWS, &place) == EV_DONE);
        hashes[k] = partial.repeats->series[0];
        ev_partial_close(&partial);
        CHECK(count.blocks == 0);
    }
    CHECK(hashes[0] == hashes[1] && hashes[1] != hashes[2]);
}

int main(void)
{
    uint64_t state = 5;
    for (int i = 0; i < ROWS; i++) {
        const int month = (int)(next_random(&state) % MONTHS);
        makers[i] = (uint8_t)(next_random(&state) % MAKERS);
        regions[i] = (int64_t)(next_random(&state) % REGIONS) - 300;
        months[i] = 202301 + month / 12 * 100 + month % 12;
        units[i] = (int64_t)(next_random(&state) % 2000) - 1000;
        money[i] = (double)units[i] * 0.1;
    }
    parts_equal_the_whole();
    memory_fails_anywhere();
    merging_equals_regrouping();
    errors_name_the_bad_row();
    equal_rows_are_counted();
    rows_are_hashed_by_the_seed();
    return finish();
}
