/* Rows of a long table by group and period, where each pair occurs once.
 *
 * A table of row numbers by (group, period), in which the row a lag earlier takes one
 * look-up. It is made in stages. Any number of threads may run a stage over disjoint
 * ranges of rows; between stages one thread calls ev_rows_next:
 *
 *     ev_rows_open; do { ev_rows_run over all rows, in ranges } while (ev_rows_next: more)
 *
 * Integer groups of a moderate range are numbered by a bitmap of the values that occur,
 * without hashing, at 1.5 bits per value. Others use dictionaries, on one thread.
 */
#ifndef EV_ROWS_H
#define EV_ROWS_H

#include "calendar/lag.h"
#include "table/cells.h"
#include "columns/column.h"
#include "table/keys.h"

typedef enum ev_rows_stage {
    EV_ROWS_RANGE, /* find the least and greatest group and ordinal */
    EV_ROWS_MARK,  /* mark the groups that occur */
    EV_ROWS_PLACE, /* write row numbers into the table */
    EV_ROWS_CHECK, /* check that each row is found */
    EV_ROWS_READY
} ev_rows_stage;

typedef struct ev_rows {
    ev_memory memory;
    ev_rows_stage stage;
    ptrdiff_t count;
    int column_count;
    const ev_column *const *columns; /* until ready */
    const int64_t *ordinals;         /* until ready */
    int64_t low, high;               /* of the ordinals */
    int64_t least, most;             /* of integer groups */
    uint64_t *bits;                  /* one bit per value of least .. most; 1 if it occurs */
    uint32_t *before;                /* how many values occur before each word of bits */
    int32_t *groups;                 /* of each row, if `pairs` is used */
    int32_t *periods;                /* ordinals, as for groups */
    ptrdiff_t group_count;
    uint32_t *grid;                  /* row + 1 by [group][ordinal - low]; 0 for no row */
    uint32_t *places;                /* of each row in the grid */
    uint64_t inverse;                /* 2^64 / span, rounded up */
    ev_cells pairs;                  /* used if the grid is too sparse: number = row */
    int32_t clash;                   /* a row was not found */
} ev_rows;

/* A pair that occurs twice. */
typedef struct ev_rows_repeat {
    ptrdiff_t first, second; /* rows; `second` is the first row that repeats an earlier one */
} ev_rows_repeat;

/* Opens the rows of some columns (none: one group) and their ordinals, which must
 * outlive the last ev_rows_next. EV_RANGE for 2^31 - 1 rows or more. Close it whatever
 * the result. */
ev_result ev_rows_open(ev_rows *rows, const ev_memory *memory,
                       const ev_column *const *columns, int column_count,
                       const int64_t *ordinals, ptrdiff_t count);
void ev_rows_close(ev_rows *rows);

/* Runs the current stage for the rows start .. stop - 1. */
void ev_rows_run(ev_rows *rows, ptrdiff_t start, ptrdiff_t stop);

/* Starts the next stage; *more is 0 when the rows are ready. EV_DUPLICATE: *repeat is
 * the pair. Results of ev_keys_begin and ev_keys_encode: *which is the column, *place
 * the row. EV_RANGE with *which -1: an ordinal outside int32. */
ev_result ev_rows_next(ev_rows *rows, int *more, int *which, ev_key_place *place,
                       ev_rows_repeat *repeat);

/* The row of the same group a lag earlier, or -1, for the rows start .. stop - 1; base[0]
 * is for row `start`. With a lag of months the ordinals must be valid periods. Rows must
 * be ready, here and below; any number of threads. */
void ev_rows_base(const ev_rows *rows, const ev_lag *lag, ptrdiff_t start, ptrdiff_t stop,
                  int32_t *restrict base);

/* The group of each row, 0 .. group_count - 1. */
void ev_rows_groups(const ev_rows *rows, ptrdiff_t start, ptrdiff_t stop,
                    int32_t *restrict groups);

/* First and last ordinal of each group where values is not NaN, for the groups start ..
 * stop - 1: INT64_MAX and INT64_MIN if there is none. values has one double per row. */
void ev_rows_presence(const ev_rows *rows, const double *restrict values,
                      ptrdiff_t start, ptrdiff_t stop, int64_t *restrict first,
                      int64_t *restrict last);

/* out[i] = values[base[i]], or `none` where base[i] is -1; items of eight bytes, of which
 * there are `count`. 0 if a base is neither. */
int ev_rows_gather(const uint64_t *restrict values, int64_t count,
                   const int32_t *restrict base, ptrdiff_t n, uint64_t none,
                   uint64_t *restrict out);

#endif
