/* Rows into the cells of a ledger, by its rule for duplicates. */
#include "base/memory.h"
#include "table/ledger.h"

/* ---- one cell ---- */

static void two_smallest(int64_t *first, int64_t *second, int64_t row)
{
    if (row != 0 && (*first == 0 || row < *first)) {
        *second = *first;
        *first = row;
    }
    else if (row != 0 && (*second == 0 || row < *second)) {
        *second = row;
    }
}

static ev_result track(ev_extras *extras, ptrdiff_t number, int64_t a, int64_t b)
{
    int64_t first = ev_extra_get(extras, number, EV_EXTRA_FIRST);
    int64_t second = ev_extra_get(extras, number, EV_EXTRA_SECOND);
    two_smallest(&first, &second, a);
    two_smallest(&first, &second, b);
    const int failed = ev_extra_set(extras, number, EV_EXTRA_FIRST, first) ||
                       ev_extra_set(extras, number, EV_EXTRA_SECOND, second);
    return failed ? EV_NO_MEMORY : EV_DONE;
}

static ev_result add_all(ev_ledger *ledger, uint32_t number, const ev_cell_rows *rows,
                         const ev_cell_sum *restrict sums)
{
    ev_result result = ledger->rule.tracks
                           ? track(&ledger->extras, number, rows->first, rows->second)
                           : EV_DONE;
    for (int k = 0; k < ledger->measures && result == EV_DONE; k++) {
        result = ev_ledger_add_sum(ledger, number, k, &sums[k]);
    }
    ev_ledger_cell(ledger, number)->rows += rows->count;
    return result;
}

static ev_result add_last(ev_ledger *ledger, uint32_t number, const ev_cell_rows *rows,
                          const ev_cell_sum *restrict sums)
{
    ev_cell *cell = ev_ledger_cell(ledger, number);
    const int newer = rows->last > ev_extra_get(&ledger->extras, number, EV_EXTRA_LAST);
    ev_result result =
        newer ? ev_extra_set(&ledger->extras, number, EV_EXTRA_LAST, rows->last)
              : EV_DONE;
    for (int k = 0; k < ledger->measures && result == EV_DONE; k++) {
        ev_cell_sum sum = newer ? sums[k] : ev_ledger_sum(ledger, number, k);
        sum.uncounted += newer ? cell->rows : rows->count;
        result = ev_ledger_set_sum(ledger, number, k, &sum);
    }
    cell->rows += rows->count;
    return result;
}

/* Whether the one row that counts in a cell equals the one that counts in `sums`. */
static int same_row(const ev_ledger *ledger, ptrdiff_t number, const ev_cell_rows *rows,
                    const ev_cell_sum *restrict sums)
{
    const ev_cell *cell = ev_ledger_cell(ledger, number);
    int same = 1;
    for (int k = 0; k < ledger->measures && same; k++) {
        const ev_cell_sum held = ev_ledger_sum(ledger, number, k);
        same = ev_wide_equal(held.total.sum, sums[k].total.sum) &&
               held.total.fine == sums[k].total.fine &&
               (held.uncounted < cell->rows) == (sums[k].uncounted < rows->count);
    }
    return same;
}

/* Different rows of a cell are kept in items of their own, chained by EV_EXTRA_NEXT,
 * until ev_ledger_finish. */
