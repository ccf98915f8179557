/* Tables of every layout into panels: what is refused, and memory that fails anywhere. */
#include <math.h>

#include "engine.h"
#include "table/panel.h"
#include "table/partial.h"

enum { ROWS = 5000, KEYS = 3, MEASURES = 4 };

static const ev_frequency MONTH = {EV_MONTH, 0};
static const ev_row_rule ADDED = {EV_ADD, 0, 0};

static ev_column column_of(ev_column_type type, const void *data)
{
    return (ev_column){.type = type, .length = ROWS, .data = data};
}

/* ---- a table with nulls, text, coded columns and tiny values ---- */

static char names[ROWS * 20];
static int32_t name_ends[ROWS + 1];
static int32_t codes[ROWS];
static int64_t plants[ROWS], units[ROWS];
static double money[ROWS];
static uint8_t some[ROWS / 8 + 1], flags[ROWS / 8 + 1];

static void fill_table(void)
{
    uint64_t state = 21;
    memset(some, 0xff, sizeof some);
    for (int i = 0; i < ROWS; i++) {
        const int maker = (int)(next_random(&state) % 90);
        const int size = snprintf(names + name_ends[i], 20, "maker with no. %d", maker);
        name_ends[i + 1] = name_ends[i] + size;
        codes[i] = (int32_t)(next_random(&state) % 3);
        plants[i] = (int64_t)(next_random(&state) % 40) - 20;
        units[i] = (int64_t)(next_random(&state) % 3);
        money[i] = (double)(next_random(&state) % 4) * (i % 3 == 0 ? 1e-30 : 0.1);
        flags[i / 8] = (uint8_t)next_random(&state);
        if (next_random(&state) % 9 == 0) {
            some[i / 8] = (uint8_t)(some[i / 8] & ~(1U << i % 8));
        }
    }
}

static ev_result add_table(ev_partial *partial, int start, int stop, ev_place *place)
{
    static const char word_bytes[] = "2025-012025-022025-03";
    static const int32_t word_ends[] = {0, 7, 14, 21};
    const ev_column words = {.type = EV_COL_TEXT, .length = 3, .data = word_bytes,
                             .offsets = word_ends};
    ev_column name = column_of(EV_COL_TEXT, names), coded = column_of(EV_COL_I32, codes);
    const ev_column plant = column_of(EV_COL_I64, plants);
    const ev_column unit = column_of(EV_COL_I64, units);
    const ev_column flag = column_of(EV_COL_BOOL, flags);
    ev_column value = column_of(EV_COL_F64, money);
    name.offsets = name_ends;
    name.valid = value.valid = some;
    coded.dictionary = &words;
    const ev_column *keys[KEYS] = {&name, &coded, &plant};
    const ev_column *measures[MEASURES] = {&unit, &value, &flag, &value};
    const ev_batch_columns batch = {keys, &coded, NULL, &MONTH, measures, 0};
    return ev_partial_add(partial, &batch, start, stop - start, place);
}

/* ---- from rows to a panel ---- */

/* Finishes a partial, sorts its series and writes its cells; *total is the number of
 * rows. */
static ev_result finish_panel(ev_partial *partial, int64_t *total)
{
    ev_result result = ev_ledger_finish(&partial->ledger);
    const ptrdiff_t series = ev_partial_series_count(partial);
    const ptrdiff_t room = partial->ledger.cells.count + series + 200;
    ev_panel_measure measures[MEASURES];
    /* What the caller allocates does not fail here. */
    uint64_t *words = calloc((size_t)room, sizeof *words);
    int64_t *numbers = calloc((size_t)room * (3 + 5 * MEASURES), sizeof *numbers);
    int32_t *ranks = calloc((size_t)room * 2 * (KEYS + 1), sizeof *ranks);
    *total = 0;
    if (words == NULL || numbers == NULL || ranks == NULL) {
        abort();
    }
    int32_t *orders[KEYS] = {ranks, ranks + room, ranks + 2 * room};
    int32_t *places = ranks + 3 * room, *sorted = ranks + 4 * room;
    ev_panel_cells panel = {series, numbers, numbers + room, numbers + 2 * room, measures,
                            0};
    for (int k = 0; k < MEASURES; k++) {
        int64_t *at = numbers + (3 + 5 * k) * room;
        measures[k] = (ev_panel_measure){partial->ledger.scales[k], (uint64_t *)at,
                                         at + room, (uint64_t *)(at + 2 * room),
                                         at + 3 * room, (double *)(at + 4 * room)};
    }
    if (result == EV_DONE) {
        result = ev_partial_sort(partial, orders, sorted, places);
    }
    if (result == EV_DONE) {
        ev_panel_place place;
        ev_panel_lay(&partial->ledger, places, series, panel.indptr, words);
        result = ev_panel_write(&partial->ledger, words, 0, series, &panel, &place);
        for (ptrdiff_t i = 0; i < panel.indptr[series]; i++) {
            *total += panel.rows[i];
        }
    }
    free(words);
    free(numbers);
    free(ranks);
    return result;
}

/* Two halves of the table, merged and finished; nothing leaks, whichever block is
 * missing. */
