/* Sorting by numbers. */
#ifndef EV_SORT_H
#define EV_SORT_H

#include "base/core.h"

/* Sorts n items by their words, in time linear in n; equal ones stay in order. words[i]
 * belongs to items[i], and both are sorted. EV_NO_MEMORY leaves them unchanged. */
ev_result ev_sort(const ev_memory *memory, uint64_t *restrict words,
                  uint32_t *restrict items, ptrdiff_t n);

#endif
