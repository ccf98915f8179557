#include "table/partial.h"

#include "base/memory.h"
#include "base/sort.h"

enum { STRIP = 4096 }; /* rows; their codes and periods fit in the cache */

struct ev_strip {
    int64_t ordinals[STRIP];
    int32_t periods[STRIP]; /* the same, as in the cells */
    int32_t series[STRIP];
    int32_t codes[STRIP];
    ev_recent_text recent[EV_RECENT]; /* of the batch */
};

ev_result ev_partial_open(ev_partial *partial, const ev_memory *memory, int keys,
                          int measures, ev_row_rule rule, ev_isa isa)
{
    memset(partial, 0, sizeof *partial);
    partial->memory = *memory;
    partial->isa = isa;
    ev_result result = ev_ledger_open(&partial->ledger, memory, measures, rule);
    partial->keys = ev_take_zeros(memory, keys, sizeof *partial->keys);
    partial->series = ev_take_zeros(memory, keys, sizeof *partial->series);
    partial->strip = ev_take(memory, 1, sizeof *partial->strip);
    partial->values = ev_take(memory, measures, sizeof *partial->values);
    if (partial->keys == NULL || partial->series == NULL || partial->strip == NULL ||
        partial->values == NULL) {
        result = EV_NO_MEMORY;
    }
    else {
        partial->key_count = keys;
        for (int k = 0; k < keys; k++) {
            ev_keys_open(&partial->keys[k], memory);
            ev_cells_open(&partial->series[k], memory, sizeof(ev_cell_key));
        }
    }
    return result;
}

ev_result ev_partial_find_repeats(ev_partial *partial, int64_t most, int only)
{
    partial->repeats = ev_take(&partial->memory, 1, sizeof *partial->repeats);
    partial->only_repeats = only;
    if (partial->repeats != NULL) {
        ev_repeats_open(partial->repeats, most);
    }
    return partial->repeats == NULL ? EV_NO_MEMORY : EV_DONE;
}

void ev_partial_close(ev_partial *partial)
{
    if (partial->repeats != NULL) {
        ev_repeats_close(partial->repeats, &partial->memory);
        ev_give(&partial->memory, partial->repeats);
    }
    for (int k = 0; k < partial->key_count; k++) {
        ev_keys_close(&partial->keys[k]);
        ev_cells_close(&partial->series[k]);
    }
    ev_give(&partial->memory, partial->keys);
    ev_give(&partial->memory, partial->series);
    ev_give(&partial->memory, partial->strip);
    ev_give(&partial->memory, partial->values);
    ev_give(&partial->memory, partial->words);
    ev_ledger_close(&partial->ledger);
    memset(partial, 0, sizeof *partial);
}

/* ---- rows ---- */

/* The scale of a measure; where rows are only compared, it may hold dates. */
static ev_result scale_of(const ev_partial *partial, const ev_column *column,
                          ev_scale *scale)
{
    ev_result result = ev_scale_of_column(column, scale);
    if (result != EV_DONE && partial->only_repeats && column->dictionary == NULL &&
        column->type >= EV_COL_DATE32 && column->type <= EV_COL_TIME_NS) {
        result = EV_DONE; /* the scale is that of integers */
    }
    return result;
}

