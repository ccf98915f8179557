#include "table/merge.h"

#include "base/memory.h"

/* Periods added together: few enough for the first cache, many enough for ten years of
 * months. */
enum { WINDOW = 128 };

/* Where a part is read. */
typedef struct ev_cursor {
    ptrdiff_t series;     /* its next series */
    ptrdiff_t cell, stop; /* its next cell of the new series being read, and their end */
} ev_cursor;

/* A window of the periods low .. low + WINDOW - 1 of one new series. */
typedef struct ev_merging {
    const ev_merge *merge;
    ev_cursor *cursors; /* of each part */
    int64_t low;
    ptrdiff_t used;       /* periods of the window up to the last one with a cell */
    int64_t rows[WINDOW]; /* all 0 between windows, as are the sums */
    ev_cell_sum *sums;    /* [period][measure] */
} ev_merging;

ev_result ev_merge_scale(const ev_merge *merge, int measure, ev_scale *scale)
{
    ev_result result = EV_DONE;
    *scale = (ev_scale){EV_NO_GRAIN, 0};
    for (ptrdiff_t p = 0; p < merge->count && result == EV_DONE; p++) {
        result =
            ev_scale_join(*scale, merge->parts[p].panel.measures[measure].scale, scale);
    }
    return result;
}

/* The first series of a part that goes to the new series `start` or a later one. */
static ptrdiff_t first_series(const ev_merge_part *part, ptrdiff_t start)
{
    ptrdiff_t low = 0, high = part->panel.series;
    while (low < high) {
        const ptrdiff_t middle = low + (high - low) / 2;
        if (part->series[middle] < start) {
            low = middle + 1;
        }
        else {
            high = middle;
        }
    }
    return low;
}

/* Close it whatever the result. */
static ev_result open_merging(ev_merging *merging, const ev_merge *merge,
                              ptrdiff_t start)
{
    memset(merging, 0, sizeof *merging);
    merging->merge = merge;
    merging->cursors = ev_take(merge->memory, merge->count, sizeof *merging->cursors);
    merging->sums = ev_take_zeros(merge->memory, WINDOW * (ptrdiff_t)merge->measures,
                                  sizeof *merging->sums);
    const int failed = merging->cursors == NULL || merging->sums == NULL;
    for (ptrdiff_t p = 0; p < merge->count && !failed; p++) {
        merging->cursors[p] = (ev_cursor){first_series(&merge->parts[p], start), 0, 0};
    }
    return failed ? EV_NO_MEMORY : EV_DONE;
}

static void close_merging(ev_merging *merging)
{
    ev_give(merging->merge->memory, merging->cursors);
    ev_give(merging->merge->memory, merging->sums);
}

/* Sets the cursors to the cells of a new series. */
static void open_series(ev_merging *merging, ptrdiff_t series)
{
    for (ptrdiff_t p = 0; p < merging->merge->count; p++) {
        const ev_merge_part *part = &merging->merge->parts[p];
        ev_cursor *cursor = &merging->cursors[p];
        cursor->cell = cursor->stop = 0;
        if (cursor->series < part->panel.series &&
            part->series[cursor->series] == series) {
            const ev_cell_range range =
                ev_cells_of(part->panel.indptr, cursor->series++, part->panel.cells);
            cursor->cell = (ptrdiff_t)range.first;
            cursor->stop = (ptrdiff_t)range.stop;
        }
    }
}

/* Moves the window to the earliest cell that is left; 0 if there is none. */
static int open_window(ev_merging *merging)
{
    int found = 0;
    for (ptrdiff_t p = 0; p < merging->merge->count; p++) {
        const ev_cursor *cursor = &merging->cursors[p];
        if (cursor->cell < cursor->stop) {
            const int64_t ordinal =
                merging->merge->parts[p].panel.ordinals[cursor->cell];
            merging->low = found && merging->low < ordinal ? merging->low : ordinal;
            found = 1;
        }
    }
    merging->used = 0;
    return found;
}

/* The place in the window of the next cell of a part, or -1 for none. */
EV_INLINE ptrdiff_t next_place(const ev_merging *merging, const ev_merge_part *part,
                               const ev_cursor *cursor)
{
    ptrdiff_t place = -1;
    if (cursor->cell < cursor->stop) {
        /* Unsigned: an ordinal below `low` is outside, too. */
        const uint64_t at =
            (uint64_t)part->panel.ordinals[cursor->cell] - (uint64_t)merging->low;
        place = at < WINDOW ? (ptrdiff_t)at : -1;
    }
    return place;
}

