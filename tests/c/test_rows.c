/* Row numbers by group and period. */
#include <math.h>

#include "engine.h"
#include "threads.h"
#include "table/rows.h"

enum { GROUPS = 50, PERIODS = 20, ROWS = GROUPS * PERIODS };

/* The parts overlap nothing, and are run at the same time. */
static void run_stage(void *job, int part)
{
    ev_rows_run(job, part_start(ROWS, part), part_start(ROWS, part + 1));
}

static ev_result make(ev_rows *rows, const ev_memory *memory, const int64_t *groups,
                      const int64_t *ordinals, ev_rows_repeat *repeat)
{
    static ev_column column;
    static const ev_column *columns[] = {&column};
    column = (ev_column){.type = EV_COL_I64, .length = ROWS, .data = groups};
    int more = 1, which = -1;
    ev_key_place place;
    ev_result result = ev_rows_open(rows, memory, columns, 1, ordinals, ROWS);
    while (result == EV_DONE && more) {
        run_together(run_stage, rows);
        result = ev_rows_next(rows, &more, &which, &place, repeat);
    }
    return result;
}

/* Every row as its own base, asked by all threads. */
static void ask_for_itself(void *job, int part)
{
    static const ev_lag none = {{EV_MONTH, 0}, 0, 0, 0};
    int32_t base[ROWS], group[ROWS];
    const ptrdiff_t start = part_start(ROWS, part), stop = part_start(ROWS, part + 1);
    ev_rows_base(job, &none, start, stop, base);
    ev_rows_groups(job, start, stop, group);
    for (ptrdiff_t i = start; i < stop; i++) {
        CHECK(base[i - start] == i && group[i - start] < GROUPS);
    }
}

/* Each (group, period) once, in random order; step and stretch select the tables. */
static void bases_are_correct(int64_t step, int64_t stretch)
{
    static int64_t groups[ROWS], ordinals[ROWS];
    static int32_t where[GROUPS][PERIODS], base[ROWS], group[ROWS];
    static double values[ROWS];
    uint64_t state = 7;
    for (int i = 0; i < ROWS; i++) {
        const int j = (int)(next_random(&state) % (uint64_t)(i + 1));
        groups[i] = groups[j];
        ordinals[i] = ordinals[j];
        groups[j] = i / PERIODS * step - 5;
        ordinals[j] = (i % PERIODS - 3) * stretch;
    }
    for (int i = 0; i < ROWS; i++) {
        where[(groups[i] + 5) / step][ordinals[i] / stretch + 3] = i;
        values[i] = (double)ordinals[i];
    }
    for (long left = -1; left < 12; left++) {
        counting count;
        const ev_memory memory = counting_memory(&count);
        ev_rows rows;
        ev_rows_repeat repeat;
        count.left = left;
        const ev_result result = make(&rows, &memory, groups, ordinals, &repeat);
        CHECK(result == EV_DONE || (left >= 0 && result == EV_NO_MEMORY));
        for (int lag = -PERIODS - 2; lag < PERIODS + 2 && result == EV_DONE; lag++) {
            const ev_lag periods = {{EV_MONTH, 0}, 0, lag * stretch, 0};
            ev_rows_base(&rows, &periods, 0, ROWS, base);
            for (int i = 0; i < ROWS; i++) {
                const int64_t period = ordinals[i] / stretch + 3 - lag;
                const int inside = period >= 0 && period < PERIODS;
                const int64_t at = (groups[i] + 5) / step;
                CHECK(base[i] == (inside ? where[at][period] : -1));
            }
        }
        if (result == EV_DONE) {
            int64_t first[GROUPS], last[GROUPS];
            CHECK(rows.group_count == GROUPS);
            run_together(ask_for_itself, &rows);
            ev_rows_groups(&rows, 0, ROWS, group);
            ev_rows_presence(&rows, values, 0, GROUPS, first, last);
            for (int i = 0; i < ROWS; i++) {
                CHECK(first[group[i]] == -3 * stretch);
                CHECK(last[group[i]] == (PERIODS - 4) * stretch);
            }
        }
        ev_rows_close(&rows);
        CHECK(count.blocks == 0);
    }
    /* A repeated pair. */
    counting count;
    const ev_memory memory = counting_memory(&count);
    ev_rows rows;
    ev_rows_repeat repeat = {-1, -1};
    groups[800] = groups[31];
    ordinals[800] = ordinals[31];
    CHECK(make(&rows, &memory, groups, ordinals, &repeat) == EV_DUPLICATE);
    CHECK(repeat.first == 31 && repeat.second == 800);
    ev_rows_close(&rows);
    CHECK(count.blocks == 0);
}