static ev_result begin(ev_partial *partial, const ev_batch_columns *batch, ev_place *place)
{
    ev_result result = EV_DONE;
    for (int k = 0; k < partial->key_count && result == EV_DONE; k++) {
        *place = (ev_place){EV_OF_KEY, k, -1, -1, 0};
        result = ev_keys_begin(&partial->keys[k], batch->keys[k]);
    }
    for (int k = 0; k < partial->ledger.measures && result == EV_DONE; k++) {
        ev_scale scale = {EV_NO_GRAIN, 0};
        *place = (ev_place){EV_OF_MEASURE, k, -1, -1, 0};
        result = scale_of(partial, batch->measures[k], &scale);
        if (result == EV_DONE) {
            result = ev_ledger_take_scale(&partial->ledger, k, scale);
        }
    }
    const ev_column *words = batch->when->dictionary;
    if (ev_is_text(batch->when->type)) {
        memset(partial->strip->recent, 0, sizeof partial->strip->recent);
    }
    if (result == EV_DONE && words != NULL && batch->freq != NULL &&
        batch->within == NULL) {
        *place = (ev_place){EV_OF_PERIOD, 0, -1, -1, 0};
        result = ev_grow(&partial->memory, (void **)&partial->words, &partial->word_room,
                         words->length, sizeof *partial->words);
        if (result == EV_DONE) {
            ev_period_words(words, batch->freq, partial->words);
        }
    }
    return result;
}

static ev_result read_ordinals(const ev_column *when, ptrdiff_t start, ptrdiff_t n,
                               int64_t *ordinals, ptrdiff_t *bad_row)
{
    ev_result result = EV_DONE;
    *bad_row = -1;
    if (!ev_is_integer(when->type) || when->dictionary != NULL) {
        result = EV_BAD_FORMAT;
    }
    else {
        ev_integers_read(when, start, n, ordinals);
        for (ptrdiff_t i = 0; when->valid != NULL && i < n && result == EV_DONE; i++) {
            if (!ev_has_value(when, start + i)) {
                result = EV_BAD_VALUE;
                *bad_row = start + i;
            }
        }
    }
    return result;
}

/* Reads the periods of a strip into strip->periods. */
static ev_result read_periods(ev_partial *partial, const ev_batch_columns *batch,
                              ptrdiff_t start, ptrdiff_t n, ev_place *place)
{
    struct ev_strip *strip = partial->strip;
    const ev_column *when = batch->when;
    ev_result result = EV_DONE;
    ptrdiff_t bad_row = -1;
    if (batch->freq == NULL) {
        result = read_ordinals(when, start, n, strip->ordinals, &bad_row);
    }
    else if (when->dictionary != NULL && batch->within == NULL) {
        result = ev_period_decode(when, partial->words, batch->freq, start, n,
                                  strip->ordinals, &bad_row);
    }
    else if (ev_is_text(when->type) && batch->within == NULL) {
        result = ev_period_texts(when, batch->freq, NULL, strip->recent, start, n,
                                 strip->ordinals, &bad_row);
    }
    else {
        result = ev_period_ordinals(when, batch->within, batch->freq, start, n,
                                    strip->ordinals, &bad_row);
    }
    for (ptrdiff_t i = 0; i < n && result == EV_DONE; i++) {
        strip->periods[i] = (int32_t)strip->ordinals[i];
        if (EV_UNLIKELY(strip->periods[i] != strip->ordinals[i])) {
            result = EV_RANGE;
            bad_row = start + i;
        }
    }
    if (result != EV_DONE) {
        *place = (ev_place){EV_OF_PERIOD, 0, bad_row, -1, 0};
    }
    return result;
}

/* Joins the series so far with the codes of one more key, in place. */
static ev_result join_codes(ev_cells *cells, int32_t *series,
                            const int32_t *restrict codes, ptrdiff_t n)
{
    uint32_t numbers[EV_BLOCK];
    ev_result result = EV_DONE;
    for (ptrdiff_t at = 0; at < n && result == EV_DONE; at += EV_BLOCK) {
        const ptrdiff_t count = n - at < EV_BLOCK ? n - at : EV_BLOCK;
        result = ev_cells_number(cells, series + at, codes + at, count, numbers);
        for (ptrdiff_t i = 0; i < count && result == EV_DONE; i++) {
            series[at + i] = (int32_t)numbers[i];
        }
    }
    if (result == EV_DONE && cells->count > INT32_MAX) {
        result = EV_RANGE;
    }
    return result;
}

