#include "table/rows.h"

#include "base/memory.h"
#include "table/values.h"

enum {
    AHEAD = EV_AHEAD,
    VALUES_A_ROW = 64,   /* most bits of the bitmap per row */
    ENTRIES_A_ROW = 8    /* most places of the grid per row */
};

ev_result ev_rows_open(ev_rows *rows, const ev_memory *memory,
                       const ev_column *const *columns, int column_count,
                       const int64_t *ordinals, ptrdiff_t count)
{
    memset(rows, 0, sizeof *rows);
    rows->memory = *memory;
    rows->columns = columns;
    rows->column_count = column_count;
    rows->ordinals = ordinals;
    rows->count = count;
    rows->low = rows->least = INT64_MAX;
    rows->high = rows->most = INT64_MIN;
    ev_cells_open(&rows->pairs, memory, sizeof(ev_cell_key));
    return count >= INT32_MAX ? EV_RANGE : EV_DONE;
}

void ev_rows_close(ev_rows *rows)
{
    const ev_memory *memory = &rows->memory;
    ev_give(memory, rows->bits);
    ev_give(memory, rows->before);
    ev_give(memory, rows->groups);
    ev_give(memory, rows->periods);
    ev_give(memory, rows->grid);
    ev_give(memory, rows->places);
    ev_cells_close(&rows->pairs);
    memset(rows, 0, sizeof *rows);
}

/* ---- groups ---- */

static int is_plain_integer(const ev_rows *rows)
{
    return rows->column_count == 1 && rows->columns[0]->dictionary == NULL &&
           ev_is_integer(rows->columns[0]->type);
}

static void find_range(ev_rows *rows, ptrdiff_t start, ptrdiff_t stop)
{
    int64_t values[EV_BLOCK];
    int64_t low = INT64_MAX, high = INT64_MIN, least = INT64_MAX, most = INT64_MIN;
    const int integers = is_plain_integer(rows);
    for (ptrdiff_t i = start; i < stop; i++) {
        low = rows->ordinals[i] < low ? rows->ordinals[i] : low;
        high = rows->ordinals[i] > high ? rows->ordinals[i] : high;
    }
    for (ptrdiff_t at = start; integers && at < stop; at += EV_BLOCK) {
        const ptrdiff_t n = stop - at < EV_BLOCK ? stop - at : EV_BLOCK;
        ev_integers_read(rows->columns[0], at, n, values);
        for (ptrdiff_t i = 0; i < n; i++) { /* nulls too: they only widen the range */
            least = values[i] < least ? values[i] : least;
            most = values[i] > most ? values[i] : most;
        }
    }
    ev_atomic_min(&rows->low, low);
    ev_atomic_max(&rows->high, high);
    ev_atomic_min(&rows->least, least);
    ev_atomic_max(&rows->most, most);
}

/* The arrays are read in each stage. If another thread changes them in between, a row
 * gets a wrong place, but never one outside of the tables. */
EV_INLINE uint64_t place_of_value(const ev_rows *rows, int64_t value)
{
    const uint64_t place = (uint64_t)value - (uint64_t)rows->least;
    const uint64_t last = (uint64_t)rows->most - (uint64_t)rows->least;
    return place <= last ? place : last;
}

EV_INLINE int64_t offset_of_ordinal(const ev_rows *rows, int64_t ordinal)
{
    const uint64_t offset = (uint64_t)ordinal - (uint64_t)rows->low;
    const uint64_t last = (uint64_t)rows->high - (uint64_t)rows->low;
    return (int64_t)(offset <= last ? offset : last);
}

static void mark_groups(ev_rows *rows, ptrdiff_t start, ptrdiff_t stop)
{
    int64_t values[EV_BLOCK];
    const ev_column *column = rows->columns[0];
    for (ptrdiff_t at = start; at < stop; at += EV_BLOCK) {
        const ptrdiff_t n = stop - at < EV_BLOCK ? stop - at : EV_BLOCK;
        ev_integers_read(column, at, n, values);
        for (ptrdiff_t i = 0; i < n; i++) {
            const uint64_t place = place_of_value(rows, values[i]);
            uint64_t *word = &rows->bits[place / 64];
            const uint64_t bit = UINT64_C(1) << place % 64;
            /* Most groups are marked already: then nothing is written. */
            if ((EV_LOAD(word) & bit) == 0 && ev_has_value(column, at + i)) {
                EV_OR(word, bit);
            }
        }
    }
}

