#include "calendar/lag.h"

void ev_lag_bases(const int64_t *restrict indptr, const int64_t *restrict ordinals,
                  ptrdiff_t first, ptrdiff_t last, int64_t lag, int64_t *restrict bases)
{
    for (ptrdiff_t s = first; s < last; s++) {
        /* Both cell and base only move on: one walk through the series. */
        const int64_t end = indptr[s + 1];
        int64_t base = indptr[s];
        for (int64_t cell = indptr[s]; cell < end; cell++) {
            const int64_t wanted = ordinals[cell] - lag;
            while (base < end && ordinals[base] < wanted) {
                base++;
            }
            bases[cell] = base < end && ordinals[base] == wanted ? base : -1;
        }
    }
}
