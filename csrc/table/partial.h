/* Partial panels: rows in, exact cells by series and period.
 *
 * A thread, a record batch, a file: each may have a partial of its own, merged by label
 * and exactly, so that one merge serves them all. A partial holds its dictionaries, its
 * occupied cells and a bounded block of rows on their way in.
 */
#ifndef EV_PARTIAL_H
#define EV_PARTIAL_H

#include "columns/column.h"
#include "table/keys.h"
#include "table/ledger.h"
#include "table/period_column.h"

typedef struct ev_partial {
    ev_memory memory;
    int key_count;
    ev_isa isa;
    ev_keys *keys;    /* a dictionary a key */
    ev_cells *series; /* [k]: (series of the keys up to k, code of key k + 1) to series */
    ev_ledger ledger;
    struct ev_strip *strip; /* room for the rows on their way in */
    ev_values *values;      /* a measure each */
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

/* What part of the input an error is about. */
typedef enum ev_part_of { EV_OF_NONE, EV_OF_KEY, EV_OF_PERIOD, EV_OF_MEASURE } ev_part_of;

typedef struct ev_place {
    ev_part_of part;
    int which;      /* key or measure */
    ptrdiff_t row;  /* of the column, from 0; -1: the column as a whole */
    ptrdiff_t byte; /* of a text that is not UTF-8, else -1 */
    int value;      /* of that byte */
} ev_place;

/* An empty partial; it must not be moved. Close it whatever is returned. */
ev_result ev_partial_open(ev_partial *partial, const ev_memory *memory, int keys,
                          int measures, ev_duplicates duplicates, int tracks, ev_isa isa);
void ev_partial_close(ev_partial *partial);

/* Adds the rows start .. start + count - 1 of a batch. On any result but EV_DONE *place
 * says where and the partial may only be closed: EV_BAD_FORMAT a type, or one that does
 * not go with earlier batches; EV_BAD_VALUE, EV_RANGE as ev_keys_encode,
 * ev_period_ordinals and ev_values_read say. Rows may come in any order. */
ev_result ev_partial_add(ev_partial *partial, const ev_batch_columns *batch,
                         ptrdiff_t start, ptrdiff_t count, ev_place *place);

/* Adds all that `from` holds, by label; both opened with the same keys, measures and
 * rule, neither settled. `from` is not changed. Results and *place as for adding, rows
 * unknown. */
ev_result ev_partial_merge(ev_partial *into, const ev_partial *from, ev_place *place);

ptrdiff_t ev_partial_series_count(const ev_partial *partial);

/* The series in the order of their labels, key by key. orders[k] has room for the labels
 * of key k and becomes ev_keys_sort's; codes (series x keys) become for the series at
 * each place the places of its labels in those orders; places[s] is where series s goes. */
ev_result ev_partial_sort(const ev_partial *partial, int32_t *const *orders,
                          int32_t *restrict codes, int32_t *restrict places);

#endif