static ev_result add_once(ev_ledger *ledger, uint32_t number, const ev_cell_rows *rows,
                          const ev_cell_sum *restrict sums)
{
    ev_extras *extras = &ledger->extras;
    ev_cell *cell = ev_ledger_cell(ledger, number);
    ev_result result = EV_DONE;
    uint32_t at = number;
    int same = cell->rows > 0 && same_row(ledger, at, rows, sums);
    while (cell->rows > 0 && !same && ev_extra_get(extras, at, EV_EXTRA_NEXT) != 0) {
        at = (uint32_t)ev_extra_get(extras, at, EV_EXTRA_NEXT);
        same = same_row(ledger, at, rows, sums);
    }
    if (cell->rows > 0 && !same) {
        uint32_t fresh = 0;
        result = ev_cells_append(&ledger->cells, cell->key, &fresh);
        if (result == EV_DONE) {
            result = ev_extra_set(extras, at, EV_EXTRA_NEXT, fresh);
        }
        at = fresh;
    }
    /* Equal rows are one: only the first of them is tracked. */
    const int64_t first = ev_extra_get(extras, at, EV_EXTRA_FIRST);
    if (result == EV_DONE && (first == 0 || rows->first < first)) {
        result = ev_extra_set(extras, at, EV_EXTRA_FIRST, rows->first);
    }
    for (int k = 0; k < ledger->measures && result == EV_DONE; k++) {
        ev_cell_sum sum = sums[k];
        if (same) {
            sum = ev_ledger_sum(ledger, at, k);
            sum.uncounted += rows->count;
        }
        result = ev_ledger_set_sum(ledger, at, k, &sum);
    }
    if (result == EV_DONE) {
        ev_ledger_cell(ledger, at)->rows += rows->count;
    }
    return result;
}

ev_result ev_ledger_add_cell(ev_ledger *ledger, uint32_t number,
                             const ev_cell_rows *rows, const ev_cell_sum *restrict sums)
{
    return ledger->rule.duplicates == EV_ADD    ? add_all(ledger, number, rows, sums)
           : ledger->rule.duplicates == EV_LAST ? add_last(ledger, number, rows, sums)
                                           : add_once(ledger, number, rows, sums);
}

/* ---- rows ---- */

/* The inner loop of the engine; `measures` is a constant where it is inlined. */
EV_INLINE ev_result add_sums(ev_ledger *ledger, const uint32_t *restrict numbers,
                             ptrdiff_t n, const ev_values *restrict values,
                             int measures)
{
    ev_result result = EV_DONE;
    for (ptrdiff_t i = 0; i < n; i++) {
        ev_cell *cell = ev_ledger_cell(ledger, numbers[i]);
        if (i + EV_AHEAD < n) {
            ev_cells_fetch(&ledger->cells, numbers[i + EV_AHEAD]);
        }
        cell->rows++;
        for (int k = 0; k < measures; k++) {
            if (EV_UNLIKELY(ev_ledger_add_words(ledger, numbers[i], k, &cell->sums[k],
                                                values[k].sum[i]) != EV_DONE)) {
                result = EV_NO_MEMORY;
            }
        }
    }
    return result;
}

static ev_result add_all_sums(ev_ledger *ledger, const uint32_t *restrict numbers,
                              ptrdiff_t n, const ev_values *restrict values)
{
    const int measures = ledger->measures;
    return measures == 1   ? add_sums(ledger, numbers, n, values, 1)
           : measures == 2 ? add_sums(ledger, numbers, n, values, 2)
           : measures == 3 ? add_sums(ledger, numbers, n, values, 3)
                           : add_sums(ledger, numbers, n, values, measures);
}

/* Fine part and null of row i of a block, without its 128 bits. */
EV_INLINE ev_cell_sum rest_of(const ev_values *restrict values, ptrdiff_t i)
{
    const ev_cell_sum rest = {.total = {.fine = values->has_fine ? values->fine[i] : 0},
                              .uncounted = values->has_null ? values->null[i] : 0};
    return rest;
}

/* The fine parts and nulls of one measure, which the inner loop left out. */
static ev_result add_rest(ev_ledger *ledger, const uint32_t *restrict numbers,
                          ptrdiff_t n, const ev_values *restrict values, int measure)
{
    ev_result result = EV_DONE;
    for (ptrdiff_t i = 0; i < n && result == EV_DONE; i++) {
        const ev_cell_sum rest = rest_of(values, i);
        if (rest.total.fine != 0 || rest.uncounted != 0) {
            result = ev_ledger_add_sum(ledger, numbers[i], measure, &rest);
        }
    }
    return result;
}