/* Adds the sum of a cell to a sum in the scale `scale`. */
EV_INLINE void add_sum(ev_cell_sum *restrict into, const ev_panel_cells *panel,
                       const ev_panel_measure *measure, ptrdiff_t cell, ev_scale scale)
{
    if (measure->fine == NULL && measure->scale.grain == scale.grain) {
        into->total.wraps +=
            ev_wide_add_signed(&into->total.sum, ev_panel_bits(measure, cell));
    }
    else {
        const ev_total more = ev_panel_total(measure, cell, scale);
        ev_total_add(&into->total, &more);
    }
    if (measure->counts != NULL) {
        into->uncounted += panel->rows[cell] - measure->counts[cell];
    }
}

/* Adds the cells of all parts in the window; with `scales` NULL only their rows. */
static void add_window(ev_merging *merging, const ev_scale *scales)
{
    const int measures = merging->merge->measures;
    for (ptrdiff_t p = 0; p < merging->merge->count; p++) {
        const ev_merge_part *part = &merging->merge->parts[p];
        ev_cursor *cursor = &merging->cursors[p];
        ptrdiff_t place;
        while ((place = next_place(merging, part, cursor)) >= 0) {
            merging->used = place < merging->used ? merging->used : place + 1;
            merging->rows[place] += part->panel.rows[cursor->cell];
            for (int k = 0; k < measures && scales != NULL; k++) {
                add_sum(&merging->sums[place * measures + k], &part->panel,
                        &part->panel.measures[k], cursor->cell, scales[k]);
            }
            cursor->cell++;
        }
    }
}

ev_result ev_merge_count(const ev_merge *merge, ptrdiff_t start, ptrdiff_t stop,
                         int64_t *restrict counts)
{
    ev_merging merging;
    const ev_result result = open_merging(&merging, merge, start);
    for (ptrdiff_t s = start; s < stop && result == EV_DONE; s++) {
        counts[s] = 0;
        open_series(&merging, s);
        while (open_window(&merging)) {
            add_window(&merging, NULL);
            for (ptrdiff_t i = 0; i < merging.used; i++) {
                counts[s] += merging.rows[i] > 0;
                merging.rows[i] = 0;
            }
        }
    }
    close_merging(&merging);
    return result;
}

/* Writes one cell of the window. */
static ev_result put_cell(const ev_merging *merging, ptrdiff_t at,
                          const ev_panel_cells *into, ptrdiff_t cell,
                          ev_panel_place *place)
{
    ev_result result = EV_DONE;
    into->ordinals[cell] = merging->low + at;
    into->rows[cell] = merging->rows[at];
    for (int k = 0; k < merging->merge->measures && result == EV_DONE; k++) {
        const ev_cell_sum *sum = &merging->sums[at * merging->merge->measures + k];
        result = ev_panel_put(&into->measures[k], cell, &sum->total,
                              merging->rows[at] - sum->uncounted);
        *place = (ev_panel_place){k, cell};
    }
    return result;
}

/* Writes the cells of the window from *cell on, before `stop`, and empties it. */
static ev_result put_window(ev_merging *merging, const ev_panel_cells *into,
                            ptrdiff_t *cell, ptrdiff_t stop, ev_panel_place *place)
{
    const ptrdiff_t measures = merging->merge->measures;
    ev_result result = EV_DONE;
    for (ptrdiff_t i = 0; i < merging->used && result == EV_DONE; i++) {
        if (merging->rows[i] > 0 && *cell < stop) {
            result = put_cell(merging, i, into, (*cell)++, place);
        }
    }
    memset(merging->rows, 0, (size_t)merging->used * sizeof *merging->rows);
    memset(merging->sums, 0,
           (size_t)(merging->used * measures) * sizeof *merging->sums);
    return result;
}

ev_result ev_merge_write(const ev_merge *merge, ptrdiff_t start, ptrdiff_t stop,
                         const ev_panel_cells *into, ev_panel_place *place)
{
    ev_merging merging;
    ev_scale *scales = ev_take(merge->memory, merge->measures, sizeof *scales);
    ev_result result = open_merging(&merging, merge, start);
    result = scales == NULL ? EV_NO_MEMORY : result;
    for (int k = 0; k < merge->measures && result == EV_DONE; k++) {
        scales[k] = into->measures[k].scale;
    }
    for (ptrdiff_t s = start; s < stop && result == EV_DONE; s++) {
        ptrdiff_t cell = (ptrdiff_t)into->indptr[s];
        open_series(&merging, s);
        while (result == EV_DONE && open_window(&merging)) {
            add_window(&merging, scales);
            result = put_window(&merging, into, &cell, (ptrdiff_t)into->indptr[s + 1],
                                place);
        }
    }
    close_merging(&merging);
    ev_give(merge->memory, scales);
    return result;
}
