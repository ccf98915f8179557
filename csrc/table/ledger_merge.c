#include "base/memory.h"
#include "table/ledger.h"

/* Whether the cells of `from` can be added word by word: no extras, no other scale. */
static int adds_plainly(const ev_ledger *into, const ev_ledger *from)
{
    int plain = into->rule.duplicates == EV_ADD && !into->rule.tracks;
    for (int k = 0; k < from->measures && plain; k++) {
        plain = into->scales[k].grain == from->scales[k].grain;
    }
    for (int kind = 0; kind < from->extras.count && plain; kind++) {
        plain = !ev_extras_has(&from->extras, kind);
    }
    return plain;
}

static ev_result add_plainly(ev_ledger *into, const uint32_t *restrict numbers,
                             const ev_ledger *from, ptrdiff_t start, ptrdiff_t n)
{
    ev_result result = EV_DONE;
    for (ptrdiff_t i = 0; i < n && result == EV_DONE; i++) {
        const ev_cell *more = ev_ledger_cell(from, start + i);
        ev_cell *cell = ev_ledger_cell(into, numbers[i]);
        if (i + EV_AHEAD < n) {
            ev_cells_fetch(&into->cells, numbers[i + EV_AHEAD]);
        }
        cell->rows += more->rows;
        for (int k = 0; k < into->measures && result == EV_DONE; k++) {
            result = ev_ledger_add_words(into, numbers[i], k, &cell->sums[k],
                                         more->sums[k]);
        }
    }
    return result;
}

static ev_result add_by_rule(ev_ledger *into, uint32_t number, const ev_ledger *from,
                             ptrdiff_t cell, ev_cell_sum *restrict sums)
{
    const ev_extras *extras = &from->extras;
    const ev_cell_rows rows = {.count = ev_ledger_cell(from, cell)->rows,
                               .first = ev_extra_get(extras, cell, EV_EXTRA_FIRST),
                               .second = ev_extra_get(extras, cell, EV_EXTRA_SECOND),
                               .last = ev_extra_get(extras, cell, EV_EXTRA_LAST)};
    for (int k = 0; k < from->measures; k++) {
        sums[k] = ev_ledger_sum(from, cell, k);
        sums[k].total =
            ev_total_rescaled(sums[k].total, from->scales[k], into->scales[k]);
    }
    /* A cell whose rows were all skipped adds nothing: it is not a different row. */
    return rows.count == 0 ? EV_DONE : ev_ledger_add_cell(into, number, &rows, sums);
}

static ev_result merge_block(ev_ledger *into, const ev_ledger *from,
                             const int32_t *restrict series, ptrdiff_t start,
                             ptrdiff_t n, int plain, ev_cell_sum *restrict sums)
{
    int32_t a[EV_BLOCK] = {0}, b[EV_BLOCK] = {0};
    uint32_t numbers[EV_BLOCK];
    for (ptrdiff_t i = 0; i < n; i++) {
        const ev_cell *cell = ev_ledger_cell(from, start + i);
        a[i] = series[cell->key.a];
        b[i] = cell->key.b;
    }
    ev_result result = ev_cells_number(&into->cells, a, b, n, numbers);
    if (result == EV_DONE && plain) {
        result = add_plainly(into, numbers, from, start, n);
    }
    for (ptrdiff_t i = 0; i < n && result == EV_DONE && !plain; i++) {
        result = add_by_rule(into, numbers[i], from, start + i, sums);
    }
    return result;
}

ev_result ev_ledger_merge(ev_ledger *into, const ev_ledger *from,
                          const int32_t *restrict series)
{
    const ev_memory *memory = &into->cells.memory;
    ev_cell_sum *sums = ev_take(memory, into->measures, sizeof *sums);
    ev_result result = sums == NULL ? EV_NO_MEMORY : EV_DONE;
    for (int k = 0; k < into->measures && result == EV_DONE; k++) {
        result = ev_ledger_take_scale(into, k, from->scales[k]);
    }
    const int plain = result == EV_DONE && adds_plainly(into, from);
    for (ptrdiff_t start = 0; start < from->cells.count && result == EV_DONE;
         start += EV_BLOCK) {
        const ptrdiff_t left = from->cells.count - start;
        result = merge_block(into, from, series, start,
                             left < EV_BLOCK ? left : EV_BLOCK, plain, sums);
    }
    ev_give(memory, sums);
    return result;
}
