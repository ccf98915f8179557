/* Measure columns to exact values, a block of rows at a time. */
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

EV_INLINE int ev_bit_at(const uint8_t *bits, ptrdiff_t i)
{
    return bits[i >> 3] >> (i & 7) & 1;
}

/* 1 for booleans and all integers, else 0. */
int ev_is_integer(ev_column_type type);

/* Rows start .. start + n - 1 of such a column, dictionary and nulls left aside; a
 * uint64 keeps its bits. Buffers need not be aligned. */
void ev_integers_read(const ev_column *column, ptrdiff_t start, ptrdiff_t n,
                      int64_t *restrict to);

/* The scale of a column's values. EV_BAD_FORMAT for a type that is no measure, and for
 * decimals of fewer than 0 or more than 38 places. */
ev_result ev_scale_of_column(const ev_column *column, ev_scale *scale);

/* Reads the rows start .. start + n - 1, n <= EV_BLOCK, in units of `scale`, which
 * ev_scale_join gave for the column's own scale and others. A dictionary is looked
 * through. EV_BAD_VALUE: an infinity, or an index outside its dictionary; EV_RANGE: a
 * float of 2^62 or more, or a uint64 beyond int64 among floats; *bad_row is then the
 * first such row. Both instruction sets give the same bits. */
ev_result ev_values_read(const ev_column *column, ev_scale scale, ptrdiff_t start,
                         ptrdiff_t n, ev_isa isa, ev_values *restrict values,
                         ptrdiff_t *bad_row);

#endif
