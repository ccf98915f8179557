/* Measure columns as exact values, a block of rows at a time. */
#ifndef EV_VALUES_H
#define EV_VALUES_H

#include "table/cells.h"
#include "columns/column.h"
#include "table/total.h"

/* One measure of one block of rows. A null or NaN is null and contributes zero. */
typedef struct ev_values {
    ev_words sum[EV_BLOCK];
    uint64_t fine[EV_BLOCK]; /* all written only when has_fine */
    uint8_t null[EV_BLOCK];  /* 0 or 1; all written only when has_null */
    int has_fine;
    int has_null;
} ev_values;

/* The scale of a column's values. EV_BAD_FORMAT for a type without numbers, and for
 * decimals with fewer than 0 or more than 38 places. */
ev_result ev_scale_of_column(const ev_column *column, ev_scale *scale);

/* Reads the rows start .. start + n - 1, n <= EV_BLOCK, in units of `scale`, which
 * ev_scale_join gave for the column's own scale and others. Coded columns are decoded.
 * EV_BAD_VALUE: an infinity, or an index outside its dictionary; EV_RANGE: a float of
 * 2^62 or more, or a uint64 above 2^63 - 1 among floats; *bad_row is then the first
 * such row. Both instruction sets give the same bits. */
ev_result ev_values_read(const ev_column *column, ev_scale scale, ptrdiff_t start,
                         ptrdiff_t n, ev_isa isa, ev_values *restrict values,
                         ptrdiff_t *bad_row);

#endif
