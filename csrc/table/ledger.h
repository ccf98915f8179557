/* Exact cells: for each series and period the sums of every measure.
 *
 * A cell is the item of a table of (series, ordinal) pairs: a count of rows and a sum of
 * 16 bytes a measure, 64 bytes in all for three. What few cells need stands beside them in
 * blocks made on first use: rows a measure does not count, the finer part of a sum, how
 * often a sum wrapped around, row numbers. Nothing depends on the order of rows, on how
 * they are split, or on the instruction set.
 */
#ifndef EV_LEDGER_H
#define EV_LEDGER_H

#include "table/cells.h"
#include "table/total.h"
#include "table/values.h"

/* What becomes of the rows of one series and period. */
typedef enum ev_duplicates {
    EV_ADD,       /* added up */
    EV_IDENTICAL, /* dropped where all measures equal those of an earlier row, else added */
    EV_LAST       /* the one with the greatest row number stands */
} ev_duplicates;

typedef struct ev_cell {
    ev_cell_key key; /* series, ordinal */
    int64_t rows;    /* seen, whatever became of them */
    ev_words sums[];
} ev_cell;

typedef struct ev_ledger {
    ev_cells cells;
    int measures;
    ev_duplicates duplicates;
    int tracks;        /* the two first rows of each cell are kept */
    ev_scale *scales;  /* a measure each */
    int64_t ***extras; /* [block][which], NULL until needed */
    ptrdiff_t extra_room;
} ev_ledger;

/* One measure of a set of rows that are already one: of a row, of a finished cell. */
typedef struct ev_entry {
    ev_total total;
    int64_t uncounted; /* of its rows, those that do not count for this measure */
} ev_entry;

/* What ev_ledger_absorb takes; row numbers are from 1, 0 for unknown. */
typedef struct ev_record {
    int64_t rows;
    int64_t first, second; /* the two smallest row numbers */
    int64_t last;          /* the greatest */
} ev_record;

/* Row numbers of a repeated cell, from 0; first is -1 when no cell stands twice. */
typedef struct ev_repeat {
    int64_t first, second;
    int32_t series, ordinal;
} ev_repeat;

/* An empty ledger. `tracks` asks for the first rows of repeated cells: under EV_IDENTICAL
 * of cells with different rows. Close it whatever is returned. */
ev_result ev_ledger_open(ev_ledger *ledger, const ev_memory *memory, int measures,
                         ev_duplicates duplicates, int tracks);
void ev_ledger_close(ev_ledger *ledger);

/* Prepares a measure for values of another scale: integers held become binary floats.
 * EV_BAD_FORMAT as ev_scale_join. */
ev_result ev_ledger_take_scale(ev_ledger *ledger, int measure, ev_scale scale);

/* Adds n <= EV_BLOCK rows; numbers as ev_cells_number gave them, values one a measure in
 * the ledger's scales, first_row the number of the first from 0. */
ev_result ev_ledger_add(ev_ledger *ledger, const uint32_t *restrict numbers, ptrdiff_t n,
                        const ev_values *restrict values, int64_t first_row);

/* Adds a record to a cell by the rule of the ledger; entries one a measure, in the
 * ledger's scales. */
ev_result ev_ledger_absorb(ev_ledger *ledger, uint32_t number, const ev_record *record,
                           const ev_entry *restrict entries);

/* Adds all cells of another ledger with the same measures and rule; series[s] is the
 * series here for series s there. `from` is not changed. */
ev_result ev_ledger_merge(ev_ledger *into, const ev_ledger *from,
                          const int32_t *restrict series);

/* Makes one cell of the different rows that EV_IDENTICAL kept apart, and gives back the
 * index: after it cells may only be read. A cell folded into another has rows 0. */
ev_result ev_ledger_settle(ev_ledger *ledger);

/* The repeated cell whose second row comes first; needs `tracks` and a settled ledger. */
ev_repeat ev_ledger_repeat(const ev_ledger *ledger);

/* One measure of one cell. */
ev_entry ev_ledger_entry(const ev_ledger *ledger, ptrdiff_t number, int measure);

/* Whether any cell has a fine part, an uncounted row, in this measure. */
int ev_ledger_has_fine(const ev_ledger *ledger, int measure);
int ev_ledger_has_uncounted(const ev_ledger *ledger, int measure);

EV_INLINE ev_cell *ev_ledger_cell(const ev_ledger *ledger, ptrdiff_t number)
{
    return ev_cells_at(&ledger->cells, number);
}

#endif