/* The arrays change between the stages, as if another thread wrote to them. */
static void changed_arrays_stay_inside(int64_t step, int64_t stretch)
{
    static int64_t groups[ROWS], ordinals[ROWS];
    static int32_t base[ROWS], group[ROWS];
    static double values[ROWS];
    static int64_t first[ROWS], last[ROWS];
    const ev_column column = {.type = EV_COL_I64, .length = ROWS, .data = groups};
    const ev_column *columns[] = {&column};
    for (uint64_t state = 1; state < 200; state++) {
        counting count;
        const ev_memory memory = counting_memory(&count);
        uint64_t random = state;
        ev_rows rows;
        ev_rows_repeat repeat;
        ev_key_place place;
        int more = 1, which = -1;
        for (int i = 0; i < ROWS; i++) {
            groups[i] = i / PERIODS * step;
            ordinals[i] = i % PERIODS * stretch;
        }
        ev_result result = ev_rows_open(&rows, &memory, columns, 1, ordinals, ROWS);
        while (result == EV_DONE && more) {
            ev_rows_run(&rows, 0, ROWS);
            for (int k = 0; k < 3; k++) {
                const int64_t number = (int64_t)next_random(&random);
                groups[next_random(&random) % ROWS] = number >> next_random(&random) % 64;
                ordinals[next_random(&random) % ROWS] = number >> next_random(&random) % 64;
            }
            result = ev_rows_next(&rows, &more, &which, &place, &repeat);
        }
        if (result == EV_DONE) {
            const ev_lag lag = {{EV_MONTH, 0}, 0, stretch, 0};
            ev_rows_base(&rows, &lag, 0, ROWS, base);
            ev_rows_groups(&rows, 0, ROWS, group);
            CHECK(rows.group_count <= ROWS);
            ev_rows_presence(&rows, values, 0, rows.group_count, first, last);
            for (int i = 0; i < ROWS; i++) {
                CHECK(base[i] >= -1 && base[i] < ROWS);
                CHECK(group[i] >= 0 && group[i] < rows.group_count);
            }
        }
        ev_rows_close(&rows);
        CHECK(count.blocks == 0);
    }
}

/* ---- single stages ---- */

/* All stages in turn, one range. */
static ev_result run_all(ev_rows *rows, const ev_memory *memory,
                         const ev_column *const *columns, const int64_t *ordinals,
                         ptrdiff_t count, int *which)
{
    ev_key_place place;
    ev_rows_repeat repeat;
    int more = 1;
    ev_result result = ev_rows_open(rows, memory, columns, 1, ordinals, count);
    while (result == EV_DONE && more) {
        ev_rows_run(rows, 0, count);
        result = ev_rows_next(rows, &more, which, &place, &repeat);
    }
    return result;
}

static void limits_of_rows_and_periods(void)
{
    static const int64_t groups[] = {1, 2, 3};
    static const int64_t far[][3] = {{0, 1, (int64_t)INT32_MAX + 1},
                                     {0, (int64_t)INT32_MIN - 1, 1}};
    const ev_column column = {.type = EV_COL_I64, .length = 3, .data = groups};
    const ev_column *columns[] = {&column};
    counting count;
    const ev_memory memory = counting_memory(&count);
    ev_rows rows;
    int which = 7;
    CHECK(ev_rows_open(&rows, &memory, columns, 1, NULL, INT32_MAX) == EV_RANGE);
    ev_rows_close(&rows);
    for (int k = 0; k < 2; k++) {
        CHECK(run_all(&rows, &memory, columns, far[k], 3, &which) == EV_RANGE);
        CHECK(which == -1);
        ev_rows_close(&rows);
    }
    CHECK(count.blocks == 0);
}