/* Whether row i of a block has no value in any measure. */
EV_INLINE int is_all_null(const ev_values *restrict values, int measures, ptrdiff_t i)
{
    int null = 1;
    for (int k = 0; k < measures && null; k++) {
        null = values[k].has_null && values[k].null[i];
    }
    return null;
}

static ev_result add_row_by_row(ev_ledger *ledger, const uint32_t *restrict numbers,
                                ptrdiff_t n, const ev_values *restrict values,
                                int64_t first_row)
{
    const ev_memory *memory = &ledger->cells.memory;
    ev_cell_sum *sums = ev_take(memory, ledger->measures, sizeof *sums);
    ev_result result = sums == NULL ? EV_NO_MEMORY : EV_DONE;
    for (ptrdiff_t i = 0; i < n && result == EV_DONE; i++) {
        if (ledger->rule.skips_nulls && is_all_null(values, ledger->measures, i)) {
            continue;
        }
        const int64_t row = first_row + i + 1;
        const ev_cell_rows rows = {.count = 1, .first = row, .last = row};
        for (int k = 0; k < ledger->measures; k++) {
            sums[k] = rest_of(&values[k], i);
            sums[k].total.sum = ev_join_words(values[k].sum[i]);
        }
        result = ev_ledger_add_cell(ledger, numbers[i], &rows, sums);
    }
    ev_give(memory, sums);
    return result;
}

/* Whether a block has rows that are not rows: rows without any value. */
static int has_skipped(const ev_ledger *ledger, const ev_values *restrict values,
                       ptrdiff_t n)
{
    int skipped = 0;
    for (ptrdiff_t i = 0; ledger->rule.skips_nulls && i < n && !skipped; i++) {
        skipped = is_all_null(values, ledger->measures, i);
    }
    return skipped;
}

ev_result ev_ledger_add_rows(ev_ledger *ledger, const uint32_t *restrict numbers,
                             ptrdiff_t n, const ev_values *restrict values,
                             int64_t first_row)
{
    ev_result result = EV_DONE;
    if (ledger->rule.duplicates != EV_ADD || ledger->rule.tracks ||
        has_skipped(ledger, values, n)) {
        result = add_row_by_row(ledger, numbers, n, values, first_row);
    }
    else {
        result = add_all_sums(ledger, numbers, n, values);
        for (int k = 0; k < ledger->measures && result == EV_DONE; k++) {
            if (values[k].has_fine || values[k].has_null) {
                result = add_rest(ledger, numbers, n, &values[k], k);
            }
        }
    }
    return result;
}

/* ---- after the last row ---- */

/* Gives an item another number of rows; how many count does not change. */
static ev_result set_rows(ev_ledger *ledger, ptrdiff_t number, int64_t rows)
{
    ev_cell *cell = ev_ledger_cell(ledger, number);
    ev_result result = EV_DONE;
    for (int k = 0; k < ledger->measures && result == EV_DONE; k++) {
        ev_cell_sum sum = ev_ledger_sum(ledger, number, k);
        sum.uncounted += rows - cell->rows;
        result = ev_ledger_set_sum(ledger, number, k, &sum);
    }
    cell->rows = rows;
    return result;
}

/* Exchanges the rows of two items. */
static ev_result swap_items(ev_ledger *ledger, ptrdiff_t a, ptrdiff_t b)
{
    ev_extras *extras = &ledger->extras;
    const int64_t first = ev_extra_get(extras, a, EV_EXTRA_FIRST);
    const int64_t rows = ev_ledger_cell(ledger, a)->rows;
    int failed = 0;
    /* Takes no memory: both have a first row. */
    (void)ev_extra_set(extras, a, EV_EXTRA_FIRST, ev_extra_get(extras, b, EV_EXTRA_FIRST));
    (void)ev_extra_set(extras, b, EV_EXTRA_FIRST, first);
    for (int k = 0; k < ledger->measures && !failed; k++) {
        const ev_cell_sum one = ev_ledger_sum(ledger, a, k);
        const ev_cell_sum two = ev_ledger_sum(ledger, b, k);
        failed = ev_ledger_set_sum(ledger, a, k, &two) ||
                 ev_ledger_set_sum(ledger, b, k, &one);
    }
    ev_ledger_cell(ledger, a)->rows = ev_ledger_cell(ledger, b)->rows;
    ev_ledger_cell(ledger, b)->rows = rows;
    return failed ? EV_NO_MEMORY : EV_DONE;
}

