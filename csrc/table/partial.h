/* Partial panels: rows in, exact cells by series and period out.
 *
 * Each thread, batch or file may have its own partial; partials are merged by label and
 * exactly. A partial holds its dictionaries, its occupied cells and a bounded block of the
 * rows being added.
 */
#ifndef EV_PARTIAL_H
#define EV_PARTIAL_H

#include "columns/column.h"
#include "table/keys.h"
#include "table/ledger.h"
#include "table/period_column.h"
#include "table/repeats.h"

typedef struct ev_partial {
    ev_memory memory;
    int key_count;
    ev_isa isa;
    ev_keys *keys;    /* one dictionary per key */
    ev_cells *series; /* [k]: (series of the keys up to k, code of key k + 1) to series */
    ev_ledger ledger;
    struct ev_strip *strip; /* the rows being added */
    ev_values *values;      /* one per measure */
    ev_repeats *repeats;    /* NULL: equal rows are not looked for */
    int only_repeats;       /* rows are compared, not added */
    int64_t *words;         /* periods of a coded column's dictionary */
    ptrdiff_t word_room;
} ev_partial;

/* The columns of one batch, all of one length. */
typedef struct ev_batch_columns {
    const ev_column *const *keys;
    const ev_column *when;
    const ev_column *within;  /* NULL, or the month or quarter beside the year */
    const ev_frequency *freq; /* NULL: `when` holds ordinals, as integers */
    const ev_column *const *measures;
    int64_t first_row; /* the number of row 0 of the columns in the whole table */
} ev_batch_columns;

/* The part of the input that an error is about. */
typedef enum ev_part_of { EV_OF_NONE, EV_OF_KEY, EV_OF_PERIOD, EV_OF_MEASURE } ev_part_of;

typedef struct ev_place {
    ev_part_of part;
    int which;      /* key or measure */
    ptrdiff_t row;  /* of the column, from 0; -1: the column as a whole */
    ptrdiff_t byte; /* of a text that is not UTF-8, else -1 */
    int value;      /* of that byte */
} ev_place;

/* An empty partial; it must not be moved. Close it whatever the result. */
ev_result ev_partial_open(ev_partial *partial, const ev_memory *memory, int keys,
                          int measures, ev_row_rule rule, ev_isa isa);
void ev_partial_close(ev_partial *partial);

/* Looks for equal rows among those with numbers below `most`; see ev_repeats_find. `only`:
 * rows are not added, their measures may be dates, and the partial is neither merged nor
 * finished. EV_NO_MEMORY. */
ev_result ev_partial_find_repeats(ev_partial *partial, int64_t most, int only);

/* Adds the rows start .. start + count - 1 of a batch, in any order. After any result
 * but EV_DONE the partial may only be closed, and *place is the cause. EV_BAD_FORMAT:
 * a type that cannot be read, or that differs from earlier batches; EV_BAD_VALUE,
 * EV_RANGE as ev_keys_encode, ev_period_ordinals, ev_values_read and ev_cells_number. */
ev_result ev_partial_add(ev_partial *partial, const ev_batch_columns *batch,
                         ptrdiff_t start, ptrdiff_t count, ev_place *place);

/* Adds all cells of `from` by label; `from` is not changed. Both have the same keys,
 * measures and rule, and neither ledger is finished. Results and *place as for adding,
 * without rows. */
ev_result ev_partial_merge(ev_partial *into, const ev_partial *from, ev_place *place);

ptrdiff_t ev_partial_series_count(const ev_partial *partial);

/* Sorts the series by their labels, key by key. orders[k] has room for the labels of
 * key k and gets the result of ev_keys_sort. places[s] gets the place of series s.
 * codes (series x keys) gets, for each place, the places of its labels in `orders`.
 * EV_NO_MEMORY. */
ev_result ev_partial_sort(const ev_partial *partial, int32_t *const *orders,
                          int32_t *restrict codes, int32_t *restrict places);

#endif
