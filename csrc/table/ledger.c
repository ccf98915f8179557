#include "table/ledger_parts.h"

#include "base/memory.h"

ev_result ev_ledger_open(ev_ledger *ledger, const ev_memory *memory, int measures,
                         ev_duplicates duplicates, int tracks)
{
    ev_result result = EV_DONE;
    memset(ledger, 0, sizeof *ledger);
    ev_cells_open(&ledger->cells, memory,
                  sizeof(ev_cell) + (size_t)measures * sizeof(ev_words));
    ledger->measures = measures;
    ledger->duplicates = duplicates;
    ledger->tracks = tracks;
    ledger->scales = ev_take_zeros(memory, measures, sizeof *ledger->scales);
    if (ledger->scales == NULL) {
        result = EV_NO_MEMORY;
    }
    return result;
}

void ev_ledger_close(ev_ledger *ledger)
{
    const ev_memory *memory = &ledger->cells.memory;
    const int count = extra_of(ledger->measures, 0);
    for (ptrdiff_t block = 0; block < ledger->extra_room; block++) {
        for (int i = 0; ledger->extras[block] != NULL && i < count; i++) {
            ev_give(memory, ledger->extras[block][i]);
        }
        ev_give(memory, ledger->extras[block]);
    }
    ev_give(memory, ledger->extras);
    ev_give(memory, ledger->scales);
    ledger->extras = NULL;
    ledger->extra_room = 0;
    ledger->scales = NULL;
    ev_cells_close(&ledger->cells);
}

/* ---- what stands beside the cells ---- */

static ev_result make_extra(ev_ledger *ledger, ptrdiff_t block, int which)
{
    const ev_memory *memory = &ledger->cells.memory;
    const ptrdiff_t had = ledger->extra_room;
    ev_result result = ev_grow(memory, (void **)&ledger->extras, &ledger->extra_room,
                               block + 1, sizeof *ledger->extras);
    for (ptrdiff_t i = had; i < ledger->extra_room; i++) {
        ledger->extras[i] = NULL;
    }
    if (result == EV_DONE && ledger->extras[block] == NULL) {
        ledger->extras[block] = ev_take_zeros(memory, extra_of(ledger->measures, 0),
                                              sizeof **ledger->extras);
    }
    if (result == EV_DONE && ledger->extras[block] != NULL) {
        ledger->extras[block][which] =
            ev_take_zeros(memory, (ptrdiff_t)1 << ledger->cells.items.shift, sizeof(int64_t));
    }
    if (result == EV_DONE &&
        (ledger->extras[block] == NULL || ledger->extras[block][which] == NULL)) {
        result = EV_NO_MEMORY;
    }
    return result;
}

/* The place of an extra, made if need be; NULL when memory is out. */
static int64_t *extra(ev_ledger *ledger, ptrdiff_t number, int which)
{
    const ptrdiff_t block = number >> ledger->cells.items.shift;
    int64_t *found = block_extra(ledger, block, which);
    if (found == NULL && make_extra(ledger, block, which) == EV_DONE) {
        found = ledger->extras[block][which];
    }
    return found == NULL ? NULL
                         : found + (number & (((ptrdiff_t)1 << ledger->cells.items.shift) - 1));
}

ev_result ev_ledger_poke(ev_ledger *ledger, ptrdiff_t number, int which, int64_t value)
{
    ev_result result = EV_DONE;
    if (value != peek(ledger, number, which)) {
        int64_t *place = extra(ledger, number, which);
        if (place == NULL) {
            result = EV_NO_MEMORY;
        }
        else {
            *place = value;
        }
    }
    return result;
}

int ev_ledger_has_extra(const ev_ledger *ledger, int which)
{
    int found = 0;
    for (ptrdiff_t i = 0; i < ledger->cells.items.count && !found; i++) {
        found = block_extra(ledger, i, which) != NULL;
    }
    return found;
}

int ev_ledger_has_fine(const ev_ledger *ledger, int measure)
{
    return ev_ledger_has_extra(ledger, extra_of(measure, FINE));
}

int ev_ledger_has_uncounted(const ev_ledger *ledger, int measure)
{
    return ev_ledger_has_extra(ledger, extra_of(measure, UNCOUNTED));
}

/* ---- one measure of one cell ---- */

ev_entry ev_ledger_entry(const ev_ledger *ledger, ptrdiff_t number, int measure)
{
    ev_entry entry;
    entry.total.sum = ev_join_words(ev_ledger_cell(ledger, number)->sums[measure]);
    entry.total.fine = (uint64_t)peek(ledger, number, extra_of(measure, FINE));
    entry.total.wraps = peek(ledger, number, extra_of(measure, WRAPS));
    entry.uncounted = peek(ledger, number, extra_of(measure, UNCOUNTED));
    return entry;
}

ev_result ev_ledger_set_entry(ev_ledger *ledger, ptrdiff_t number, int measure,
                           const ev_entry *entry)
{
    ev_cell *cell = ev_ledger_cell(ledger, number);
    cell->sums[measure] = ev_split_words(entry->total.sum);
    ev_result result = ev_ledger_poke(ledger, number, extra_of(measure, FINE),
                            (int64_t)entry->total.fine);
    if (result == EV_DONE) {
        result = ev_ledger_poke(ledger, number, extra_of(measure, WRAPS), entry->total.wraps);
    }
    if (result == EV_DONE) {
        result = ev_ledger_poke(ledger, number, extra_of(measure, UNCOUNTED), entry->uncounted);
    }
    return result;
}

