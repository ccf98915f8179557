/* One column of one batch of a table, as the core sees it.
 *
 * A view: it owns nothing, and what it points to must outlive it. Arrow arrays, NumPy
 * arrays and lists all become this, so that keys, periods and the ledger read one form.
 * Row i of the column is item offset + i of every buffer.
 */
#ifndef EV_COLUMN_H
#define EV_COLUMN_H

#include "base/core.h"

typedef enum ev_column_type {
    EV_COL_NULL,       /* every row is null; no buffers */
    EV_COL_BOOL,       /* data: a bitmap */
    EV_COL_I8, EV_COL_I16, EV_COL_I32, EV_COL_I64,
    EV_COL_U8, EV_COL_U16, EV_COL_U32, EV_COL_U64,
    EV_COL_F32, EV_COL_F64,
    EV_COL_DECIMAL128, /* data: 16-byte little-endian integers in units of 10^-scale */
    EV_COL_DATE32,     /* days since 1970-01-01, int32 */
    EV_COL_DATE64,     /* milliseconds, int64 */
    EV_COL_TIME_S, EV_COL_TIME_MS, EV_COL_TIME_US, EV_COL_TIME_NS, /* int64 since 1970 */
    EV_COL_TEXT,       /* UTF-8: data bytes, offsets int32 */
    EV_COL_LARGE_TEXT, /* UTF-8: data bytes, offsets int64 */
    EV_COL_TEXT_VIEW   /* data: 16-byte views; blocks: the variadic buffers */
} ev_column_type;

typedef struct ev_column {
    ev_column_type type;   /* of the values; for a coded column, of the indices */
    ptrdiff_t length;      /* rows */
    ptrdiff_t offset;      /* the first row's place in the buffers */
    const uint8_t *valid;  /* bitmap, bit (offset + i) set where the row has a value;
                              NULL: every row has one */
    const void *data;
    const void *offsets;         /* text only */
    const void *const *blocks;   /* text views only */
    const int64_t *block_sizes;  /* text views only: bytes of each block */
    ptrdiff_t block_count;
    const struct ev_column *dictionary; /* coded columns: the values; else NULL */
    int scale;                   /* decimals only */
} ev_column;

/* The columns of one batch of rows, as one part of the extension hands them to another in
 * a capsule of this name; the capsule keeps alive what they point to. */
typedef struct ev_batch {
    ptrdiff_t rows;
    ptrdiff_t ncolumns;
    const ev_column *columns; /* each of `rows` rows */
} ev_batch;

#define EV_BATCH_CAPSULE "evmarket.batch"

#endif
