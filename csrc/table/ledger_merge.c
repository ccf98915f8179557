/* Records into cells by the rule of the ledger, and ledgers into ledgers. */
#include "table/ledger_parts.h"

#include "base/memory.h"

/* ---- records, by the rule ---- */

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

static ev_result track(ev_ledger *ledger, uint32_t number, const ev_record *record)
{
    int64_t first = peek(ledger, number, FIRST), second = peek(ledger, number, SECOND);
    two_smallest(&first, &second, record->first);
    two_smallest(&first, &second, record->second);
    ev_result result = ev_ledger_poke(ledger, number, FIRST, first);
    if (result == EV_DONE) {
        result = ev_ledger_poke(ledger, number, SECOND, second);
    }
    return result;
}

static ev_result absorb_sum(ev_ledger *ledger, uint32_t number, const ev_record *record,
                            const ev_entry *restrict entries)
{
    ev_result result = ledger->tracks ? track(ledger, number, record) : EV_DONE;
    ev_ledger_cell(ledger, number)->rows += record->rows;
    for (int k = 0; k < ledger->measures && result == EV_DONE; k++) {
        result = ev_ledger_add_entry(ledger, number, k, &entries[k]);
    }
    return result;
}

static ev_result absorb_last(ev_ledger *ledger, uint32_t number, const ev_record *record,
                             const ev_entry *restrict entries)
{
    ev_cell *cell = ev_ledger_cell(ledger, number);
    const int newer = record->last > peek(ledger, number, LAST);
    ev_result result = newer ? ev_ledger_poke(ledger, number, LAST, record->last) : EV_DONE;
    for (int k = 0; k < ledger->measures && result == EV_DONE; k++) {
        ev_entry entry = newer ? entries[k] : ev_ledger_entry(ledger, number, k);
        entry.uncounted += newer ? cell->rows : record->rows;
        result = ev_ledger_set_entry(ledger, number, k, &entry);
    }
    cell->rows += record->rows;
    return result;
}

/* Whether the one row that counts in a cell is the one that counts in the record. */
static int same_row(const ev_ledger *ledger, ptrdiff_t number, const ev_record *record,
                    const ev_entry *restrict entries)
{
    const ev_cell *cell = ev_ledger_cell(ledger, number);
    int same = 1;
    for (int k = 0; k < ledger->measures && same; k++) {
        const ev_entry held = ev_ledger_entry(ledger, number, k);
        same = held.total.sum == entries[k].total.sum &&
               held.total.fine == entries[k].total.fine &&
               (held.uncounted < cell->rows) == (entries[k].uncounted < record->rows);
    }
    return same;
}

/* Different rows of a cell are items of their own, chained, until ev_ledger_settle. */
static ev_result absorb_once(ev_ledger *ledger, uint32_t number, const ev_record *record,
                             const ev_entry *restrict entries)
{
    ev_cell *cell = ev_ledger_cell(ledger, number);
    ev_result result = EV_DONE;
    uint32_t at = number;
    int same = cell->rows > 0 && same_row(ledger, at, record, entries);
    while (cell->rows > 0 && !same && peek(ledger, at, NEXT) != 0) {
        at = (uint32_t)peek(ledger, at, NEXT);
        same = same_row(ledger, at, record, entries);
    }
    if (cell->rows > 0 && !same) {
        uint32_t fresh = 0;
        result = ev_cells_append(&ledger->cells, cell->key, &fresh);
        if (result == EV_DONE) {
            result = ev_ledger_poke(ledger, at, NEXT, fresh);
        }
        at = fresh;
    }
    if (result == EV_DONE && ledger->tracks) {
        /* Equal rows are one: only the first counts as a row of the cell. */
        const int64_t first = peek(ledger, at, FIRST);
        result = first == 0 || record->first < first
                     ? ev_ledger_poke(ledger, at, FIRST, record->first)
                     : EV_DONE;
    }
    for (int k = 0; k < ledger->measures && result == EV_DONE; k++) {
        ev_entry entry = entries[k];
        if (same) {
            entry = ev_ledger_entry(ledger, at, k);
            entry.uncounted += record->rows;
        }
        result = ev_ledger_set_entry(ledger, at, k, &entry);
    }
    if (result == EV_DONE) {
        ev_ledger_cell(ledger, at)->rows += record->rows;
    }
    return result;
}

ev_result ev_ledger_absorb(ev_ledger *ledger, uint32_t number, const ev_record *record,
                           const ev_entry *restrict entries)
{
    ev_result result = EV_DONE;
    switch (ledger->duplicates) {
    case EV_ADD:
        result = absorb_sum(ledger, number, record, entries);
        break;
    case EV_IDENTICAL:
        result = absorb_once(ledger, number, record, entries);
        break;
    case EV_LAST:
        result = absorb_last(ledger, number, record, entries);
        break;
    }
    return result;
}