ev_result ev_ledger_add_entry(ev_ledger *ledger, ptrdiff_t number, int measure,
                           const ev_entry *entry)
{
    ev_entry held = ev_ledger_entry(ledger, number, measure);
    ev_total_add(&held.total, &entry->total);
    held.uncounted += entry->uncounted;
    return ev_ledger_set_entry(ledger, number, measure, &held);
}

ev_result ev_ledger_take_scale(ev_ledger *ledger, int measure, ev_scale scale)
{
    const ev_scale had = ledger->scales[measure];
    ev_scale joint = had;
    ev_result result = ev_scale_join(had, scale, &joint);
    if (result == EV_DONE && had.grain == EV_INTEGER && joint.grain == EV_BINARY) {
        for (ptrdiff_t i = 0; i < ledger->cells.count && result == EV_DONE; i++) {
            ev_entry entry = ev_ledger_entry(ledger, i, measure);
            entry.total = ev_total_rescaled(entry.total, had, joint);
            result = ev_ledger_set_entry(ledger, i, measure, &entry);
        }
    }
    if (result == EV_DONE) {
        ledger->scales[measure] = joint;
    }
    return result;
}

/* ---- rows ---- */

/* The inner loop of the engine; `measures` is a constant where it is inlined. */
EV_INLINE ev_result add_sums(ev_ledger *ledger, const uint32_t *restrict numbers,
                             ptrdiff_t n, const ev_values *restrict values, int measures)
{
    ev_result result = EV_DONE;
    for (ptrdiff_t i = 0; i < n; i++) {
        ev_cell *cell = ev_ledger_cell(ledger, numbers[i]);
        if (i + EV_AHEAD < n) {
            ev_cells_fetch(&ledger->cells, numbers[i + EV_AHEAD]);
        }
        cell->rows++;
        for (int k = 0; k < measures; k++) {
            const ev_int128 more = ev_join_words(values[k].sum[i]);
            if (EV_UNLIKELY(add_sum(ledger, numbers[i], k, &cell->sums[k], more) !=
                            EV_DONE)) {
                result = EV_NO_MEMORY;
            }
        }
    }
    return result;
}

static ev_result add_all_sums(ev_ledger *ledger, const uint32_t *restrict numbers,
                              ptrdiff_t n, const ev_values *restrict values)
{
    ev_result result = EV_DONE;
    switch (ledger->measures) {
    case 1:
        result = add_sums(ledger, numbers, n, values, 1);
        break;
    case 2:
        result = add_sums(ledger, numbers, n, values, 2);
        break;
    case 3:
        result = add_sums(ledger, numbers, n, values, 3);
        break;
    default:
        result = add_sums(ledger, numbers, n, values, ledger->measures);
        break;
    }
    return result;
}

/* The fine parts and nulls of one measure, which the inner loop left out. */
static ev_result add_rest(ev_ledger *ledger, const uint32_t *restrict numbers,
                          ptrdiff_t n, const ev_values *restrict values, int measure)
{
    ev_result result = EV_DONE;
    for (ptrdiff_t i = 0; i < n && result == EV_DONE; i++) {
        ev_entry more = {{0, 0, 0}, 0};
        more.total.fine = values->has_fine ? values->fine[i] : 0;
        more.uncounted = values->has_null ? values->null[i] : 0;
        if (more.total.fine != 0 || more.uncounted != 0) {
            result = ev_ledger_add_entry(ledger, numbers[i], measure, &more);
        }
    }
    return result;
}

static ev_result absorb_rows(ev_ledger *ledger, const uint32_t *restrict numbers,
                             ptrdiff_t n, const ev_values *restrict values,
                             int64_t first_row)
{
    const ev_memory *memory = &ledger->cells.memory;
    ev_entry *entries = ev_take(memory, ledger->measures, sizeof *entries);
    ev_result result = entries == NULL ? EV_NO_MEMORY : EV_DONE;
    for (ptrdiff_t i = 0; i < n && result == EV_DONE; i++) {
        const int64_t row = first_row + i + 1;
        const ev_record record = {.rows = 1, .first = row, .last = row};
        for (int k = 0; k < ledger->measures; k++) {
            entries[k].total.sum = ev_join_words(values[k].sum[i]);
            entries[k].total.fine = values[k].has_fine ? values[k].fine[i] : 0;
            entries[k].total.wraps = 0;
            entries[k].uncounted = values[k].has_null ? values[k].null[i] : 0;
        }
        result = ev_ledger_absorb(ledger, numbers[i], &record, entries);
    }
    ev_give(memory, entries);
    return result;
}

ev_result ev_ledger_add(ev_ledger *ledger, const uint32_t *restrict numbers, ptrdiff_t n,
                        const ev_values *restrict values, int64_t first_row)
{
    ev_result result = EV_DONE;
    if (ledger->duplicates != EV_ADD || ledger->tracks) {
        result = absorb_rows(ledger, numbers, n, values, first_row);
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