/* Integers that are all null are one group; when all is done, another stage does
 * nothing. */
static void only_nulls_are_one_group(void)
{
    static const int64_t groups[] = {5, 6, 7}, ordinals[] = {0, 1, 2};
    static const uint8_t none[] = {0};
    const ev_column column = {.type = EV_COL_I64, .length = 3, .data = groups,
                              .valid = none};
    const ev_column *columns[] = {&column};
    const ev_lag lag = {{EV_MONTH, 0}, 0, 1, 0};
    counting count;
    const ev_memory memory = counting_memory(&count);
    ev_rows rows;
    ev_rows_repeat repeat;
    ev_key_place place;
    int32_t base[3];
    int which, more = 1;
    CHECK(run_all(&rows, &memory, columns, ordinals, 3, &which) == EV_DONE);
    CHECK(rows.group_count == 1);
    ev_rows_run(&rows, 0, 3);
    CHECK(ev_rows_next(&rows, &more, &which, &place, &repeat) == EV_DONE && !more);
    ev_rows_base(&rows, &lag, 0, 3, base);
    CHECK(base[0] == -1 && base[1] == 0 && base[2] == 1);
    ev_rows_close(&rows);
    CHECK(count.blocks == 0);
}

/* A value that was not there when the bitmap was marked gets the last group. */
static void late_values_get_the_last_group(void)
{
    enum { N = 64 };
    static int64_t groups[N], ordinals[N];
    const ev_column column = {.type = EV_COL_I64, .length = N, .data = groups};
    const ev_column *columns[] = {&column};
    counting count;
    const ev_memory memory = counting_memory(&count);
    ev_rows rows;
    ev_rows_repeat repeat;
    ev_key_place place;
    int32_t group[N];
    int more = 1, which;
    for (int i = 0; i < N; i++) {
        groups[i] = i < 4 ? i : 0;
        ordinals[i] = i;
    }
    CHECK(ev_rows_open(&rows, &memory, columns, 1, ordinals, N) == EV_DONE);
    while (more) {
        const int marks = rows.stage == EV_ROWS_MARK;
        groups[3] = marks ? 0 : 3; /* as if another thread wrote to it */
        ev_rows_run(&rows, 0, N);
        groups[3] = 3;
        CHECK(ev_rows_next(&rows, &more, &which, &place, &repeat) == EV_DONE);
    }
    ev_rows_groups(&rows, 0, N, group);
    CHECK(rows.group_count == 3 && group[1] == 1 && group[2] == 2 && group[3] == 2);
    ev_rows_close(&rows);
    CHECK(count.blocks == 0);
}

/* Months before dates, over more days than rows or than a table of them holds; and groups
 * in ranges, values or not. */