static void memory_fails_anywhere(ev_row_rule rule)
{
    int done = 0, failed = 0;
    for (long left = 0; left < 600 && !done; left++) {
        counting count;
        const ev_memory memory = counting_memory(&count);
        ev_partial one, two;
        ev_place place;
        int64_t total = 0;
        count.left = left;
        ev_result result =
            ev_partial_open(&one, &memory, KEYS, MEASURES, rule, EV_BASELINE);
        const ev_result opened =
            ev_partial_open(&two, &memory, KEYS, MEASURES, rule, EV_BASELINE);
        result = result == EV_DONE ? opened : result;
        if (result == EV_DONE) {
            result = add_table(&one, 0, ROWS / 2, &place);
        }
        if (result == EV_DONE) {
            result = add_table(&two, ROWS / 2, ROWS, &place);
        }
        if (result == EV_DONE) {
            result = ev_partial_merge(&one, &two, &place);
        }
        if (result == EV_DONE) {
            result = finish_panel(&one, &total);
        }
        CHECK(result == EV_DONE || result == EV_NO_MEMORY);
        done = result == EV_DONE;
        failed += !done;
        CHECK(!done || total == ROWS);
        ev_partial_close(&one);
        ev_partial_close(&two);
        CHECK(count.blocks == 0);
    }
    CHECK(done && failed > 50);
}

/* ---- periods ---- */

/* Adds rows whose only key is `plants`, with these periods. */
static ev_result add_periods(const ev_column *when, const ev_column *within,
                             const ev_frequency *freq, ptrdiff_t rows, ev_place *place,
                             int32_t *least, int32_t *most)
{
    const ev_column plant = column_of(EV_COL_I64, plants);
    const ev_column *keys[] = {&plant};
    const ev_batch_columns batch = {keys, when, within, freq, NULL, 0};
    counting count;
    const ev_memory memory = counting_memory(&count);
    ev_partial partial;
    CHECK(ev_partial_open(&partial, &memory, 1, 0, ADDED, EV_BASELINE) == EV_DONE);
    const ev_result result = ev_partial_add(&partial, &batch, 0, rows, place);
    *least = (int32_t)partial.ledger.cells.least_b;
    *most = (int32_t)partial.ledger.cells.most_b;
    ev_partial_close(&partial);
    CHECK(count.blocks == 0);
    return result;
}

static void ordinals_are_integers(void)
{
    static const int64_t ordinals[] = {-7, 0, 5, 9};
    static const int64_t far[] = {INT32_MIN, INT32_MAX, (int64_t)INT32_MAX + 1, 0};
    static const uint8_t all[] = {0x0f}, holes[] = {0x0b};
    ev_column when = {.type = EV_COL_I64, .length = 4, .data = ordinals};
    ev_place place;
    int32_t least = 0, most = 0;
    CHECK(add_periods(&when, NULL, NULL, 4, &place, &least, &most) == EV_DONE);
    CHECK(least == -7 && most == 9);
    when.valid = all;
    CHECK(add_periods(&when, NULL, NULL, 4, &place, &least, &most) == EV_DONE);
    when.valid = holes;
    CHECK(add_periods(&when, NULL, NULL, 4, &place, &least, &most) == EV_BAD_VALUE);
    CHECK(place.part == EV_OF_PERIOD && place.row == 2);
    when = (ev_column){.type = EV_COL_I64, .length = 4, .data = far};
    CHECK(add_periods(&when, NULL, NULL, 2, &place, &least, &most) == EV_DONE);
    CHECK(least == INT32_MIN && most == INT32_MAX);
    CHECK(add_periods(&when, NULL, NULL, 4, &place, &least, &most) == EV_RANGE);
    CHECK(place.part == EV_OF_PERIOD && place.row == 2);
    when.type = EV_COL_F64;
    CHECK(add_periods(&when, NULL, NULL, 4, &place, &least, &most) == EV_BAD_FORMAT);
    CHECK(place.part == EV_OF_PERIOD && place.row == -1);
    const ev_column words = {.type = EV_COL_I64, .length = 4, .data = ordinals};
    const ev_column coded = {.type = EV_COL_I8, .length = 4, .data = all,
                             .dictionary = &words};
    CHECK(add_periods(&coded, NULL, NULL, 1, &place, &least, &most) == EV_BAD_FORMAT);
    CHECK(place.part == EV_OF_PERIOD && place.row == -1);
}

/* Years beside months, as text and coded. */
static void years_beside_months(void)
{
    static const char years[] = "202420252025";
    static const int32_t ends[] = {0, 4, 8, 12};
    static const int8_t year_codes[] = {0, 1, 2}, months[] = {12, 1, 3};
    const ev_column text = {.type = EV_COL_TEXT, .length = 3, .data = years,
                            .offsets = ends};
    const ev_column coded = {.type = EV_COL_I8, .length = 3, .data = year_codes,
                             .dictionary = &text};
    const ev_column within = {.type = EV_COL_I8, .length = 3, .data = months};
    ev_place place;
    int32_t least = 0, most = 0;
    CHECK(add_periods(&text, &within, &MONTH, 3, &place, &least, &most) == EV_DONE);
    CHECK(least == 659 && most == 662);
    CHECK(add_periods(&coded, &within, &MONTH, 3, &place, &least, &most) == EV_DONE);
    CHECK(least == 659 && most == 662);
}

