/* Many finished panels into one, in one pass.
 *
 * The series of every part keep their order in the result, so that all parts are read and
 * the result is written from front to back. Cells of the same series and period are added
 * exactly. First the cells of the result are counted, then they are written; threads may
 * do either for disjoint ranges of series.
 */
#ifndef EV_MERGE_H
#define EV_MERGE_H

#include "table/panel.h"

/* One of the panels: ordinals ascend within a series. */
typedef struct ev_merge_part {
    ev_panel_cells panel;
    const int64_t *series; /* of each of its series the new one, all different, ascending */
} ev_merge_part;

typedef struct ev_merge {
    const ev_memory *memory;
    const ev_merge_part *parts;
    ptrdiff_t count;
    int measures;
} ev_merge;

/* The joint scale of a measure of all parts. EV_BAD_FORMAT as ev_scale_join. */
ev_result ev_merge_scale(const ev_merge *merge, int measure, ev_scale *scale);

/* counts[s] for start <= s < stop: how many cells the new series s has. A cell without
 * rows is none. EV_NO_MEMORY. */
ev_result ev_merge_count(const ev_merge *merge, ptrdiff_t start, ptrdiff_t stop,
                         int64_t *restrict counts);

/* Writes the cells of the new series start .. stop - 1. `into` has the joint scales and an
 * indptr that agrees with ev_merge_count; its fine and counts may be NULL if no part has
 * them. EV_RANGE as ev_panel_write, with *place; EV_NO_MEMORY. Parts that change while
 * they are read give any numbers, but nothing is written outside the ranges of indptr. */
ev_result ev_merge_write(const ev_merge *merge, ptrdiff_t start, ptrdiff_t stop,
                         const ev_panel_cells *into, ev_panel_place *place);

#endif