/* Reads the series of a strip into strip->series. */
static ev_result read_series(ev_partial *partial, ptrdiff_t start, ptrdiff_t n,
                             ev_place *place)
{
    struct ev_strip *strip = partial->strip;
    ev_result result = EV_DONE;
    if (partial->key_count == 0) {
        memset(strip->series, 0, (size_t)n * sizeof strip->series[0]);
    }
    for (int k = 0; k < partial->key_count && result == EV_DONE; k++) {
        ev_key_place bad = {start, -1, 0};
        result = ev_keys_encode(&partial->keys[k], start, n,
                                k == 0 ? strip->series : strip->codes, &bad);
        if (result != EV_DONE) {
            *place = (ev_place){EV_OF_KEY, k, bad.row, bad.byte, bad.value};
        }
        else if (k > 0) {
            result = join_codes(&partial->series[k - 1], strip->series, strip->codes, n);
        }
    }
    return result;
}

ptrdiff_t ev_partial_series_count(const ev_partial *partial)
{
    const int keys = partial->key_count;
    return keys == 0   ? 1
           : keys == 1 ? partial->keys[0].count
                       : partial->series[keys - 2].count;
}

/* The same labels have the same hash in every partial of one owner of memory. */
static uint64_t hash_of_series(const ev_partial *partial, ptrdiff_t series)
{
    const uint64_t seed = ev_hash_word(EV_HASH_B, partial->memory.seed);
    uint64_t hash = seed;
    for (int k = partial->key_count - 1; k > 0; k--) {
        const ev_cell_key *pair = ev_cells_at(&partial->series[k - 1], series);
        hash = ev_fold(hash ^ ev_keys_hash(&partial->keys[k], pair->b, seed), EV_HASH_A);
        series = pair->a;
    }
    return partial->key_count == 0
               ? hash
               : hash ^ ev_keys_hash(&partial->keys[0], (int32_t)series, seed);
}

/* Leaves the hashes of a block of rows, after those of series that are new. */
static ev_result note_rows(ev_partial *partial, const ev_block_rows *rows)
{
    ev_repeats *repeats = partial->repeats;
    const ptrdiff_t series = ev_partial_series_count(partial);
    ev_result result =
        ev_grow(&partial->memory, (void **)&repeats->series, &repeats->series_room, series,
                sizeof *repeats->series);
    for (; repeats->series_count < series && result == EV_DONE; repeats->series_count++) {
        repeats->series[repeats->series_count] =
            hash_of_series(partial, repeats->series_count);
    }
    return result == EV_DONE ? ev_repeats_add(repeats, &partial->memory, rows,
                                              partial->values, partial->ledger.measures)
                             : result;
}

static ev_result add_block(ev_partial *partial, const ev_batch_columns *batch,
                           ptrdiff_t start, ptrdiff_t at, ptrdiff_t n, ev_place *place)
{
    const struct ev_strip *strip = partial->strip;
    ev_ledger *ledger = &partial->ledger;
    const ev_block_rows rows = {strip->series + at, strip->periods + at, n,
                                batch->first_row + start + at};
    uint32_t numbers[EV_BLOCK];
    ev_result result = EV_DONE;
    if (!partial->only_repeats) {
        result = ev_cells_number(&ledger->cells, rows.series, rows.periods, n, numbers);
    }
    for (int k = 0; k < ledger->measures && result == EV_DONE; k++) {
        ptrdiff_t bad_row = -1;
        result = ev_values_read(batch->measures[k], ledger->scales[k], start + at, n,
                                partial->isa, &partial->values[k], &bad_row);
        if (result != EV_DONE) {
            *place = (ev_place){EV_OF_MEASURE, k, bad_row, -1, 0};
        }
    }
    if (result == EV_DONE && partial->repeats != NULL &&
        rows.first < partial->repeats->most) {
        result = note_rows(partial, &rows);
    }
    if (result == EV_DONE && !partial->only_repeats) {
        result = ev_ledger_add_rows(ledger, numbers, n, partial->values, rows.first);
    }
    return result;
}

