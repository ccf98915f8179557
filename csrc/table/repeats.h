/* Rows that repeat another row exactly: the same series, period and values.
 *
 * Rows are compared by a hash of 64 bits, of which two among a million agree by accident
 * once in ten million tables.
 */
#ifndef EV_REPEATS_H
#define EV_REPEATS_H

#include "table/values.h"

enum { EV_MOST_REPEATS = 1 << 30 };

typedef struct ev_row_slot {
    uint64_t hash;
    int64_t row; /* from 1; 0: empty */
} ev_row_slot;

typedef struct ev_repeats {
    ev_row_slot *slots; /* an open-addressing table, at most half full */
    uint64_t mask;
    ptrdiff_t used;
    int64_t room;  /* rows that are still looked at */
    int64_t count; /* rows that repeat an earlier one */
    int64_t first, second; /* the numbers of the first two equal rows, from 0 */
} ev_repeats;

/* Rows of one block: series and period of each, how many, the number of the first one. */
typedef struct ev_block_rows {
    const int32_t *series;
    const int32_t *periods;
    ptrdiff_t count;
    int64_t first;
} ev_block_rows;

/* Looks at no more than `rows` rows, 1 to EV_MOST_REPEATS. EV_NO_MEMORY. */
ev_result ev_repeats_open(ev_repeats *repeats, const ev_memory *memory, ptrdiff_t rows);
void ev_repeats_close(ev_repeats *repeats, const ev_memory *memory);

/* Adds at most EV_BLOCK rows, in the order of their numbers. The table grows with the
 * rows; EV_NO_MEMORY leaves it as it was. */
ev_result ev_repeats_add(ev_repeats *repeats, const ev_memory *memory,
                         const ev_block_rows *rows, const ev_values *restrict values,
                         int measures);

#endif
