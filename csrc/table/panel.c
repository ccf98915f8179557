#include "table/panel.h"

#include <math.h>

#include "base/memory.h"
#include "base/sort.h"

EV_INLINE int64_t place_of(const int32_t *places, int32_t series)
{
    return places == NULL ? series : places[series];
}

void ev_panel_lay(const ev_ledger *ledger, const int32_t *restrict places,
                  ptrdiff_t series, int64_t *restrict indptr, uint64_t *restrict words)
{
    memset(indptr, 0, (size_t)(series + 1) * sizeof *indptr);
    for (ptrdiff_t i = 0; i < ledger->cells.count; i++) {
        const ev_cell *cell = ev_ledger_cell(ledger, i);
        indptr[place_of(places, cell->key.a) + 1] += cell->rows > 0;
    }
    for (ptrdiff_t s = 0; s < series; s++) {
        indptr[s + 1] += indptr[s];
    }
    /* Each start moves on to its series' end, which is the next one's start. */
    for (ptrdiff_t i = 0; i < ledger->cells.count; i++) {
        const ev_cell *cell = ev_ledger_cell(ledger, i);
        if (cell->rows > 0) {
            const int64_t offset = cell->key.b - ledger->cells.least_b;
            words[indptr[place_of(places, cell->key.a)]++] =
                (uint64_t)offset << 32 | (uint64_t)i;
        }
    }
    memmove(indptr + 1, indptr, (size_t)series * sizeof *indptr);
    indptr[0] = 0;
}

enum { DENSE = 1024 }; /* periods, so many that a table of them is in the cache */

/* Sorts n words whose periods are 0 .. width - 1, each at most once. */
static void sort_dense(uint64_t *restrict words, ptrdiff_t n, ptrdiff_t width)
{
    uint64_t at[DENSE];
    memset(at, 0xff, (size_t)width * sizeof *at);
    for (ptrdiff_t i = 0; i < n; i++) {
        at[words[i] >> 32] = words[i];
    }
    ptrdiff_t count = 0;
    for (ptrdiff_t period = 0; count < n; period++) {
        words[count] = at[period];
        count += at[period] != UINT64_MAX;
    }
}

/* The words of one series: by a table of its periods, few by insertion, many by digits. */
static ev_result sort_series(const ev_memory *memory, uint64_t *restrict words,
                             ptrdiff_t n, int64_t width)
{
    enum { FEW = 64 };
    ev_result result = EV_DONE;
    if (width <= DENSE && width <= 8 * n) {
        sort_dense(words, n, (ptrdiff_t)width);
    }
    else if (n > FEW) {
        uint32_t *items = ev_take_zeros(memory, n, sizeof *items);
        result = items == NULL ? EV_NO_MEMORY : ev_sort(memory, words, items, n);
        ev_give(memory, items);
    }
    else {
        for (ptrdiff_t i = 1; i < n; i++) {
            const uint64_t word = words[i];
            ptrdiff_t at = i;
            for (; at > 0 && words[at - 1] > word; at--) {
                words[at] = words[at - 1];
            }
            words[at] = word;
        }
    }
    return result;
}

ev_result ev_panel_put(const ev_panel_measure *measure, ptrdiff_t i,
                       const ev_total *total, int64_t count)
{
    const ev_words words = ev_split_words(total->sum);
    double value = NAN;
    const ev_result result = ev_total_read(total, measure->scale, &value);
    measure->lo[i] = words.lo;
    measure->values[i] = count > 0 ? value : NAN;
    if (measure->hi != NULL) {
        measure->hi[i] = words.hi;
    }
    if (measure->fine != NULL) {
        measure->fine[i] = total->fine;
    }
    if (measure->counts != NULL) {
        measure->counts[i] = count;
    }
    return result;
}