ev_result ev_partial_add(ev_partial *partial, const ev_batch_columns *batch,
                         ptrdiff_t start, ptrdiff_t count, ev_place *place)
{
    ev_result result = begin(partial, batch, place);
    if (result == EV_DONE) {
        *place = (ev_place){EV_OF_NONE, 0, -1, -1, 0};
    }
    for (ptrdiff_t done = 0; done < count && result == EV_DONE; done += STRIP) {
        const ptrdiff_t from = start + done;
        const ptrdiff_t n = count - done < STRIP ? count - done : STRIP;
        result = read_series(partial, from, n, place);
        if (result == EV_DONE) {
            result = read_periods(partial, batch, from, n, place);
        }
        for (ptrdiff_t at = 0; at < n && result == EV_DONE; at += EV_BLOCK) {
            result = add_block(partial, batch, from, at,
                               n - at < EV_BLOCK ? n - at : EV_BLOCK, place);
        }
    }
    return result;
}

/* ---- partials ---- */

/* Sets series[s] to the series of `into` for series s of `from`, joined key by key. */
static ev_result map_series(ev_partial *into, const ev_partial *from,
                            int32_t *const *codes, int32_t *series)
{
    ev_result result = EV_DONE;
    const int keys = from->key_count;
    ptrdiff_t known = keys == 0 ? 1 : from->keys[0].count;
    for (ptrdiff_t s = 0; s < known; s++) {
        series[s] = keys == 0 ? 0 : codes[0][s];
    }
    for (int k = 1; k < keys && result == EV_DONE; k++) {
        const ev_cells *joined = &from->series[k - 1];
        int32_t *wider = ev_take(&into->memory, joined->count, sizeof *wider);
        int32_t *last = ev_take(&into->memory, joined->count, sizeof *last);
        result = wider == NULL || last == NULL ? EV_NO_MEMORY : EV_DONE;
        for (ptrdiff_t s = 0; s < joined->count && result == EV_DONE; s++) {
            const ev_cell_key *pair = ev_cells_at(joined, s);
            wider[s] = series[pair->a];
            last[s] = codes[k][pair->b];
        }
        if (result == EV_DONE) {
            result = join_codes(&into->series[k - 1], wider, last, joined->count);
        }
        if (result == EV_DONE) {
            memcpy(series, wider, (size_t)joined->count * sizeof *series);
        }
        ev_give(&into->memory, wider);
        ev_give(&into->memory, last);
    }
    return result;
}

/* The largest number of series at any step of joining the keys. */
static ptrdiff_t most_series(const ev_partial *partial)
{
    ptrdiff_t most = partial->key_count == 0 ? 1 : partial->keys[0].count;
    for (int k = 1; k < partial->key_count; k++) {
        const ptrdiff_t count = partial->series[k - 1].count;
        most = count > most ? count : most;
    }
    return most;
}

ev_result ev_partial_merge(ev_partial *into, const ev_partial *from, ev_place *place)
{
    const ev_memory *memory = &into->memory;
    const int keys = from->key_count;
    int32_t **codes = ev_take_zeros(memory, keys, sizeof *codes);
    int32_t *series = ev_take(memory, most_series(from), sizeof *series);
    ev_result result = codes == NULL || series == NULL ? EV_NO_MEMORY : EV_DONE;
    *place = (ev_place){EV_OF_NONE, 0, -1, -1, 0};
    for (int k = 0; k < keys && result == EV_DONE; k++) {
        codes[k] = ev_take(memory, from->keys[k].count, sizeof **codes);
        result = codes[k] == NULL
                     ? EV_NO_MEMORY
                     : ev_keys_merge(&into->keys[k], &from->keys[k], codes[k]);
        if (result != EV_DONE) {
            *place = (ev_place){EV_OF_KEY, k, -1, -1, 0};
        }
    }
    for (int k = 0; k < into->ledger.measures && result == EV_DONE; k++) {
        result = ev_ledger_take_scale(&into->ledger, k, from->ledger.scales[k]);
        if (result != EV_DONE) {
            *place = (ev_place){EV_OF_MEASURE, k, -1, -1, 0};
        }
    }
    if (result == EV_DONE) {
        result = map_series(into, from, codes, series);
    }
    if (result == EV_DONE) {
        result = ev_ledger_merge(&into->ledger, &from->ledger, series);
    }
    for (int k = 0; codes != NULL && k < keys; k++) {
        ev_give(memory, codes[k]);
    }
    ev_give(memory, codes);
    ev_give(memory, series);
    return result;
}

