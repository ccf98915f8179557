#include "ledger.h"

#include "memory.h"

/* What stands beside the cells, an int64 a cell each; then three a measure. */
enum { NEXT, FIRST, SECOND, LAST, OF_CELL };
enum { UNCOUNTED, FINE, WRAPS, OF_MEASURE };

EV_INLINE int extra_of(int measure, int which)
{
    return OF_CELL + measure * OF_MEASURE + which;
}

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
            ev_take_zeros(memory, (ptrdiff_t)1 << ledger->cells.shift, sizeof(int64_t));
    }
    if (result == EV_DONE &&
        (ledger->extras[block] == NULL || ledger->extras[block][which] == NULL)) {
        result = EV_NO_MEMORY;
    }
    return result;
}

EV_INLINE int64_t *block_extra(const ev_ledger *ledger, ptrdiff_t block, int which)
{
    return block < ledger->extra_room && ledger->extras[block] != NULL
               ? ledger->extras[block][which]
               : NULL;
}

/* The place of an extra, made if need be; NULL when memory is out. */
static int64_t *extra(ev_ledger *ledger, ptrdiff_t number, int which)
{
    const ptrdiff_t block = number >> ledger->cells.shift;
    int64_t *found = block_extra(ledger, block, which);
    if (found == NULL && make_extra(ledger, block, which) == EV_DONE) {
        found = ledger->extras[block][which];
    }
    return found == NULL ? NULL
                         : found + (number & (((ptrdiff_t)1 << ledger->cells.shift) - 1));
}

/* Its value, 0 where it was never made. */
EV_INLINE int64_t peek(const ev_ledger *ledger, ptrdiff_t number, int which)
{
    const int64_t *found = block_extra(ledger, number >> ledger->cells.shift, which);
    return found == NULL ? 0
                         : found[number & (((ptrdiff_t)1 << ledger->cells.shift) - 1)];
}

/* Sets it; a 0 that was never made stays unmade. */
static ev_result poke(ev_ledger *ledger, ptrdiff_t number, int which, int64_t value)
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

static int has_extra(const ev_ledger *ledger, int which)
{
    int found = 0;
    for (ptrdiff_t i = 0; i < ledger->cells.block_count && !found; i++) {
        found = block_extra(ledger, i, which) != NULL;
    }
    return found;
}

int ev_ledger_has_fine(const ev_ledger *ledger, int measure)
{
    return has_extra(ledger, extra_of(measure, FINE));
}

int ev_ledger_has_uncounted(const ev_ledger *ledger, int measure)
{
    return has_extra(ledger, extra_of(measure, UNCOUNTED));
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

static ev_result set_entry(ev_ledger *ledger, ptrdiff_t number, int measure,
                           const ev_entry *entry)
{
    ev_cell *cell = ev_ledger_cell(ledger, number);
    cell->sums[measure] = ev_split_words(entry->total.sum);
    ev_result result = poke(ledger, number, extra_of(measure, FINE),
                            (int64_t)entry->total.fine);
    if (result == EV_DONE) {
        result = poke(ledger, number, extra_of(measure, WRAPS), entry->total.wraps);
    }
    if (result == EV_DONE) {
        result = poke(ledger, number, extra_of(measure, UNCOUNTED), entry->uncounted);
    }
    return result;
}

static ev_result add_entry(ev_ledger *ledger, ptrdiff_t number, int measure,
                           const ev_entry *entry)
{
    ev_entry held = ev_ledger_entry(ledger, number, measure);
    ev_total_add(&held.total, &entry->total);
    held.uncounted += entry->uncounted;
    return set_entry(ledger, number, measure, &held);
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
            result = set_entry(ledger, i, measure, &entry);
        }
    }
    if (result == EV_DONE) {
        ledger->scales[measure] = joint;
    }
    return result;
}

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
    ev_result result = poke(ledger, number, FIRST, first);
    if (result == EV_DONE) {
        result = poke(ledger, number, SECOND, second);
    }
    return result;
}

static ev_result absorb_sum(ev_ledger *ledger, uint32_t number, const ev_record *record,
                            const ev_entry *restrict entries)
{
    ev_result result = ledger->tracks ? track(ledger, number, record) : EV_DONE;
    ev_ledger_cell(ledger, number)->rows += record->rows;
    for (int k = 0; k < ledger->measures && result == EV_DONE; k++) {
        result = add_entry(ledger, number, k, &entries[k]);
    }
    return result;
}

static ev_result absorb_last(ev_ledger *ledger, uint32_t number, const ev_record *record,
                             const ev_entry *restrict entries)
{
    ev_cell *cell = ev_ledger_cell(ledger, number);
    const int newer = record->last > peek(ledger, number, LAST);
    ev_result result = newer ? poke(ledger, number, LAST, record->last) : EV_DONE;
    for (int k = 0; k < ledger->measures && result == EV_DONE; k++) {
        ev_entry entry = newer ? entries[k] : ev_ledger_entry(ledger, number, k);
        entry.uncounted += newer ? cell->rows : record->rows;
        result = set_entry(ledger, number, k, &entry);
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
            result = poke(ledger, at, NEXT, fresh);
        }
        at = fresh;
    }
    if (result == EV_DONE && ledger->tracks) {
        /* Equal rows are one: only the first counts as a row of the cell. */
        const int64_t first = peek(ledger, at, FIRST);
        result = first == 0 || record->first < first
                     ? poke(ledger, at, FIRST, record->first)
                     : EV_DONE;
    }
    for (int k = 0; k < ledger->measures && result == EV_DONE; k++) {
        ev_entry entry = entries[k];
        if (same) {
            entry = ev_ledger_entry(ledger, at, k);
            entry.uncounted += record->rows;
        }
        result = set_entry(ledger, at, k, &entry);
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

/* ---- rows ---- */

/* A sum that has left 128 bits comes back as it wraps the other way, or is reported when
 * it is read: what counts is the total. */
static ev_result note_wrap(ev_ledger *ledger, uint32_t number, int measure, int up)
{
    int64_t *wraps = extra(ledger, number, extra_of(measure, WRAPS));
    if (wraps != NULL) {
        *wraps += up ? 1 : -1;
    }
    return wraps != NULL ? EV_DONE : EV_NO_MEMORY;
}

/* words += more, in the cell of this number. */
EV_INLINE ev_result add_sum(ev_ledger *ledger, uint32_t number, int measure,
                            ev_words *words, ev_int128 more)
{
    ev_result result = EV_DONE;
    ev_int128 sum = ev_join_words(*words);
    if (EV_UNLIKELY(__builtin_add_overflow(sum, more, &sum))) {
        result = note_wrap(ledger, number, measure, more > 0);
    }
    *words = ev_split_words(sum);
    return result;
}

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
            result = add_entry(ledger, numbers[i], measure, &more);
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

/* ---- ledgers ---- */

/* Whether cells of two ledgers add up as they lie, without a word beside them. */
static int adds_plainly(const ev_ledger *into, const ev_ledger *from)
{
    int plain = into->duplicates == EV_ADD && !into->tracks;
    for (int k = 0; k < from->measures && plain; k++) {
        plain = into->scales[k].grain == from->scales[k].grain;
    }
    for (int i = 0; i < extra_of(from->measures, 0) && plain; i++) {
        plain = !has_extra(from, i);
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
            result = add_entry(ledger, head, k, &entry);
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
    if (ledger->duplicates == EV_IDENTICAL && has_extra(ledger, NEXT)) {
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
