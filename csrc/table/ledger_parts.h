/* Inside of the ledger: what stands beside its cells. */
#ifndef EV_LEDGER_PARTS_H
#define EV_LEDGER_PARTS_H

#include "table/ledger.h"

/* What stands beside the cells, an int64 a cell each; then three a measure. Row numbers
 * are from 1; NEXT is the cell with the next different row, under EV_IDENTICAL. */
enum { NEXT, FIRST, SECOND, LAST, OF_CELL };
enum { UNCOUNTED, FINE, WRAPS, OF_MEASURE };

EV_INLINE int extra_of(int measure, int which)
{
    return OF_CELL + measure * OF_MEASURE + which;
}

/* The values of one block of cells, NULL where they were never made: then all are 0. */
EV_INLINE int64_t *block_extra(const ev_ledger *ledger, ptrdiff_t block, int which)
{
    return block < ledger->extra_room && ledger->extras[block] != NULL
               ? ledger->extras[block][which]
               : NULL;
}

EV_INLINE int64_t peek(const ev_ledger *ledger, ptrdiff_t number, int which)
{
    const int64_t *found = block_extra(ledger, number >> ledger->cells.items.shift, which);
    return found == NULL ? 0
                         : found[number & (((ptrdiff_t)1 << ledger->cells.items.shift) - 1)];
}

/* Whether any cell has one. */
int ev_ledger_has_extra(const ev_ledger *ledger, int which);

/* Sets it; a 0 that was never made stays unmade. */
ev_result ev_ledger_poke(ev_ledger *ledger, ptrdiff_t number, int which, int64_t value);

/* One measure of one cell, set or added to. */
ev_result ev_ledger_set_entry(ev_ledger *ledger, ptrdiff_t number, int measure,
                              const ev_entry *entry);
ev_result ev_ledger_add_entry(ev_ledger *ledger, ptrdiff_t number, int measure,
                              const ev_entry *entry);

/* A sum that has left 128 bits comes back as it wraps the other way, or is reported when
 * it is read: what counts is the total. */
EV_INLINE ev_result add_sum(ev_ledger *ledger, ptrdiff_t number, int measure,
                            ev_words *words, ev_int128 more)
{
    ev_result result = EV_DONE;
    ev_int128 sum = ev_join_words(*words);
    if (EV_UNLIKELY(__builtin_add_overflow(sum, more, &sum))) {
        const int which = extra_of(measure, WRAPS);
        result = ev_ledger_poke(ledger, number, which,
                                peek(ledger, number, which) + (more > 0 ? 1 : -1));
    }
    *words = ev_split_words(sum);
    return result;
}

#endif