/* Counts the values before each word; null is the last group. */
static ev_result count_groups(ev_rows *rows)
{
    const ptrdiff_t words = (ptrdiff_t)((uint64_t)(rows->most - rows->least) / 64) + 1;
    rows->before = ev_take(&rows->memory, words, sizeof *rows->before);
    uint32_t count = 0;
    for (ptrdiff_t i = 0; rows->before != NULL && i < words; i++) {
        rows->before[i] = count;
        count += (uint32_t)ev_ones(rows->bits[i]);
    }
    rows->group_count = (ptrdiff_t)count + (rows->columns[0]->valid != NULL);
    return rows->before == NULL ? EV_NO_MEMORY : EV_DONE;
}

EV_INLINE int32_t group_of_value(const ev_rows *rows, int64_t value)
{
    const uint64_t place = place_of_value(rows, value);
    const uint64_t lower = rows->bits[place / 64] & ((UINT64_C(1) << place % 64) - 1);
    const ptrdiff_t group =
        (ptrdiff_t)rows->before[place / 64] + (ptrdiff_t)ev_ones(lower);
    return (int32_t)(group < rows->group_count ? group : rows->group_count - 1);
}

/* Groups of n <= EV_BLOCK rows. */
static void read_groups(const ev_rows *rows, ptrdiff_t start, ptrdiff_t n,
                        int32_t *restrict groups)
{
    if (rows->bits != NULL) {
        int64_t values[EV_BLOCK];
        const ev_column *column = rows->columns[0];
        ev_integers_read(column, start, n, values);
        for (ptrdiff_t i = 0; i < n; i++) {
            groups[i] = group_of_value(rows, values[i]);
        }
        for (ptrdiff_t i = 0; column->valid != NULL && i < n; i++) {
            groups[i] = !ev_has_value(column, start + i) ? (int32_t)rows->group_count - 1
                                                   : groups[i];
        }
    }
    else {
        memcpy(groups, rows->groups + start, (size_t)n * sizeof *groups);
    }
}

/* Sets rows->groups by dictionaries, key by key. */
static ev_result encode_groups(ev_rows *rows, int *which, ev_key_place *place)
{
    int32_t codes[EV_BLOCK] = {0};
    uint32_t numbers[EV_BLOCK];
    rows->groups = ev_take_zeros(&rows->memory, rows->count, sizeof *rows->groups);
    rows->group_count = 1;
    ev_result result = rows->groups == NULL ? EV_NO_MEMORY : EV_DONE;
    for (int k = 0; k < rows->column_count && result == EV_DONE; k++) {
        ev_keys keys;
        ev_cells joined;
        ev_keys_open(&keys, &rows->memory);
        ev_cells_open(&joined, &rows->memory, sizeof(ev_cell_key));
        *which = k;
        *place = (ev_key_place){-1, -1, 0};
        result = ev_keys_begin(&keys, rows->columns[k]);
        for (ptrdiff_t at = 0; at < rows->count && result == EV_DONE; at += EV_BLOCK) {
            const ptrdiff_t n = rows->count - at < EV_BLOCK ? rows->count - at : EV_BLOCK;
            int32_t *groups = rows->groups + at;
            result = ev_keys_encode(&keys, at, n, k == 0 ? groups : codes, place);
            if (result == EV_DONE && k > 0) {
                result = ev_cells_number(&joined, groups, codes, n, numbers);
            }
            for (ptrdiff_t i = 0; i < n && result == EV_DONE && k > 0; i++) {
                groups[i] = (int32_t)numbers[i]; /* fewer than rows */
            }
        }
        rows->group_count = k == 0 ? keys.count : joined.count;
        ev_keys_close(&keys);
        ev_cells_close(&joined);
    }
    return result;
}

/* ---- the table ---- */

EV_INLINE int64_t span_of(const ev_rows *rows)
{
    return rows->high - rows->low + 1;
}

static void place_rows(ev_rows *rows, ptrdiff_t start, ptrdiff_t stop)
{
    int32_t groups[EV_BLOCK];
    const int64_t span = span_of(rows);
    for (ptrdiff_t at = start; at < stop; at += EV_BLOCK) {
        const ptrdiff_t n = stop - at < EV_BLOCK ? stop - at : EV_BLOCK;
        read_groups(rows, at, n, groups);
        for (ptrdiff_t i = 0; i < n; i++) {
            const int64_t place =
                groups[i] * span + offset_of_ordinal(rows, rows->ordinals[at + i]);
            rows->places[at + i] = (uint32_t)place;
            if (i < AHEAD) {
                EV_PREFETCH(&rows->grid[place]);
            }
        }
        for (ptrdiff_t i = at; i < at + n; i++) {
            if (i + AHEAD < at + n) {
                EV_PREFETCH(&rows->grid[rows->places[i + AHEAD]]);
            }
            EV_STORE(&rows->grid[rows->places[i]], (uint32_t)(i + 1));
        }
    }
}

