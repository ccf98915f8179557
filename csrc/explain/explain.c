#include "explain/explain.h"

#ifndef EV_PASS

#include <string.h>

enum { BLOCK = EV_LANE_COUNT };

/* Up to four groups side by side. */
typedef struct block {
    ptrdiff_t group; /* the first of them */
    ptrdiff_t rows;  /* the most items of any */
    int lanes;       /* how many there are */
    int even;        /* four, of one length */
} block;

EV_INLINE double load_one(const char *from)
{
    double x;
    memcpy(&x, from, sizeof x);
    return x;
}

EV_INLINE ev_lanes load_four(const char *from)
{
    ev_lanes x;
    memcpy(&x, from, sizeof x);
    return x;
}

EV_INLINE void store_four(char *to, ev_lanes x) { memcpy(to, &x, sizeof x); }

/* Where the items of a group begin, all items counted through. */
EV_INLINE ptrdiff_t first_item(const ev_groups *groups, ptrdiff_t group)
{
    return groups->offsets != NULL ? groups->offsets[group] : group * groups->items;
}

EV_INLINE ptrdiff_t item_count(const ev_groups *groups, ptrdiff_t group)
{
    return first_item(groups, group + 1) - first_item(groups, group);
}

EV_INLINE block block_of(const ev_groups *groups, ptrdiff_t group, ptrdiff_t stop)
{
    block b = {group, groups->items, BLOCK, groups->offsets == NULL};
    if (stop - group < BLOCK) {
        b.lanes = (int)(stop - group);
        b.even = 0;
    }
    if (groups->offsets != NULL) {
        b.rows = 0;
        for (int j = 0; j < b.lanes; j++) {
            const ptrdiff_t items = item_count(groups, group + j);
            b.rows = items > b.rows ? items : b.rows;
        }
    }
    return b;
}

/* Groups of any lengths: a lane that has fewer items is filled up with zeros, which
 * every family takes for an absent item. */
static void load_ragged(const ev_operand *operand, const ev_groups *groups,
                        const block *b, ptrdiff_t from, ptrdiff_t rows, ev_lanes *column)
{
    memset(column, 0, (size_t)rows * sizeof *column);
    for (int j = 0; j < b->lanes; j++) {
        const ptrdiff_t group = b->group + j, left = item_count(groups, group) - from;
        const char *lane = operand->first + from * operand->item_stride +
                           (groups->offsets != NULL
                                ? groups->offsets[group] * operand->item_stride
                                : group * operand->group_stride);
        for (ptrdiff_t k = 0; k < rows && k < left; k++) {
            column[k][j] = load_one(lane + k * operand->item_stride);
        }
    }
}

static void store_ragged(const ev_lanes *column, const ev_groups *groups, const block *b,
                        ptrdiff_t from, ptrdiff_t rows, double *to)
{
    for (int j = 0; j < b->lanes; j++) {
        const ptrdiff_t left = item_count(groups, b->group + j) - from;
        double *lane = to + first_item(groups, b->group + j) + from;
        for (ptrdiff_t k = 0; k < rows && k < left; k++) {
            lane[k] = column[k][j];
        }
    }
}

static void store_groups(const ev_lanes *parts, int count, const block *b,
                         double *const *to)
{
    for (int k = 0; k < count && b->lanes == BLOCK; k++) {
        memcpy(to[k] + b->group, &parts[k], sizeof *parts);
    }
    for (int k = 0; k < count && b->lanes < BLOCK; k++) {
        memcpy(to[k] + b->group, &parts[k], (size_t)b->lanes * sizeof **to);
    }
}

typedef void load_kernel(const char *lane, ptrdiff_t across, ptrdiff_t along,
                         ptrdiff_t rows, ev_lanes *column);
typedef void store_kernel(const ev_lanes *column, ptrdiff_t rows, ptrdiff_t across,
                          double *to);

#define EV_SELF "explain/explain.c"
#include "base/each_isa.h"

static load_kernel *const load_even[EV_ISA_COUNT] = EV_EACH(load_even);
static store_kernel *const store_even[EV_ISA_COUNT] = EV_EACH(store_even);

static void load(const ev_explanation *family, ev_isa isa, const ev_groups *groups,
                 const ev_operand *in, const block *b, ptrdiff_t from, ptrdiff_t rows,
                 ev_column *columns)
{
    for (int k = 0; k < family->reads; k++) {
        const ptrdiff_t across = in[k].group_stride, along = in[k].item_stride;
        if (b->even) {
            load_even[isa](in[k].first + b->group * across + from * along, across, along,
                           rows, columns[k]);
        }
        else {
            load_ragged(&in[k], groups, b, from, rows, columns[k]);
        }
    }
}

static void store(const ev_explanation *family, ev_isa isa, const ev_groups *groups,
                  const ev_column *columns, const block *b, ptrdiff_t from,
                  ptrdiff_t rows, double *const *to)
{
    for (int k = 0; k < family->item_parts; k++) {
        if (b->even) {
            store_even[isa](columns[k], rows, groups->items,
                            to[k] + first_item(groups, b->group) + from);
        }
        else {
            store_ragged(columns[k], groups, b, from, rows, to[k]);
        }
    }
}

EV_INLINE ptrdiff_t rows_from(const block *b, ptrdiff_t from)
{
    return b->rows - from < EV_ROWS ? b->rows - from : EV_ROWS;
}