/* ---- order ---- */

/* The codes of each series, key by key, series x keys. */
static void codes_of_series(const ev_partial *partial, int32_t *restrict codes)
{
    const int keys = partial->key_count;
    const ptrdiff_t count = ev_partial_series_count(partial);
    for (ptrdiff_t s = 0; s < count; s++) {
        int32_t at = (int32_t)s;
        for (int k = keys - 1; k > 0; k--) {
            const ev_cell_key *pair = ev_cells_at(&partial->series[k - 1], at);
            codes[s * keys + k] = pair->b;
            at = pair->a;
        }
        if (keys > 0) {
            codes[s * keys] = at;
        }
    }
}

/* Replaces the codes of a key by the places of their labels in `order`. */
static ev_result rank_codes(const ev_partial *partial, int key, int32_t *restrict order,
                            int32_t *restrict codes)
{
    const ev_keys *labels = &partial->keys[key];
    const ptrdiff_t count = ev_partial_series_count(partial);
    int32_t *places = ev_take(&partial->memory, labels->count, sizeof *places);
    ev_result result = places == NULL ? EV_NO_MEMORY : ev_keys_sort(labels, order);
    for (int32_t i = 0; i < labels->count && result == EV_DONE; i++) {
        places[order[i]] = i;
    }
    for (ptrdiff_t s = 0; s < count && result == EV_DONE; s++) {
        int32_t *code = &codes[s * partial->key_count + key];
        *code = places[*code];
    }
    ev_give(&partial->memory, places);
    return result;
}

ev_result ev_partial_sort(const ev_partial *partial, int32_t *const *orders,
                          int32_t *restrict codes, int32_t *restrict places)
{
    const ev_memory *memory = &partial->memory;
    const int keys = partial->key_count;
    const ptrdiff_t count = ev_partial_series_count(partial);
    int32_t *unsorted = ev_take(memory, count * (keys > 0 ? keys : 1), sizeof *unsorted);
    uint64_t *words = ev_take(memory, count, sizeof *words);
    uint32_t *items = ev_take(memory, count, sizeof *items);
    ev_result result = EV_DONE;
    if (unsorted == NULL || words == NULL || items == NULL) {
        result = EV_NO_MEMORY;
    }
    else {
        codes_of_series(partial, unsorted);
        for (ptrdiff_t s = 0; s < count; s++) {
            items[s] = (uint32_t)s;
        }
    }
    for (int k = keys - 1; k >= 0 && result == EV_DONE; k--) {
        result = rank_codes(partial, k, orders[k], unsorted);
        for (ptrdiff_t i = 0; i < count && result == EV_DONE; i++) {
            words[i] = (uint64_t)unsorted[(ptrdiff_t)items[i] * keys + k];
        }
        if (result == EV_DONE) {
            result = ev_sort(memory, words, items, count);
        }
    }
    for (ptrdiff_t i = 0; i < count && result == EV_DONE; i++) {
        places[items[i]] = (int32_t)i;
        for (int k = 0; k < keys; k++) {
            codes[i * keys + k] = unsorted[(ptrdiff_t)items[i] * keys + k];
        }
    }
    ev_give(memory, unsorted);
    ev_give(memory, words);
    ev_give(memory, items);
    return result;
}