static void check_rows(ev_rows *rows, ptrdiff_t start, ptrdiff_t stop)
{
    int clash = 0;
    for (ptrdiff_t i = start; i < stop; i++) {
        if (i + AHEAD < stop) {
            EV_PREFETCH(&rows->grid[rows->places[i + AHEAD]]);
        }
        clash |= rows->grid[rows->places[i]] != (uint32_t)(i + 1);
    }
    if (clash) {
        EV_STORE(&rows->clash, 1);
    }
}

/* The rows that clash. Rows are placed again in order, so that the result does not
 * depend on threads. */
static ev_rows_repeat find_repeat(ev_rows *rows)
{
    ev_rows_repeat repeat = {-1, -1};
    memset(rows->grid, 0,
           (size_t)(rows->group_count * span_of(rows)) * sizeof *rows->grid);
    for (ptrdiff_t i = 0; i < rows->count && repeat.first < 0; i++) {
        uint32_t *entry = &rows->grid[rows->places[i]];
        if (*entry != 0) {
            repeat = (ev_rows_repeat){(ptrdiff_t)*entry - 1, i};
        }
        *entry = (uint32_t)(i + 1);
    }
    return repeat;
}

/* Numbers the pairs; the number of a pair is its row. */
static ev_result number_pairs(ev_rows *rows, ev_rows_repeat *repeat)
{
    uint32_t numbers[EV_BLOCK];
    rows->periods = ev_take_big(&rows->memory, rows->count, sizeof *rows->periods);
    if (rows->groups == NULL) {
        rows->groups = ev_take_big(&rows->memory, rows->count, sizeof *rows->groups);
    }
    const int given = rows->periods != NULL && rows->groups != NULL;
    ev_result result = given ? EV_DONE : EV_NO_MEMORY;
    for (ptrdiff_t at = 0; at < rows->count && result == EV_DONE; at += EV_BLOCK) {
        const ptrdiff_t n = rows->count - at < EV_BLOCK ? rows->count - at : EV_BLOCK;
        if (rows->bits != NULL) {
            read_groups(rows, at, n, rows->groups + at);
        }
        for (ptrdiff_t i = at; i < at + n; i++) {
            rows->periods[i] = (int32_t)rows->ordinals[i];
        }
        result = ev_cells_number(&rows->pairs, rows->groups + at, rows->periods + at, n,
                                 numbers);
        for (ptrdiff_t i = 0; i < n && result == EV_DONE; i++) {
            if ((ptrdiff_t)numbers[i] != at + i) {
                *repeat = (ev_rows_repeat){(ptrdiff_t)numbers[i], at + i};
                result = EV_DUPLICATE;
            }
        }
    }
    return result;
}

/* ---- stages ---- */

void ev_rows_run(ev_rows *rows, ptrdiff_t start, ptrdiff_t stop)
{
    static void (*const stages[])(ev_rows *, ptrdiff_t, ptrdiff_t) = {
        [EV_ROWS_RANGE] = find_range,
        [EV_ROWS_MARK] = mark_groups,
        [EV_ROWS_PLACE] = place_rows,
        [EV_ROWS_CHECK] = check_rows};
    if (rows->stage < EV_ROWS_READY) {
        stages[rows->stage](rows, start, stop);
    }
}

/* After the range is known: chooses a bitmap, or encodes by dictionaries. */
static ev_result choose_groups(ev_rows *rows, int *which, ev_key_place *place)
{
    ev_result result = EV_DONE;
    const uint64_t values = (uint64_t)rows->most - (uint64_t)rows->least;
    if (rows->low < INT32_MIN || rows->high > INT32_MAX) {
        result = EV_RANGE;
        *which = -1;
    }
    else if (is_plain_integer(rows) && rows->columns[0]->type != EV_COL_U64 &&
             values / VALUES_A_ROW < (uint64_t)rows->count) {
        rows->bits = ev_take_zeros(&rows->memory, (ptrdiff_t)(values / 64) + 1,
                                   sizeof *rows->bits);
        rows->stage = EV_ROWS_MARK;
        result = rows->bits == NULL ? EV_NO_MEMORY : EV_DONE;
    }
    else {
        result = encode_groups(rows, which, place);
        rows->stage = EV_ROWS_PLACE;
    }
    return result;
}

