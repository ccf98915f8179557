/* Separated values as columns: fields are found, texts stay where they lie, numbers are
 * read exactly.
 *
 * A field that begins with a quote ends at the next single one; two quotes in it are one.
 * Elsewhere a quote is a character. A record ends with "\n", "\r\n" or "\r". Records
 * whose fields are all empty are skipped, and so are empty fields beyond the width.
 */
#ifndef EV_CSV_H
#define EV_CSV_H

#include "columns/column.h"
#include "columns/number_text.h"

typedef enum ev_csv_kind { EV_CSV_TEXT, EV_CSV_NUMBER, EV_CSV_WHOLE } ev_csv_kind;

enum { EV_CSV_MOST = INT32_MAX }; /* bytes of a block */

/* A text that means a missing number. */
typedef struct ev_csv_mark {
    const char *text;
    ptrdiff_t size;
} ev_csv_mark;

/* What a file holds, and which fields are wanted. An empty field is missing. */
typedef struct ev_csv_form {
    char separator;
    ev_number_marks numbers;
    ptrdiff_t width;          /* fields of a record */
    int count;                /* columns */
    const ptrdiff_t *places;  /* the field of each */
    const ev_csv_kind *kinds; /* EV_CSV_WHOLE: a number without decimals */
    const ev_csv_mark *marks; /* other texts of a missing number */
    ptrdiff_t mark_count;
} ev_csv_form;

/* A field of a block. */
typedef struct ev_csv_span {
    int32_t start, size; /* without its quotes */
    int32_t doubled;     /* whether quotes in it are doubled */
} ev_csv_span;

/* Numbers that the core does not round: their rows, and where they lie in the pool. */
typedef struct ev_csv_long {
    ptrdiff_t row, start, size;
} ev_csv_long;

/* The first number of a kind. */
typedef struct ev_csv_first {
    ptrdiff_t row; /* -1: none */
    ev_csv_span span;
} ev_csv_first;

typedef struct ev_csv_column {
    char *views;        /* of texts, see EV_COL_TEXT_VIEW */
    int64_t *integers;  /* of numbers */
    double *decimals;   /* the same as doubles */
    uint8_t *valid;     /* bitmap */
    ptrdiff_t nulls;
    int has_decimals;   /* some number is no integer: the column is `decimals` */
    ptrdiff_t large;    /* the first row with an integer beyond 2^53; -1: none */
    ev_csv_first beyond;   /* an integer beyond int64 */
    ev_csv_first doubtful; /* see EV_DOUBTFUL */
    ev_csv_first percent;
    ev_csv_first plain;    /* not 0, without a percent sign */
    int shows_marks;       /* see EV_SHOWS_MARKS */
    ev_csv_long *longs; /* numbers whose `decimals` the caller writes */
    ptrdiff_t long_count, long_room;
} ev_csv_column;

typedef struct ev_csv_table {
    ev_memory memory;
    ptrdiff_t rows, room;
    ptrdiff_t blanks; /* records with separators and nothing else */
    int count;
    ev_csv_column *columns;
    ev_csv_span *spans; /* the fields of one record */
    uint8_t *pool;      /* texts without their doubled quotes, long numbers */
    ptrdiff_t pool_size, pool_room;
} ev_csv_table;

typedef enum ev_csv_fault_kind {
    EV_CSV_NO_FAULT,
    EV_CSV_FIELDS,     /* `number` fields in a row */
    EV_CSV_OPEN_QUOTE,
    EV_CSV_BAD_TEXT,   /* byte `number` is not UTF-8 */
    EV_CSV_BAD_NUMBER
} ev_csv_fault_kind;

typedef struct ev_csv_fault {
    ev_csv_fault_kind kind;
    ptrdiff_t row;    /* of the block, from 0 */
    int column;       /* of the form */
    ptrdiff_t number;
    ev_csv_span span; /* the field */
} ev_csv_fault;

/* The ends of records that cut data[start .. size - 1] into at most `parts` parts of about
 * the same size: writes them to cuts, ascending, and returns how many there are. The last
 * is that of the last record that has an end; with `final` that of the data. */
ptrdiff_t ev_csv_cuts(const uint8_t *data, ptrdiff_t start, ptrdiff_t size,
                      char separator, ptrdiff_t parts, int final, ptrdiff_t *cuts);

/* Reads the records of data[start .. stop - 1], which begins and ends with one; stop is at
 * most EV_CSV_MOST. Close the table whatever the result. EV_BAD_VALUE: *fault says what
 * is wrong; EV_NO_MEMORY. */
ev_result ev_csv_read(ev_csv_table *table, const ev_memory *memory,
                      const ev_csv_form *form, const uint8_t *data, ptrdiff_t start,
                      ptrdiff_t stop, ev_csv_fault *fault);
void ev_csv_close(ev_csv_table *table);

#endif