static void bases_far_apart(int64_t stretch)
{
    enum { N = 100 };
    static int64_t groups[N], ordinals[N], first[2], last[2];
    static double values[N];
    static int32_t base[N];
    const ev_column column = {.type = EV_COL_I64, .length = N, .data = groups};
    const ev_column *columns[] = {&column};
    const ev_lag years[] = {{{EV_DAY, 0}, 12, 0, 0}, {{EV_DAY, 0}, -12, 0, 0}};
    const ev_lag beyond[] = {{{EV_DAY, 0}, 0, INT64_C(1) << 40, 0},
                             {{EV_DAY, 0}, 0, -(INT64_C(1) << 40), 0},
                             {{EV_DAY, 0}, 0, UINT32_MAX, 0},
                             {{EV_DAY, 0}, 0, -(int64_t)UINT32_MAX, 0}};
    counting count;
    const ev_memory memory = counting_memory(&count);
    ev_rows rows;
    int which;
    for (int i = 0; i < N; i++) { /* 1970-01-01, 1971-01-01, and then other days */
        groups[i] = i % 2 * stretch;
        ordinals[i] = i < 4 ? i / 2 * 365 : 1000 + (i / 2) * stretch;
        values[i] = i == 0 ? (double)NAN : 1.0;
    }
    CHECK(run_all(&rows, &memory, columns, ordinals, N, &which) == EV_DONE);
    for (int k = 0; k < 2; k++) {
        ev_rows_base(&rows, &years[k], 0, N, base);
        CHECK(base[k == 0 ? 2 : 0] == (k == 0 ? 0 : 2) && base[k == 0 ? 0 : 2] == -1);
    }
    for (int k = 0; k < 4; k++) {
        ev_rows_base(&rows, &beyond[k], 0, N, base);
        int found = 0;
        for (int i = 0; i < N; i++) {
            found += base[i] >= 0;
        }
        CHECK(found == 0);
    }
    for (int g = 0; g < 2; g++) {
        ev_rows_presence(&rows, values, g, g + 1, first, last);
        CHECK(first[0] == (g == 0 ? 365 : 0) && last[0] == 1000 + (N / 2 - 1) * stretch);
    }
    ev_rows_close(&rows);
    CHECK(count.blocks == 0);
}

/* Groups and periods whose grid has more places than 32 bits count; and a year before
 * any of more days than a table of them holds. */
static void wide_grids(void)
{
    enum { N = 1000, STEP = 5 };
    static int64_t groups[N], ordinals[N];
    static int32_t base[N];
    const ev_column column = {.type = EV_COL_I64, .length = N, .data = groups};
    const ev_column *columns[] = {&column};
    const ev_lag whole = {{EV_DAY, 0}, 0, UINT32_MAX, 0}, year = {{EV_DAY, 0}, 12, 0, 0};
    counting count;
    const ev_memory memory = counting_memory(&count);
    ev_rows rows;
    int which;
    for (int i = 0; i < N; i++) {
        groups[i] = i / 2;
        ordinals[i] = i % 2 == 0 ? INT32_MIN : INT32_MAX;
    }
    CHECK(run_all(&rows, &memory, columns, ordinals, N, &which) == EV_DONE);
    CHECK(rows.grid == NULL && rows.group_count == N / 2);
    ev_rows_base(&rows, &whole, 0, N, base);
    for (int i = 0; i < N; i++) {
        CHECK(base[i] == (i % 2 == 0 ? -1 : i - 1));
    }
    ev_rows_close(&rows);
    for (int i = 0; i < N; i++) {
        groups[i] = 0;
        ordinals[i] = i * STEP;
    }
    CHECK(run_all(&rows, &memory, columns, ordinals, N, &which) == EV_DONE);
    CHECK(rows.grid != NULL);
    ev_rows_base(&rows, &year, 0, N, base);
    CHECK(base[0] == -1 && base[365 / STEP] == 0 && base[730 / STEP] == 365 / STEP);
    CHECK(base[800 / STEP] == -1); /* 29 February 1972 lies between */
    ev_rows_close(&rows);
    CHECK(count.blocks == 0);
}

int main(void)
{
    wide_grids();
    limits_of_rows_and_periods();
    only_nulls_are_one_group();
    late_values_get_the_last_group();
    bases_far_apart(1);
    bases_far_apart(7);
    bases_far_apart(20000);
    changed_arrays_stay_inside(1, 1);
    changed_arrays_stay_inside(1, 100000);
    changed_arrays_stay_inside(INT64_C(1) << 40, 1);
    bases_are_correct(1, 1);
    bases_are_correct(7, 1);
    bases_are_correct(INT64_C(1) << 40, 1);
    bases_are_correct(3, 1000);
    bases_are_correct(INT64_C(1) << 40, 100000);
    return finish();
}