/* After the groups are known: chooses a grid, or numbers the pairs. */
static ev_result choose_table(ev_rows *rows, ev_rows_repeat *repeat)
{
    ev_result result = EV_DONE;
    const int64_t entries = rows->group_count * span_of(rows); /* each below 2^32 */
    rows->stage = EV_ROWS_PLACE;
    if (entries <= UINT32_MAX && entries / ENTRIES_A_ROW <= rows->count) {
        rows->grid = ev_take_zeros(&rows->memory, (ptrdiff_t)entries, sizeof *rows->grid);
        rows->places = ev_take_big(&rows->memory, rows->count, sizeof *rows->places);
        rows->inverse = UINT64_MAX / (uint64_t)span_of(rows) + 1;
        result = rows->grid == NULL || rows->places == NULL ? EV_NO_MEMORY : EV_DONE;
    }
    else {
        result = number_pairs(rows, repeat);
        rows->stage = EV_ROWS_READY;
    }
    return result;
}

ev_result ev_rows_next(ev_rows *rows, int *more, int *which, ev_key_place *place,
                       ev_rows_repeat *repeat)
{
    ev_result result = EV_DONE;
    *which = -1;
    if (rows->count == 0) {
        rows->stage = EV_ROWS_READY;
    }
    else if (rows->stage == EV_ROWS_RANGE) {
        result = choose_groups(rows, which, place);
        if (result == EV_DONE && rows->stage == EV_ROWS_PLACE) {
            result = choose_table(rows, repeat);
        }
    }
    else if (rows->stage == EV_ROWS_MARK) {
        result = count_groups(rows);
        if (result == EV_DONE) {
            result = choose_table(rows, repeat);
        }
    }
    else if (rows->stage == EV_ROWS_PLACE) {
        rows->stage = EV_ROWS_CHECK;
    }
    else if (rows->stage == EV_ROWS_CHECK) {
        rows->stage = EV_ROWS_READY;
        if (rows->clash) {
            *repeat = find_repeat(rows);
            result = EV_DUPLICATE;
        }
    }
    *more = rows->stage != EV_ROWS_READY;
    return result;
}

/* ---- look-ups ---- */

/* place / span, for places and spans of 32 bits: one multiplication. */
EV_INLINE uint32_t group_of_place(const ev_rows *rows, uint32_t place)
{
    /* span 1 has no inverse of 64 bits: it wraps to 0. */
    return rows->inverse == 0 ? place
                              : (uint32_t)ev_wide_high(ev_wide_product(rows->inverse, place));
}

/* How the place of a base in its group is found; a constant in each use. */
enum how { COUNTED, LOOKED_UP, BY_DATE };

EV_INLINE void base_by_grid(const ev_rows *rows, const ev_lag *lag, const enum how how,
                            const int32_t *table, ptrdiff_t start, ptrdiff_t stop,
                            int32_t *restrict base)
{
    const int64_t span = span_of(rows), typical = ev_lag_typical(lag);
    const int far = typical >= 2 * span || typical <= -2 * span; /* no row has a base */
    for (ptrdiff_t i = start; i < stop; i++) {
        if (i + AHEAD < stop && !far) {
            /* May be outside the grid; only its address is computed, as a number. */
            const int64_t ahead = (int64_t)rows->places[i + AHEAD] - typical;
            EV_PREFETCH((const void *)((uintptr_t)rows->grid + (uintptr_t)ahead * 4));
        }
        const int64_t first = group_of_place(rows, rows->places[i]) * span;
        const int64_t at = rows->places[i] - first;
        const int64_t wanted = far                ? -1
                               : how == COUNTED   ? at - typical
                               : how == LOOKED_UP ? table[at]
                                         : ev_lag_before(lag, at + rows->low) - rows->low;
        base[i - start] =
            wanted >= 0 && wanted < span ? (int32_t)rows->grid[first + wanted] - 1 : -1;
    }
}

/* Dates by a table of their bases, if there are fewer of them than rows. */
static void base_by_date(const ev_rows *rows, const ev_lag *lag, ptrdiff_t start,
                         ptrdiff_t stop, int32_t *restrict base)
{
    enum { SPAN = 4096 };
    int32_t table[SPAN];
    const int64_t span = span_of(rows);
    if (span <= SPAN && span < stop - start) {
        for (int64_t at = 0; at < span; at++) {
            const int64_t before = ev_lag_before(lag, at + rows->low);
            const int inside = before >= rows->low && before <= rows->high;
            table[at] = inside ? (int32_t)(before - rows->low) : -1;
        }
        base_by_grid(rows, lag, LOOKED_UP, table, start, stop, base);
    }
    else {
        base_by_grid(rows, lag, BY_DATE, NULL, start, stop, base);
    }
}