/* ---- ledgers ---- */

/* Whether cells of two ledgers add up as they lie, without a word beside them. */
static int adds_plainly(const ev_ledger *into, const ev_ledger *from)
{
    int plain = into->duplicates == EV_ADD && !into->tracks;
    for (int k = 0; k < from->measures && plain; k++) {
        plain = into->scales[k].grain == from->scales[k].grain;
    }
    for (int i = 0; i < extra_of(from->measures, 0) && plain; i++) {
        plain = !ev_ledger_has_extra(from, i);
    }
    return plain;
}

static ev_result add_cells(ev_ledger *into, const uint32_t *restrict numbers,
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
            result = add_sum(into, numbers[i], k, &cell->sums[k],
                             ev_join_words(more->sums[k]));
        }
    }
    return result;
}

static ev_result merge_block(ev_ledger *into, const ev_ledger *from,
                             const int32_t *restrict series, ptrdiff_t start, ptrdiff_t n,
                             int plain, ev_entry *restrict entries)
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
        result = add_cells(into, numbers, from, start, n);
    }
    for (ptrdiff_t i = 0; i < n && result == EV_DONE && !plain; i++) {
        const ptrdiff_t number = start + i;
        const ev_record record = {.rows = ev_ledger_cell(from, number)->rows,
                                  .first = peek(from, number, FIRST),
                                  .second = peek(from, number, SECOND),
                                  .last = peek(from, number, LAST)};
        for (int k = 0; k < from->measures; k++) {
            entries[k] = ev_ledger_entry(from, number, k);
            entries[k].total = ev_total_rescaled(entries[k].total, from->scales[k],
                                                 into->scales[k]);
        }
        result = ev_ledger_absorb(into, numbers[i], &record, entries);
    }
    return result;
}

ev_result ev_ledger_merge(ev_ledger *into, const ev_ledger *from,
                          const int32_t *restrict series)
{
    const ev_memory *memory = &into->cells.memory;
    ev_entry *entries = ev_take(memory, into->measures, sizeof *entries);
    ev_result result = entries == NULL ? EV_NO_MEMORY : EV_DONE;
    for (int k = 0; k < into->measures && result == EV_DONE; k++) {
        result = ev_ledger_take_scale(into, k, from->scales[k]);
    }
    const int plain = result == EV_DONE && adds_plainly(into, from);
    for (ptrdiff_t start = 0; start < from->cells.count && result == EV_DONE;
         start += EV_BLOCK) {
        const ptrdiff_t left = from->cells.count - start;
        result = merge_block(into, from, series, start, left < EV_BLOCK ? left : EV_BLOCK,
                             plain, entries);
    }
    ev_give(memory, entries);
    return result;
}

static ev_result fold_chain(ev_ledger *ledger, ptrdiff_t head)
{
    ev_result result = EV_DONE;
    ptrdiff_t at = (ptrdiff_t)peek(ledger, head, NEXT);
    while (at != 0 && result == EV_DONE) {
        ev_cell *cell = ev_ledger_cell(ledger, at);
        for (int k = 0; k < ledger->measures && result == EV_DONE; k++) {
            const ev_entry entry = ev_ledger_entry(ledger, at, k);
            result = ev_ledger_add_entry(ledger, head, k, &entry);
        }
        if (result == EV_DONE && ledger->tracks) {
            const ev_record record = {.first = peek(ledger, at, FIRST)};
            result = track(ledger, (uint32_t)head, &record);
        }
        ev_ledger_cell(ledger, head)->rows += cell->rows;
        cell->rows = 0;
        at = (ptrdiff_t)peek(ledger, at, NEXT);
    }
    return result;
}

ev_result ev_ledger_settle(ev_ledger *ledger)
{
    ev_result result = EV_DONE;
    ev_cells_close_index(&ledger->cells);
    if (ledger->duplicates == EV_IDENTICAL && ev_ledger_has_extra(ledger, NEXT)) {
        for (ptrdiff_t i = 0; i < ledger->cells.count && result == EV_DONE; i++) {
            if (ev_ledger_cell(ledger, i)->rows > 0) {
                result = fold_chain(ledger, i);
            }
        }
    }
    return result;
}

ev_repeat ev_ledger_repeat(const ev_ledger *ledger)
{
    ev_repeat repeat = {-1, -1, 0, 0};
    int64_t least = 0;
    for (ptrdiff_t i = 0; i < ledger->cells.count; i++) {
        const int64_t second = peek(ledger, i, SECOND);
        if (second != 0 && (least == 0 || second < least)) {
            const ev_cell *cell = ev_ledger_cell(ledger, i);
            least = second;
            repeat = (ev_repeat){peek(ledger, i, FIRST) - 1, second - 1, cell->key.a,
                                 cell->key.b};
        }
    }
    return repeat;
}
