/* Sorting by numbers. */
#ifndef EV_SORT_H
#define EV_SORT_H

#include "base/core.h"

/* Sorts n items by their words, equal ones left in order, in time linear in n; words and
 * items move together. EV_NO_MEMORY leaves them as they were. */
ev_result ev_sort(const ev_memory *memory, uint64_t *restrict words,
                  uint32_t *restrict items, ptrdiff_t n);

#endif