static void base_by_pairs(const ev_rows *rows, const ev_lag *lag, ptrdiff_t start,
                          ptrdiff_t stop, int32_t *restrict base)
{
    int32_t wanted[EV_BLOCK];
    int64_t found[EV_BLOCK];
    const int far = lag->periods > UINT32_MAX || lag->periods < -(int64_t)UINT32_MAX;
    for (ptrdiff_t at = start; at < stop; at += EV_BLOCK) {
        const ptrdiff_t n = stop - at < EV_BLOCK ? stop - at : EV_BLOCK;
        for (ptrdiff_t i = 0; i < n; i++) {
            const int64_t earlier = far ? INT64_MIN : ev_lag_before(lag, rows->periods[at + i]);
            const int known = earlier >= INT32_MIN && earlier <= INT32_MAX;
            wanted[i] = known ? (int32_t)earlier : 0;
            base[at - start + i] = known - 1;
        }
        ev_cells_find(&rows->pairs, rows->groups + at, wanted, n, found);
        for (ptrdiff_t i = 0; i < n; i++) {
            int32_t *row = base + (at - start + i);
            *row = *row == 0 ? (int32_t)found[i] : -1;
        }
    }
}

void ev_rows_base(const ev_rows *rows, const ev_lag *lag, ptrdiff_t start, ptrdiff_t stop,
                  int32_t *restrict base)
{
    if (rows->grid == NULL) {
        base_by_pairs(rows, lag, start, stop, base);
    }
    else if (lag->months == 0) {
        base_by_grid(rows, lag, COUNTED, NULL, start, stop, base);
    }
    else {
        base_by_date(rows, lag, start, stop, base);
    }
}

void ev_rows_groups(const ev_rows *rows, ptrdiff_t start, ptrdiff_t stop,
                    int32_t *restrict groups)
{
    for (ptrdiff_t i = start; i < stop; i++) {
        groups[i - start] = rows->grid != NULL
                                ? (int32_t)group_of_place(rows, rows->places[i])
                                : rows->groups[i];
    }
}

/* Searches each group's row of the grid from both ends for the first value. */
static void presence_by_grid(const ev_rows *rows, const double *restrict values,
                             ptrdiff_t start, ptrdiff_t stop, int64_t *restrict first,
                             int64_t *restrict last)
{
    const int64_t span = span_of(rows);
    for (ptrdiff_t g = start; g < stop; g++) {
        const uint32_t *entries = rows->grid + g * span;
        int64_t left = 0, right = span - 1;
        while (left < span &&
               (entries[left] == 0 || values[entries[left] - 1] != values[entries[left] - 1])) {
            left++;
        }
        while (right > left && (entries[right] == 0 || values[entries[right] - 1] !=
                                                           values[entries[right] - 1])) {
            right--;
        }
        first[g - start] = left < span ? rows->low + left : INT64_MAX;
        last[g - start] = left < span ? rows->low + right : INT64_MIN;
    }
}

void ev_rows_presence(const ev_rows *rows, const double *restrict values,
                      ptrdiff_t start, ptrdiff_t stop, int64_t *restrict first,
                      int64_t *restrict last)
{
    if (rows->grid != NULL) {
        presence_by_grid(rows, values, start, stop, first, last);
    }
    else {
        for (ptrdiff_t g = start; g < stop; g++) {
            first[g - start] = INT64_MAX;
            last[g - start] = INT64_MIN;
        }
        for (ptrdiff_t i = 0; i < rows->count; i++) {
            const ptrdiff_t g = rows->groups[i];
            const int64_t period = rows->periods[i];
            if (g >= start && g < stop && values[i] == values[i]) {
                first[g - start] = period < first[g - start] ? period : first[g - start];
                last[g - start] = period > last[g - start] ? period : last[g - start];
            }
        }
    }
}

int ev_rows_gather(const uint64_t *restrict values, int64_t count,
                   const int32_t *restrict base, ptrdiff_t n, uint64_t none,
                   uint64_t *restrict out)
{
    int good = 1;
    for (ptrdiff_t i = 0; i < n; i++) {
        const int64_t next = i + AHEAD < n ? base[i + AHEAD] : -1, from = base[i];
        if (next >= 0 && next < count) {
            EV_PREFETCH(&values[next]);
        }
        const int there = from >= 0 && from < count;
        out[i] = there ? values[from] : none;
        good &= there || from == -1;
    }
    return good;
}