ev_result ev_panel_write(const ev_ledger *ledger, uint64_t *restrict words,
                         ptrdiff_t start, ptrdiff_t stop, const ev_panel_cells *panel,
                         ev_panel_place *place)
{
    const ptrdiff_t end = (ptrdiff_t)panel->indptr[stop];
    const int64_t width = ledger->cells.most_b - ledger->cells.least_b + 1;
    ev_result result = EV_DONE;
    for (ptrdiff_t s = start; s < stop && result == EV_DONE; s++) {
        result =
            sort_series(&ledger->cells.memory, words + panel->indptr[s],
                        (ptrdiff_t)(panel->indptr[s + 1] - panel->indptr[s]), width);
    }
    for (ptrdiff_t i = (ptrdiff_t)panel->indptr[start]; i < end && result == EV_DONE;
         i++) {
        if (i + EV_AHEAD < end) {
            ev_cells_fetch(&ledger->cells, (uint32_t)words[i + EV_AHEAD]);
        }
        const uint32_t number = (uint32_t)words[i];
        const ev_cell *cell = ev_ledger_cell(ledger, number);
        panel->ordinals[i] = cell->key.b;
        panel->rows[i] = cell->rows;
        for (int k = 0; k < ledger->measures && result == EV_DONE; k++) {
            const ev_cell_sum sum = ev_ledger_sum(ledger, number, k);
            result = ev_panel_put(&panel->measures[k], i, &sum.total,
                                  cell->rows - sum.uncounted);
            *place = (ev_panel_place){k, i};
        }
    }
    return result;
}

/* ---- look-ups ---- */

void ev_lag_bases(const int64_t *restrict indptr, const int64_t *restrict ordinals,
                  ptrdiff_t cells, ptrdiff_t first, ptrdiff_t last, const ev_lag *lag,
                  int64_t *restrict bases)
{
    for (ptrdiff_t s = first; s < last; s++) {
        /* Later cells have no earlier base: one walk through the series. */
        const ev_cell_range range = ev_cells_of(indptr, s, cells);
        const int64_t end = range.stop;
        int64_t base = range.first;
        for (int64_t cell = range.first; cell < end; cell++) {
            const int64_t wanted = ev_lag_before(lag, ordinals[cell]);
            while (base < end && ordinals[base] < wanted) {
                base++;
            }
            bases[cell] = base < end && ordinals[base] == wanted ? base : -1;
        }
    }
}

/* ---- panels from panels ---- */

static ev_cell_sum sum_of(const ev_panel_measure *measure, int64_t rows, ptrdiff_t cell,
                          ev_scale into)
{
    ev_cell_sum sum = {ev_panel_total(measure, cell, into), 0};
    if (measure->counts != NULL) {
        sum.uncounted = rows - measure->counts[cell];
    }
    return sum;
}

/* The new ordinal of a cell, or EV_DROPPED. */
EV_INLINE int64_t new_ordinal(const ev_panel_map *map, int64_t ordinal)
{
    int64_t mapped = ordinal;
    if (map->periods != NULL) {
        /* Unsigned: an ordinal below `low` is outside, too. */
        const uint64_t at = (uint64_t)ordinal - (uint64_t)map->low;
        mapped = at < (uint64_t)map->period_count ? map->periods[at] : EV_DROPPED;
    }
    return mapped;
}

/* Cells on their way into the ledger. */
typedef struct ev_moves {
    int32_t series[EV_BLOCK];
    int32_t ordinals[EV_BLOCK];
    ptrdiff_t cells[EV_BLOCK];
    ptrdiff_t count;
    int one_scale; /* the sums are in the scales of the ledger */
} ev_moves;

/* Whether every row of a cell counts, and no sum has a fine part. */
EV_INLINE int is_plain(const ev_panel_cells *panel, int measures, ptrdiff_t cell)
{
    int plain = 1;
    for (int k = 0; k < measures && plain; k++) {
        const ev_panel_measure *measure = &panel->measures[k];
        plain = (measure->fine == NULL || measure->fine[cell] == 0) &&
                (measure->counts == NULL || measure->counts[cell] == panel->rows[cell]);
    }
    return plain;
}

