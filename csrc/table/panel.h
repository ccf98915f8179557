/* Finished panels: the occupied cells as arrays, sorted by series and period, and new
 * panels from finished ones.
 *
 * Rolling up, recoding, selecting, resampling and merging are one thing: cells are sent to
 * new series and new periods and added exactly where they meet.
 */
#ifndef EV_PANEL_H
#define EV_PANEL_H

#include "table/ledger.h"

/* One measure of a finished panel, an entry a cell. The exact sum is
 * ((hi * 2^64 + lo) + fine * 2^-62) units of the scale. */
typedef struct ev_panel_measure {
    ev_scale scale;
    uint64_t *lo;
    int64_t *hi;    /* NULL: as the sign of lo; so for integers */
    uint64_t *fine; /* NULL: 0 */
    int64_t *counts; /* rows that are counted; NULL: as the panel's rows */
    double *values; /* nearest to the sum; written only; NaN where nothing is counted */
} ev_panel_measure;

typedef struct ev_panel_cells {
    ptrdiff_t series;  /* count */
    int64_t *indptr;   /* series + 1: where the cells of each series begin */
    int64_t *ordinals; /* of each cell */
    int64_t *rows;
    ev_panel_measure *measures;
} ev_panel_cells;

/* Where a total cannot be held. */
typedef struct ev_panel_place {
    int measure;
    ptrdiff_t cell; /* in the sorted order */
} ev_panel_place;

/* Lays the cells of a settled ledger out by series, places[s] being where series s goes
 * (NULL: as it is): indptr (series + 1) is written, and words (room for all cells of the
 * ledger) holds for every series its cells in any order, each as (ordinal - the
 * ledger's least) << 32 | number. indptr[series] is how many there are. */
void ev_panel_lay(const ev_ledger *ledger, const int32_t *restrict places,
                  ptrdiff_t series, int64_t *restrict indptr, uint64_t *restrict words);

/* Sorts the cells of the series start .. stop - 1 by ordinal and writes them into the
 * arrays of `panel`, of which indptr and the scales are set, and fine, hi and counts
 * where not NULL. Threads may write disjoint series at the same time. EV_RANGE: a total
 * that cannot be held, decided from the exact total; then *place is the first of them.
 * EV_NO_MEMORY. */
ev_result ev_panel_write(const ev_ledger *ledger, uint64_t *restrict words,
                         ptrdiff_t start, ptrdiff_t stop, const ev_panel_cells *panel,
                         ev_panel_place *place);

/* How a finished panel goes into another. */
typedef struct ev_panel_map {
    const int64_t *series;  /* the new series of each, -1 to drop */
    const int64_t *periods; /* the new ordinal of low, low + 1 ..., EV_DROPPED to drop;
                               NULL: all as they are */
    int64_t low;
    ptrdiff_t period_count; /* ordinals beyond the table are dropped */
    const uint8_t *keep;    /* a cell each, 0 to drop; NULL: all kept */
} ev_panel_map;

#define EV_DROPPED INT64_MIN

/* Adds the cells of a finished panel to a ledger of the rule EV_ADD. EV_BAD_FORMAT:
 * scales that do not go together; EV_RANGE: a new ordinal beyond int32. */
ev_result ev_panel_absorb(ev_ledger *ledger, const ev_panel_cells *panel,
                          const ev_panel_map *map);

#endif
