/* Rows that repeat another row exactly: the same series, period and values.
 *
 * Each row leaves a hash of 64 bits, of which two among a million agree by accident once
 * in ten million tables. Equal hashes are counted after the last row.
 */
#ifndef EV_REPEATS_H
#define EV_REPEATS_H

#include "table/values.h"

enum { EV_MOST_REPEATS = 1 << 30 };

/* Rows that follow each other in the table. */
typedef struct ev_row_run {
    int64_t row;     /* the number of the first one, from 0 */
    ptrdiff_t start; /* the place of its hash */
} ev_row_run;

typedef struct ev_repeats {
    uint64_t *hashes;
    ptrdiff_t count, room;
    ev_row_run *runs;
    ptrdiff_t run_count, run_room;
    uint64_t *series; /* a hash of the labels of each series */
    ptrdiff_t series_count, series_room;
    int64_t most; /* rows with this number or a later one are not looked at */
} ev_repeats;

/* Rows of one block: series and period of each, how many, the number of the first one. */
typedef struct ev_block_rows {
    const int32_t *series;
    const int32_t *periods;
    ptrdiff_t count;
    int64_t first;
} ev_block_rows;

/* What was found: how many rows repeat another, and the first of them with the row that
 * it repeats. Row numbers are from 0. */
typedef struct ev_repeated {
    int64_t count;
    int64_t first, second;
} ev_repeated;

/* No rows yet; looks at those with numbers below `most`, 1 to EV_MOST_REPEATS. */
void ev_repeats_open(ev_repeats *repeats, int64_t most);
void ev_repeats_close(ev_repeats *repeats, const ev_memory *memory);

/* Adds at most EV_BLOCK rows, whose series have their hash in repeats->series.
 * EV_NO_MEMORY leaves them out. */
ev_result ev_repeats_add(ev_repeats *repeats, const ev_memory *memory,
                         const ev_block_rows *rows, const ev_values *restrict values,
                         int measures);

/* Equal rows among all rows of `count` parts, whatever their order. EV_NO_MEMORY. */
ev_result ev_repeats_find(const ev_repeats *const *parts, int count,
                          const ev_memory *memory, ev_repeated *found);

#endif