/* Adds such a cell word by word. */
EV_INLINE ev_result add_plainly(ev_ledger *ledger, uint32_t number,
                                const ev_panel_cells *panel, ptrdiff_t cell)
{
    ev_cell *into = ev_ledger_cell(ledger, number);
    ev_result result = EV_DONE;
    into->rows += panel->rows[cell];
    for (int k = 0; k < ledger->measures && result == EV_DONE; k++) {
        result = ev_ledger_add_words(ledger, number, k, &into->sums[k],
                                     ev_split_words(ev_panel_bits(&panel->measures[k], cell)));
    }
    return result;
}

static ev_result add_moves(ev_ledger *ledger, const ev_panel_cells *panel,
                           ev_moves *moves, ev_cell_sum *restrict sums)
{
    uint32_t numbers[EV_BLOCK];
    ev_result result = ev_cells_number(&ledger->cells, moves->series, moves->ordinals,
                                       moves->count, numbers);
    for (ptrdiff_t i = 0; i < moves->count && result == EV_DONE; i++) {
        const ptrdiff_t cell = moves->cells[i];
        if (moves->one_scale && is_plain(panel, ledger->measures, cell)) {
            result = add_plainly(ledger, numbers[i], panel, cell);
            continue;
        }
        const ev_cell_rows rows = {.count = panel->rows[cell]};
        for (int k = 0; k < ledger->measures; k++) {
            sums[k] = sum_of(&panel->measures[k], rows.count, cell, ledger->scales[k]);
        }
        result = ev_ledger_add_cell(ledger, numbers[i], &rows, sums);
    }
    moves->count = 0;
    return result;
}

/* Moves the cells of a series to the series `to`. */
static ev_result move_series(ev_ledger *ledger, const ev_panel_cells *panel,
                             const ev_panel_map *map, ptrdiff_t series, int32_t to,
                             ev_moves *moves, ev_cell_sum *restrict sums)
{
    const ev_cell_range range = ev_cells_of(panel->indptr, series, panel->cells);
    ev_result result = EV_DONE;
    for (ptrdiff_t cell = (ptrdiff_t)range.first; cell < range.stop && result == EV_DONE;
         cell++) {
        const int64_t ordinal = new_ordinal(map, panel->ordinals[cell]);
        if (ordinal == EV_DROPPED || (map->keep != NULL && !map->keep[cell])) {
            continue;
        }
        if (ordinal < INT32_MIN || ordinal > INT32_MAX) {
            result = EV_RANGE;
        }
        else {
            moves->series[moves->count] = to;
            moves->ordinals[moves->count] = (int32_t)ordinal;
            moves->cells[moves->count++] = cell;
        }
        if (result == EV_DONE && moves->count == EV_BLOCK) {
            result = add_moves(ledger, panel, moves, sums);
        }
    }
    return result;
}

ev_result ev_panel_regroup(ev_ledger *ledger, const ev_panel_cells *panel,
                           const ev_panel_map *map)
{
    const ev_memory *memory = &ledger->cells.memory;
    ev_cell_sum *sums = ev_take(memory, ledger->measures, sizeof *sums);
    ev_result result = sums == NULL ? EV_NO_MEMORY : EV_DONE;
    ev_moves moves;
    moves.count = 0;
    moves.one_scale = 1;
    for (int k = 0; k < ledger->measures && result == EV_DONE; k++) {
        result = ev_ledger_take_scale(ledger, k, panel->measures[k].scale);
        moves.one_scale &= ledger->scales[k].grain == panel->measures[k].scale.grain;
    }
    for (ptrdiff_t s = 0; s < panel->series && result == EV_DONE; s++) {
        const int64_t to = map->series[s];
        if (to >= 0 && to < map->count) {
            result = move_series(ledger, panel, map, s, (int32_t)to, &moves, sums);
        }
    }
    if (result == EV_DONE) {
        result = add_moves(ledger, panel, &moves, sums);
    }
    ev_give(memory, sums);
    return result;
}