/* Of the different rows of a cell, the first goes to its item, which gets all rows, and
 * the second is the next in its chain. */
static ev_result settle_chain(ev_ledger *ledger, ptrdiff_t head)
{
    ev_extras *extras = &ledger->extras;
    ev_result result = EV_DONE;
    ptrdiff_t first = head, second = -1;
    int64_t rows = ev_ledger_cell(ledger, head)->rows;
    for (ptrdiff_t at = (ptrdiff_t)ev_extra_get(extras, head, EV_EXTRA_NEXT); at != 0;
         at = (ptrdiff_t)ev_extra_get(extras, at, EV_EXTRA_NEXT)) {
        const int64_t row = ev_extra_get(extras, at, EV_EXTRA_FIRST);
        if (row < ev_extra_get(extras, first, EV_EXTRA_FIRST)) {
            second = first;
            first = at;
        }
        else if (second < 0 || row < ev_extra_get(extras, second, EV_EXTRA_FIRST)) {
            second = at;
        }
        rows += ev_ledger_cell(ledger, at)->rows;
    }
    if (first != head) {
        result = swap_items(ledger, head, first);
        second = second == head ? first : second;
    }
    for (ptrdiff_t at = (ptrdiff_t)ev_extra_get(extras, head, EV_EXTRA_NEXT);
         at != 0 && result == EV_DONE;
         at = (ptrdiff_t)ev_extra_get(extras, at, EV_EXTRA_NEXT)) {
        result = set_rows(ledger, at, 0);
    }
    if (result == EV_DONE) {
        result = set_rows(ledger, head, rows);
    }
    if (result == EV_DONE) {
        (void)ev_extra_set(extras, head, EV_EXTRA_NEXT, second); /* it has a next one */
        result = ev_extra_set(extras, head, EV_EXTRA_SECOND,
                              ev_extra_get(extras, second, EV_EXTRA_FIRST));
    }
    return result;
}

ev_result ev_ledger_finish(ev_ledger *ledger)
{
    ev_result result = EV_DONE;
    ev_cells_close_index(&ledger->cells);
    if (ev_extras_has(&ledger->extras, EV_EXTRA_NEXT)) {
        for (ptrdiff_t i = 0; i < ledger->cells.count && result == EV_DONE; i++) {
            if (ev_ledger_cell(ledger, i)->rows > 0 &&
                ev_extra_get(&ledger->extras, i, EV_EXTRA_NEXT) != 0) {
                result = settle_chain(ledger, i);
            }
        }
    }
    return result;
}

ev_repeat ev_ledger_repeat(const ev_ledger *ledger)
{
    const ev_extras *extras = &ledger->extras;
    ev_repeat repeat = {-1, -1, 0, 0, {0, 0}};
    int64_t least = 0;
    for (ptrdiff_t i = 0; i < ledger->cells.count; i++) {
        const int64_t second = ev_extra_get(extras, i, EV_EXTRA_SECOND);
        if (second != 0 && (least == 0 || second < least)) {
            const ev_cell *cell = ev_ledger_cell(ledger, i);
            const int64_t next = ev_extra_get(extras, i, EV_EXTRA_NEXT);
            least = second;
            repeat = (ev_repeat){.first = ev_extra_get(extras, i, EV_EXTRA_FIRST) - 1,
                                 .second = second - 1,
                                 .series = cell->key.a,
                                 .ordinal = cell->key.b,
                                 .items = {i, (ptrdiff_t)next}};
        }
    }
    return repeat;
}
