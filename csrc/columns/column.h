/* One column of one batch of a table, as the core reads it.
 *
 * A view: it owns nothing, and what it points to must outlive it. Arrow arrays, NumPy
 * arrays and lists all become columns, so that keys, periods and measures are read in one
 * way. Row i of the column is item offset + i of every buffer.
 */
#ifndef EV_COLUMN_H
#define EV_COLUMN_H

#include <string.h>

#include "base/core.h"
#include "base/wide.h"

typedef enum ev_column_type {
    EV_COL_NULL,       /* every row is null; no buffers */
    EV_COL_BOOL,       /* data: a bitmap */
    EV_COL_I8, EV_COL_I16, EV_COL_I32, EV_COL_I64,
    EV_COL_U8, EV_COL_U16, EV_COL_U32, EV_COL_U64,
    EV_COL_F32, EV_COL_F64,
    EV_COL_DECIMAL128, /* data: integers of 16 bytes in units of 10^-scale */
    EV_COL_DATE32,     /* days since 1970-01-01, int32 */
    EV_COL_DATE64,     /* milliseconds, int64 */
    EV_COL_TIME_S, EV_COL_TIME_MS, EV_COL_TIME_US, EV_COL_TIME_NS, /* int64 since 1970 */
    /* The types of text are the last. */
    EV_COL_TEXT,       /* UTF-8: data bytes, offsets int32 */
    EV_COL_LARGE_TEXT, /* UTF-8: data bytes, offsets int64 */
    EV_COL_TEXT_VIEW,  /* data: 16-byte views; blocks: the variadic buffers */
    EV_COL_TYPES       /* how many types there are */
} ev_column_type;

typedef struct ev_column {
    ev_column_type type;   /* of the values; for a coded column, of the indices, which
                              ev_is_index accepts */
    ptrdiff_t length;      /* rows */
    ptrdiff_t offset;      /* the first row's place in the buffers */
    const uint8_t *valid;  /* bitmap, bit (offset + i) set where the row has a value;
                              NULL: every row has one */
    const void *data;
    const void *offsets;         /* text only */
    int64_t text_room;           /* text only: one more than the bytes of data, which no
                                    offset may exceed; 0: not known */
    const void *const *blocks;   /* text views only */
    const int64_t *block_sizes;  /* text views only: bytes of each block */
    ptrdiff_t block_count;
    const struct ev_column *dictionary; /* coded columns: the values, not coded; else
                                           NULL */
    int scale;                   /* decimals only */
} ev_column;

/* The columns of one batch of rows. The parts of the extension pass it on in a capsule
 * of this name, which keeps alive what the columns point to. */
typedef struct ev_batch {
    ptrdiff_t rows;
    ptrdiff_t ncolumns;
    const ev_column *columns; /* each of `rows` rows */
} ev_batch;

#define EV_BATCH_CAPSULE "evmarket.batch"

/* ---- types ---- */

typedef struct ev_type_facts {
    const char *name;   /* for messages */
    const char *format; /* Arrow's; NULL for decimals, whose format has parameters */
    ptrdiff_t size;     /* bytes of one item of `data`; 0 for bits, null and text bytes */
} ev_type_facts;

/* What is known of a type. */
const ev_type_facts *ev_column_facts(ev_column_type type);

/* The type with exactly this Arrow format; 0 where there is none. */
int ev_type_of_format(const char *format, ev_column_type *type);

/* Booleans and integers of any size. */
EV_INLINE int ev_is_integer(ev_column_type type)
{
    return type >= EV_COL_BOOL && type <= EV_COL_U64;
}

/* What the indices into a dictionary may be. */
EV_INLINE int ev_is_index(ev_column_type type)
{
    return type >= EV_COL_I8 && type <= EV_COL_U64;
}

EV_INLINE int ev_is_text(ev_column_type type)
{
    return type >= EV_COL_TEXT;
}

/* ---- bits ---- */

EV_INLINE int ev_bit_at(const uint8_t *bits, ptrdiff_t i)
{
    return bits[i >> 3] >> (i & 7) & 1;
}

/* Whether the `count` bits from bit `from` on are all set. */
int ev_all_set(const uint8_t *bits, ptrdiff_t from, ptrdiff_t count);

/* Whether the bitmap gives a row a value; EV_COL_NULL has no bitmap and no values. */
EV_INLINE int ev_has_value(const ev_column *column, ptrdiff_t row)
{
    return column->valid == NULL || ev_bit_at(column->valid, column->offset + row);
}

/* ---- values ---- */

/* The rows start .. start + n - 1 of a column of booleans, integers, dates or times.
 * Nulls and dictionaries are ignored; a uint64 keeps its bits. Buffers need not be
 * aligned. */
void ev_integers_read(const ev_column *column, ptrdiff_t start, ptrdiff_t n,
                      int64_t *restrict to);

/* The same for a column of decimals. */
void ev_decimals_read(const ev_column *column, ptrdiff_t start, ptrdiff_t n,
                      ev_words *restrict to);

/* The text in a row of a column of text views; see ev_text_at. */
ev_result ev_text_of_view(const ev_column *column, ptrdiff_t row, const uint8_t **text,
                          ptrdiff_t *size);

/* Offsets were checked before, but another thread may have changed them since. */
EV_INLINE int ev_is_beyond(const ev_column *column, int64_t end)
{
    return column->text_room > 0 && end >= column->text_room;
}

/* The text in a row of a column of text, where it lies; the row must have a value.
 * EV_BAD_VALUE: offsets that are negative or descend, or a view outside its blocks. */
EV_INLINE ev_result ev_text_at(const ev_column *column, ptrdiff_t row,
                               const uint8_t **text, ptrdiff_t *size)
{
    ev_result result = EV_DONE;
    const ptrdiff_t at = column->offset + row;
    if (EV_LIKELY(column->type == EV_COL_TEXT)) {
        int32_t ends[2];
        memcpy(ends, (const char *)column->offsets + at * 4, sizeof ends);
        *size = (ptrdiff_t)ends[1] - ends[0];
        *text = (const uint8_t *)column->data + ends[0];
        result = ends[0] < 0 || *size < 0 || ev_is_beyond(column, ends[1]) ? EV_BAD_VALUE
                                                                           : EV_DONE;
    }
    else if (column->type == EV_COL_LARGE_TEXT) {
        int64_t ends[2];
        memcpy(ends, (const char *)column->offsets + at * 8, sizeof ends);
        result = ends[0] < 0 || ends[1] < ends[0] || ev_is_beyond(column, ends[1])
                     ? EV_BAD_VALUE
                     : EV_DONE;
        *size = result == EV_DONE ? (ptrdiff_t)(ends[1] - ends[0]) : 0;
        *text = (const uint8_t *)column->data + ends[0];
    }
    else {
        result = ev_text_of_view(column, row, text, size);
    }
    return result;
}

#endif
