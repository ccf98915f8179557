/* Rows of a long table by group and period, where each pair stands once.
 *
 * No sums: a table of row numbers by (group, period), from which the row a lag earlier is
 * one look away. It is made in stages, each of which any number of threads may run over
 * disjoint ranges of rows; between them one thread moves on:
 *
 *     ev_rows_open; do { ev_rows_run over all rows, in ranges } while (ev_rows_next: more)
 *
 * Integer groups of a moderate range are numbered by a bitmap of the values that occur:
 * no hashing, a bit and a half a value. Others go through dictionaries, on one thread.
 */
#ifndef EV_ROWS_H
#define EV_ROWS_H

#include "table/cells.h"
#include "columns/column.h"
#include "table/keys.h"

typedef enum ev_rows_stage {
    EV_ROWS_RANGE, /* least and most group and ordinal */
    EV_ROWS_MARK,  /* which groups occur */
    EV_ROWS_PLACE, /* row numbers into the table */
    EV_ROWS_CHECK, /* that each finds itself there */
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
    uint64_t *bits;                  /* a bit a value of least .. most that occurs */
    uint32_t *before;                /* values before each word of bits */
    int32_t *groups;                 /* of each row, where a table of pairs serves */
    int32_t *periods;                /* ordinals, likewise */
    ptrdiff_t group_count;
    uint32_t *grid;                  /* row + 1 by [group][ordinal - low]; 0 for none */
    uint32_t *places;                /* of each row in the grid */
    uint64_t inverse;                /* 2^64 / span, rounded up */
    ev_cells pairs;                  /* where the grid would be too empty: number = row */
    int32_t clash;                   /* a row did not find itself */
} ev_rows;

/* A pair that stands twice. */
typedef struct ev_rows_repeat {
    ptrdiff_t first, second; /* the rows: second is the first of all that repeat one */
} ev_rows_repeat;

/* For the rows of all columns (at least one, or none: a single group) and their ordinals;
 * these must stay until the last ev_rows_next. EV_RANGE for 2^31 rows and more,
 * EV_BAD_FORMAT for a type that is no key. Close it whatever is returned. */
ev_result ev_rows_open(ev_rows *rows, const ev_memory *memory,
                       const ev_column *const *columns, int column_count,
                       const int64_t *ordinals, ptrdiff_t count);
void ev_rows_close(ev_rows *rows);

/* Does what the stage asks for the rows start .. stop - 1. */
void ev_rows_run(ev_rows *rows, ptrdiff_t start, ptrdiff_t stop);

/* Moves on; *more is 0 when the rows are ready. EV_DUPLICATE with *repeat; as
 * ev_keys_encode with *which column and *place; EV_RANGE with *which -1: ordinals beyond
 * int32. */
ev_result ev_rows_next(ev_rows *rows, int *more, int *which, ev_key_place *place,
                       ev_rows_repeat *repeat);

/* The row of the same group `lag` periods earlier, or -1, for the rows start ..
 * stop - 1; base[0] is for row `start`. Ready rows only, as below; any number of threads. */
void ev_rows_base(const ev_rows *rows, int64_t lag, ptrdiff_t start, ptrdiff_t stop,
                  int32_t *restrict base);

/* The group of each row, 0 .. group_count - 1. */
void ev_rows_groups(const ev_rows *rows, ptrdiff_t start, ptrdiff_t stop,
                    int32_t *restrict groups);

/* First and last ordinal of each group where values is not NaN, for the groups start ..
 * stop - 1: INT64_MAX and INT64_MIN where there is none. values has a double a row. */
void ev_rows_presence(const ev_rows *rows, const double *restrict values,
                      ptrdiff_t start, ptrdiff_t stop, int64_t *restrict first,
                      int64_t *restrict last);

/* out[i] = values[base[i]], or `none` where base[i] is -1; items of eight bytes. */
void ev_rows_gather(const uint64_t *restrict values, const int32_t *restrict base,
                    ptrdiff_t n, uint64_t none, uint64_t *restrict out);

#endif
