/* Exact cells: for each series and period, the sums of all measures.
 *
 * A cell is an item of a table of (series, ordinal) pairs: a count of rows and a sum of
 * 16 bytes per measure, 64 bytes in all for three measures. Values that few cells need
 * are kept in `extras`: rows that a measure does not count, the fine part of a sum, how
 * often a sum wrapped around, row numbers. No result depends on the order of rows, on
 * how they are split into parts, or on the instruction set.
 */
#ifndef EV_LEDGER_H
#define EV_LEDGER_H

#include "table/cells.h"
#include "table/extras.h"
#include "table/total.h"
#include "table/values.h"

/* What happens to rows of the same series and period. */
typedef enum ev_duplicates {
    EV_ADD,       /* they are added */
    EV_IDENTICAL, /* only the row with the smallest row number counts; the next one that
                     differs from it is known, see ev_repeat */
    EV_LAST       /* only the row with the greatest row number counts */
} ev_duplicates;

typedef struct ev_cell {
    ev_cell_key key; /* series, ordinal */
    int64_t rows;    /* seen, counted or not */
    ev_words sums[];
} ev_cell;

/* The extras of a cell, then those of each measure; see ev_extra_of. */
enum {
    EV_EXTRA_NEXT,  /* the item that holds the next different row, under EV_IDENTICAL */
    EV_EXTRA_FIRST, /* row numbers from 1: the two smallest and the greatest */
    EV_EXTRA_SECOND,
    EV_EXTRA_LAST,
    EV_EXTRAS_OF_CELL
};
enum { EV_EXTRA_UNCOUNTED, EV_EXTRA_FINE, EV_EXTRA_WRAPS, EV_EXTRAS_OF_MEASURE };

/* What a ledger does with its rows. */
typedef struct ev_row_rule {
    ev_duplicates duplicates;
    int tracks;      /* the first two rows of each cell are known, see ev_repeat */
    int skips_nulls; /* a row without any value is not a row; its cell may have none */
} ev_row_rule;

typedef struct ev_ledger {
    ev_cells cells;
    int measures;
    ev_row_rule rule;
    ev_scale *scales; /* of each measure */
    ev_extras extras;
} ev_ledger;

/* The sum of one measure over some rows. */
typedef struct ev_cell_sum {
    ev_total total;
    int64_t uncounted; /* rows that do not count for this measure */
} ev_cell_sum;

/* Rows of one cell; row numbers are from 1, 0 means unknown. */
typedef struct ev_cell_rows {
    int64_t count;
    int64_t first, second; /* the two smallest row numbers */
    int64_t last;          /* the greatest */
} ev_cell_rows;

/* Row numbers of a repeated cell, from 0; first is -1 when no cell is repeated. Under
 * EV_IDENTICAL these are two rows that differ, and `items` hold their values. */
typedef struct ev_repeat {
    int64_t first, second;
    int32_t series, ordinal;
    ptrdiff_t items[2];
} ev_repeat;

/* An empty ledger. Close it whatever the result. */
ev_result ev_ledger_open(ev_ledger *ledger, const ev_memory *memory, int measures,
                         ev_row_rule rule);
void ev_ledger_close(ev_ledger *ledger);

/* Prepares a measure for values of another scale: integer sums become binary floats.
 * EV_BAD_FORMAT as ev_scale_join. */
ev_result ev_ledger_take_scale(ev_ledger *ledger, int measure, ev_scale scale);

/* One measure of one cell: read, set, added to. EV_NO_MEMORY. */
ev_cell_sum ev_ledger_sum(const ev_ledger *ledger, ptrdiff_t number, int measure);
ev_result ev_ledger_set_sum(ev_ledger *ledger, ptrdiff_t number, int measure,
                            const ev_cell_sum *sum);
ev_result ev_ledger_add_sum(ev_ledger *ledger, ptrdiff_t number, int measure,
                            const ev_cell_sum *sum);

/* ---- ledger_add.c ---- */

/* Adds n <= EV_BLOCK rows: numbers from ev_cells_number, one ev_values per measure in
 * the ledger's scales. first_row is the number of the first row, from 0. */
ev_result ev_ledger_add_rows(ev_ledger *ledger, const uint32_t *restrict numbers,
                             ptrdiff_t n, const ev_values *restrict values,
                             int64_t first_row);

/* Adds rows to a cell by the rule of the ledger; one sum per measure, in the ledger's
 * scales. Under EV_IDENTICAL and EV_LAST all rows but one must be uncounted. */
ev_result ev_ledger_add_cell(ev_ledger *ledger, uint32_t number,
                             const ev_cell_rows *rows,
                             const ev_cell_sum *restrict sums);

/* Frees the index: the ledger may then only be read. A cell without rows is not part of
 * the result; the different rows that EV_IDENTICAL kept apart are such cells.
 */
ev_result ev_ledger_finish(ev_ledger *ledger);

/* The repeated cell whose second row comes first; under EV_IDENTICAL, among cells with
 * different rows. The ledger must track rows and be finished. */
ev_repeat ev_ledger_repeat(const ev_ledger *ledger);

/* ---- ledger_merge.c ---- */

/* Adds all cells of another ledger with the same measures and rule, which is not
 * changed. series[s] is the series in `into` for series s of `from`. Results as
 * ev_scale_join and ev_cells_number. */
ev_result ev_ledger_merge(ev_ledger *into, const ev_ledger *from,
                          const int32_t *restrict series);

/* ---- inline ---- */

/* The kind of extra for one measure. */
EV_INLINE int ev_extra_of(int measure, int which)
{
    return EV_EXTRAS_OF_CELL + measure * EV_EXTRAS_OF_MEASURE + which;
}

EV_INLINE ev_cell *ev_ledger_cell(const ev_ledger *ledger, ptrdiff_t number)
{
    return ev_cells_at(&ledger->cells, number);
}

/* Counts in `extras` that a sum wrapped around: it may leave the range and come back. */
ev_result ev_ledger_wrapped(ev_ledger *ledger, ptrdiff_t number, int measure, int step);

/* Adds to the 128 bits of a sum in a cell. Word by word, because compilers keep a 128-bit
 * integer whose overflow they check in memory. */
EV_INLINE ev_result ev_ledger_add_words(ev_ledger *ledger, ptrdiff_t number,
                                        int measure, ev_words *words, ev_words more)
{
    ev_result result = EV_DONE;
    const uint64_t lo = words->lo + more.lo;
    const uint64_t carry = lo < more.lo;
    const uint64_t a = (uint64_t)words->hi, b = (uint64_t)more.hi, hi = a + b + carry;
    if (EV_UNLIKELY(((a ^ hi) & (b ^ hi)) >> 63 != 0)) {
        result = ev_ledger_wrapped(ledger, number, measure, more.hi < 0 ? -1 : 1);
    }
    words->lo = lo;
    words->hi = (int64_t)hi;
    return result;
}

#endif