/* ---- measures ---- */

static void only_compared_measures_may_be_dates(void)
{
    static const struct {
        ev_column_type type;
        int coded;
        ev_result result;
    } types[] = {{EV_COL_DATE32, 0, EV_DONE},      {EV_COL_TIME_NS, 0, EV_DONE},
                 {EV_COL_DATE32, 1, EV_BAD_FORMAT}, {EV_COL_TEXT, 0, EV_BAD_FORMAT},
                 {EV_COL_DECIMAL128, 0, EV_BAD_FORMAT}};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        for (int only = 0; only < 2; only++) {
            const ev_column plant = column_of(EV_COL_I64, plants);
            const ev_column when = column_of(EV_COL_I32, codes);
            ev_column words = column_of(types[i].type, units), code = when;
            words.scale = 39; /* too many places for a decimal */
            code.dictionary = &words;
            const ev_column *keys[] = {&plant};
            const ev_column *measures[] = {types[i].coded ? &code : &words};
            const ev_batch_columns batch = {keys, &when, NULL, NULL, measures, 0};
            counting count;
            const ev_memory memory = counting_memory(&count);
            ev_partial partial;
            ev_place place;
            CHECK(ev_partial_open(&partial, &memory, 1, 1, ADDED, EV_BASELINE) == EV_DONE);
            CHECK(ev_partial_find_repeats(&partial, 10, only) == EV_DONE);
            CHECK(ev_partial_add(&partial, &batch, 0, 2, &place) ==
                  (only ? types[i].result : EV_BAD_FORMAT));
            ev_partial_close(&partial);
            CHECK(count.blocks == 0);
        }
    }
}

/* An infinity in the second measure. */
static void bad_measures_are_named(void)
{
    static double numbers[ROWS];
    const ev_column plant = column_of(EV_COL_I64, plants);
    const ev_column when = column_of(EV_COL_I32, codes);
    const ev_column unit = column_of(EV_COL_I64, units);
    const ev_column number = column_of(EV_COL_F64, numbers);
    const ev_column *keys[] = {&plant}, *measures[] = {&unit, &number};
    const ev_batch_columns batch = {keys, &when, NULL, NULL, measures, 0};
    counting count;
    const ev_memory memory = counting_memory(&count);
    ev_partial partial;
    ev_place place;
    numbers[4321] = numbers[4322] = INFINITY;
    CHECK(ev_partial_open(&partial, &memory, 1, 2, ADDED, EV_BASELINE) == EV_DONE);
    CHECK(ev_partial_add(&partial, &batch, 5, ROWS - 5, &place) == EV_BAD_VALUE);
    CHECK(place.part == EV_OF_MEASURE && place.which == 1 && place.row == 4321);
    ev_partial_close(&partial);
    CHECK(count.blocks == 0);
}

/* ---- merging ---- */

static void partials_must_agree(void)
{
    static const int64_t decimals[2 * ROWS];
    const ev_column plant = column_of(EV_COL_I64, plants);
    const ev_column when = column_of(EV_COL_I32, codes);
    const ev_column unit = column_of(EV_COL_I64, units);
    const ev_column decimal = column_of(EV_COL_DECIMAL128, decimals);
    ev_column name = column_of(EV_COL_TEXT, names);
    name.offsets = name_ends;
    const ev_column *keys[][2] = {{&plant, &plant}, {&plant, &name}, {&plant, &plant}};
    const ev_column *measures[][2] = {{&unit, &unit}, {&unit, &unit}, {&decimal, &unit}};
    counting count;
    const ev_memory memory = counting_memory(&count);
    ev_partial parts[3];
    ev_place place;
    for (int k = 0; k < 3; k++) {
        const ev_batch_columns batch = {keys[k], &when, NULL, NULL, measures[k], 0};
        CHECK(ev_partial_open(&parts[k], &memory, 2, 2, ADDED, EV_BASELINE) == EV_DONE);
        CHECK(ev_partial_add(&parts[k], &batch, 0, ROWS, &place) == EV_DONE);
    }
    CHECK(ev_partial_merge(&parts[0], &parts[1], &place) == EV_BAD_FORMAT);
    CHECK(place.part == EV_OF_KEY && place.which == 1 && place.row == -1);
    CHECK(ev_partial_merge(&parts[0], &parts[2], &place) == EV_BAD_FORMAT);
    CHECK(place.part == EV_OF_MEASURE && place.which == 0 && place.row == -1);
    for (int k = 0; k < 3; k++) {
        ev_partial_close(&parts[k]);
    }
    CHECK(count.blocks == 0);
}

int main(void)
{
    fill_table();
    memory_fails_anywhere(ADDED);
    memory_fails_anywhere((ev_row_rule){EV_IDENTICAL, 1, 1});
    ordinals_are_integers();
    years_beside_months();
    only_compared_measures_may_be_dates();
    bad_measures_are_named();
    partials_must_agree();
    return finish();
}
