/* Exact sums of cells of finished panels whose result has the same cells, or as many as
 * are asked for: no table is needed to find where a sum belongs.
 */
#ifndef EV_PANEL_SUMS_H
#define EV_PANEL_SUMS_H

#include "table/panel.h"

/* into[i] = the sum of terms[t][i] over the `count` terms, exactly, for n cells, and its
 * nearest double. The scale of `into` holds those of all terms; its hi may be NULL for
 * integers, its fine where no term has any. The counts are added, too. EV_RANGE: as
 * ev_total_read, the first such cell in *bad. */
ev_result ev_panel_add(const ev_panel_measure *terms, int count, ptrdiff_t n,
                       const ev_panel_measure *into, ptrdiff_t *bad);

/* into[i] = the sum of the cells first[i] .. last[i] (none where last is smaller) that are
 * marked as known, of `cells` cells. It takes a step a cell where the windows
 * slide forward. Results as ev_panel_add. */
ev_result ev_panel_slide(const ev_panel_measure *of, ptrdiff_t cells,
                         const uint8_t *restrict known, const int64_t *restrict first,
                         const int64_t *restrict last, ptrdiff_t n,
                         const ev_panel_measure *into, ptrdiff_t *bad);

/* For n places (series, ordinal): the number of the first cell of the series at or after
 * the ordinal, or where the next series begins if there is none; with `exact` the number
 * of the cell itself, or -1. A series outside 0 .. count - 1 gives -1. Cells as for
 * ev_lag_bases. */
void ev_panel_find(const int64_t *restrict indptr, ptrdiff_t count,
                   const int64_t *restrict ordinals, ptrdiff_t cells,
                   const int64_t *restrict series, const int64_t *restrict wanted,
                   ptrdiff_t n, int exact, int64_t *restrict numbers);

/* Sorts n rows by where they go, 0 .. count - 1, rows of one place in their order; rows
 * with -1 are left out. Place k gets order[offsets[k]] .. order[offsets[k + 1] - 1].
 *
 * First the offsets, of which there are count + 1; the last is the size of order. 0 if a
 * place does not exist. */
int ev_rows_offsets(const int64_t *restrict places, ptrdiff_t n, ptrdiff_t count,
                    int64_t *restrict offsets);

/* Then the order. Places that have changed since leave some of it as it is. */
void ev_rows_arrange(const int64_t *restrict places, ptrdiff_t n, ptrdiff_t count,
                     int64_t *restrict offsets, int64_t *restrict order);

#endif
