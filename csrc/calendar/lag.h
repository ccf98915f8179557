/* The cell a lag before each cell of a finished panel. */
#ifndef EV_LAG_H
#define EV_LAG_H

#include "base/core.h"

/* For each cell of the series first .. last - 1, writes the number of the cell of the
 * same series whose ordinal is `lag` less, or -1. Cells of series s are indptr[s] ..
 * indptr[s + 1] - 1, ordinals ascending within a series; lag is not 0. */
void ev_lag_bases(const int64_t *restrict indptr, const int64_t *restrict ordinals,
                  ptrdiff_t first, ptrdiff_t last, int64_t lag, int64_t *restrict bases);

#endif
