/* Finished panels: the occupied cells as arrays, sorted by series and period, and new
 * panels from finished ones.
 *
 * Roll-ups, recodings, selections, resamplings and merges are one operation: cells get new
 * series and new periods, and cells that meet are added exactly.
 */
#ifndef EV_PANEL_H
#define EV_PANEL_H

#include "calendar/lag.h"
#include "table/ledger.h"

/* One measure of a finished panel, one item per cell. The exact sum is
 * ((hi * 2^64 + lo) + fine * 2^-62) units of the scale. */
typedef struct ev_panel_measure {
    ev_scale scale;
    uint64_t *lo;
    int64_t *hi;    /* NULL for integers: the sign of lo */
    uint64_t *fine; /* NULL: 0 */
    int64_t *counts; /* rows counted; NULL: all rows of the panel */
    double *values; /* nearest to the sum, NaN where counts is 0; only written */
} ev_panel_measure;

typedef struct ev_panel_cells {
    ptrdiff_t series;  /* count */
    int64_t *indptr;   /* series + 1: where the cells of each series begin */
    int64_t *ordinals; /* of each cell */
    int64_t *rows;
    ev_panel_measure *measures;
    ptrdiff_t cells; /* count, of panels that are read */
} ev_panel_cells;

/* Cells from `first` on, before `stop`. */
typedef struct ev_cell_range {
    int64_t first, stop;
} ev_cell_range;

/* The cells of a series. Another thread may have changed indptr since it was checked: what
 * is no range of the cells is none of them. */
EV_INLINE ev_cell_range ev_cells_of(const int64_t *indptr, int64_t series, int64_t cells)
{
    ev_cell_range range = {indptr[series], indptr[series + 1]};
    /* Unsigned: negative numbers are too large. */
    if ((uint64_t)range.first > (uint64_t)range.stop ||
        (uint64_t)range.stop > (uint64_t)cells) {
        range = (ev_cell_range){0, 0};
    }
    return range;
}

/* The cell whose total is out of range. */
typedef struct ev_panel_place {
    int measure;
    ptrdiff_t cell; /* in the sorted order */
} ev_panel_place;

/* Assigns the cells of a finished ledger to series; series s becomes places[s], or s
 * where places is NULL. Writes indptr (series + 1 items) and, for each series, its
 * cells into words (room for all cells of the ledger) in any order, as (ordinal - least
 * ordinal of the ledger) << 32 | number. */
void ev_panel_lay(const ev_ledger *ledger, const int32_t *restrict places,
                  ptrdiff_t series, int64_t *restrict indptr, uint64_t *restrict words);

/* Sorts the cells of the series start .. stop - 1 by ordinal and writes them into the
 * arrays of `panel`. Its indptr and scales must be set; hi, fine and counts may be
 * NULL. Threads may write disjoint series at the same time. EV_RANGE: an exact total
 * outside the range of ev_total_read, the first of them in *place; EV_NO_MEMORY. */
ev_result ev_panel_write(const ev_ledger *ledger, uint64_t *restrict words,
                         ptrdiff_t start, ptrdiff_t stop, const ev_panel_cells *panel,
                         ev_panel_place *place);

/* For each cell of the series first .. last - 1, writes the number of the cell of the
 * same series that is its base, or -1. Cells of series s are indptr[s] .. indptr[s + 1]
 * - 1, ordinals ascending within a series; with a lag of months all are valid periods.
 * There are `cells` of them. */
void ev_lag_bases(const int64_t *restrict indptr, const int64_t *restrict ordinals,
                  ptrdiff_t cells, ptrdiff_t first, ptrdiff_t last, const ev_lag *lag,
                  int64_t *restrict bases);

/* The 128 bits of a sum; without high words, the low one is signed. */
EV_INLINE ev_wide ev_panel_bits(const ev_panel_measure *measure, ptrdiff_t cell)
{
    const int64_t low = (int64_t)measure->lo[cell];
    const ev_words words = {measure->lo[cell],
                            measure->hi == NULL ? low >> 63 : measure->hi[cell]};
    return ev_join_words(words);
}

/* The sum of a cell in the units of another scale. */
EV_INLINE ev_total ev_panel_total(const ev_panel_measure *measure, ptrdiff_t cell,
                                  ev_scale into)
{
    const ev_total total = {ev_panel_bits(measure, cell),
                            measure->fine == NULL ? 0 : measure->fine[cell], 0};
    return measure->scale.grain == into.grain
               ? total
               : ev_total_rescaled(total, measure->scale, into);
}

/* Writes the sum of a cell, which `count` rows make up, and its nearest double. EV_RANGE as
 * ev_total_read. */
ev_result ev_panel_put(const ev_panel_measure *measure, ptrdiff_t cell,
                       const ev_total *total, int64_t count);

/* New series and periods for the cells of a finished panel. */
typedef struct ev_panel_map {
    const int64_t *series;  /* the new series of each series; -1 to drop it */
    int64_t count;          /* new series; those beyond are dropped */
    const int64_t *periods; /* the new ordinals of low, low + 1 ..., EV_DROPPED to drop;
                               NULL: ordinals do not change */
    int64_t low;
    ptrdiff_t period_count; /* ordinals outside the table are dropped */
    const uint8_t *keep;    /* for each cell, 0 to drop it; NULL: all are kept */
} ev_panel_map;

#define EV_DROPPED INT64_MIN

/* Adds the cells of a finished panel to a ledger that adds rows and tracks none. Results as
 * ev_scale_join and ev_cells_number; EV_RANGE also for a new ordinal outside int32. */
ev_result ev_panel_regroup(ev_ledger *ledger, const ev_panel_cells *panel,
                           const ev_panel_map *map);

#endif