static void explain_block(const ev_explanation *family, ev_isa isa,
                          const ev_groups *groups, const ev_operand *in, const block *b,
                          double *const *parts, double *const *item_parts,
                          uint8_t *status)
{
    ev_column columns[EV_MOST_READ], spread[EV_MOST_PARTS];
    ev_lanes given[EV_MOST_PARTS];
    ev_state state;
    const ev_mask unset = {0, 0, 0, 0};
    state.absent = state.negative = state.unpaired = unset;
    state.matched = state.dropped = unset;
    state.status = state.rest.high = state.rest.low = ev_fill(EV_OK);
    for (int k = 0; k < family->totals; k++) {
        state.total[k] = (ev_total){ev_fill(0), ev_fill(0)};
    }
    for (ptrdiff_t from = 0; from < b->rows; from += EV_ROWS) {
        load(family, isa, groups, in, b, from, rows_from(b, from), columns);
        family->gather[isa](columns, rows_from(b, from), &state);
    }
    family->settle[isa](&state, given);
    const int twice = family->spread[isa] != NULL &&
                      (item_parts != NULL || family->item_parts == 0);
    for (ptrdiff_t from = 0; from < b->rows && twice; from += EV_ROWS) {
        const ptrdiff_t rows = rows_from(b, from);
        if (b->rows > EV_ROWS) { /* else the items are still there */
            load(family, isa, groups, in, b, from, rows, columns);
        }
        family->spread[isa](columns, rows, &state, spread);
        store(family, isa, groups, spread, b, from, rows, item_parts);
    }
    if (family->close[isa] != NULL) {
        family->close[isa](&state, given);
    }
    given[family->parts - 1] = ev_total_value(&state.rest);
    store_groups(given, family->parts, b, parts);
    for (int j = 0; j < b->lanes; j++) {
        status[b->group + j] = (uint8_t)state.status[j];
    }
}

void ev_explain(const ev_explanation *family, ev_isa isa, const ev_groups *groups,
                const ev_operand *in, ptrdiff_t start, ptrdiff_t stop,
                double *const *parts, double *const *item_parts, uint8_t *status)
{
    const ev_fp_flags flags = ev_fp_save();
    for (ptrdiff_t group = start; group < stop; group += BLOCK) {
        const block b = block_of(groups, group, stop);
        explain_block(family, isa, groups, in, &b, parts, item_parts, status);
    }
    ev_fp_restore(flags);
}

#else

/* Four by four numbers turned round: rows of `from` become columns of `to`, which lie
 * these many bytes apart. */
EV_INLINE void EV_NAME(turn)(const char *from, ptrdiff_t apart, char *to,
                             ptrdiff_t spread)
{
    const ev_lanes a = load_four(from), b = load_four(from + apart);
    const ev_lanes c = load_four(from + 2 * apart), d = load_four(from + 3 * apart);
    const ev_lanes even0 = EV_PICK(a, b, 0, 4, 2, 6), odd0 = EV_PICK(a, b, 1, 5, 3, 7);
    const ev_lanes even1 = EV_PICK(c, d, 0, 4, 2, 6), odd1 = EV_PICK(c, d, 1, 5, 3, 7);
    store_four(to, EV_PICK(even0, even1, 0, 1, 4, 5));
    store_four(to + spread, EV_PICK(odd0, odd1, 0, 1, 4, 5));
    store_four(to + 2 * spread, EV_PICK(even0, even1, 2, 3, 6, 7));
    store_four(to + 3 * spread, EV_PICK(odd0, odd1, 2, 3, 6, 7));
}

/* Four lanes of one length, `rows` items from `lane` on, `across` bytes from lane to
 * lane and `along` from item to item: turned round, so that the same item of the four
 * groups lies together. The last four rows may be done twice. */
static void EV_NAME(load_even)(const char *lane, ptrdiff_t across, ptrdiff_t along,
                               ptrdiff_t rows, ev_lanes *restrict column)
{
    const ptrdiff_t width = sizeof *column;
    if (along == (ptrdiff_t)sizeof(double) && rows >= BLOCK) {
        for (ptrdiff_t k = 0; k < rows; k += BLOCK) {
            const ptrdiff_t row = k + BLOCK <= rows ? k : rows - BLOCK;
            EV_NAME(turn)(lane + row * along, across, (char *)(column + row), width);
        }
    }
    else {
        for (ptrdiff_t k = 0; k < rows; k++, lane += along) {
            const ev_lanes items = {load_one(lane), load_one(lane + across),
                                    load_one(lane + 2 * across),
                                    load_one(lane + 3 * across)};
            column[k] = items;
        }
    }
}

/* The way back, to four lanes of doubles that lie `across` items apart. */
static void EV_NAME(store_even)(const ev_lanes *column, ptrdiff_t rows, ptrdiff_t across,
                                double *restrict to)
{
    const ptrdiff_t width = sizeof *column;
    if (rows >= BLOCK) {
        for (ptrdiff_t k = 0; k < rows; k += BLOCK) {
            const ptrdiff_t row = k + BLOCK <= rows ? k : rows - BLOCK;
            EV_NAME(turn)((const char *)(column + row), width, (char *)(to + row),
                          across * (ptrdiff_t)sizeof *to);
        }
    }
    else {
        for (ptrdiff_t k = 0; k < rows; k++) {
            for (int j = 0; j < BLOCK; j++) {
                to[j * across + k] = column[k][j];
            }
        }
    }
}

#endif
