#include "explain.h"

#ifndef EV_PASS

#include <string.h>

enum { BLOCK = EV_LANE_COUNT };

/* Some items of four groups: `rows` of each lane, from `from` on. A lane that has fewer
 * is filled up with zeros, which every family takes for an absent item. */
typedef struct block {
    ptrdiff_t first[BLOCK]; /* where each group's items begin */
    ptrdiff_t items[BLOCK];
    ptrdiff_t rows;         /* the most items of any */
    ptrdiff_t group;        /* the first of the groups */
    int lanes;              /* how many there are */
    int even;               /* four lanes of one length */
} block;

EV_INLINE double load_one(const char *from)
{
    double x;
    memcpy(&x, from, sizeof x);
    return x;
}

static block block_of(const ev_groups *groups, ptrdiff_t group, ptrdiff_t stop)
{
    block b = {.group = group};
    b.lanes = stop - group < BLOCK ? (int)(stop - group) : BLOCK;
    for (int j = 0; j < b.lanes; j++) {
        const ptrdiff_t g = group + j;
        b.first[j] = groups->offsets != NULL ? groups->offsets[g] : g * groups->items;
        b.items[j] = groups->offsets != NULL ? groups->offsets[g + 1] - b.first[j]
                                             : groups->items;
        b.rows = b.items[j] > b.rows ? b.items[j] : b.rows;
    }
    b.even = groups->offsets == NULL && b.lanes == BLOCK;
    return b;
}

/* As the even load, for lanes of any length. */
static void load_ragged(const ev_operand *operand, const ev_groups *groups, const block *b,
                        ptrdiff_t from, ptrdiff_t rows, ev_lanes *column)
{
    memset(column, 0, (size_t)rows * sizeof *column);
    for (int j = 0; j < b->lanes; j++) {
        const char *lane = groups->offsets != NULL
                               ? operand->first + b->first[j] * operand->item_stride
                               : operand->first + (b->group + j) * operand->group_stride;
        for (ptrdiff_t k = 0; k < rows && from + k < b->items[j]; k++) {
            column[k][j] = load_one(lane + (from + k) * operand->item_stride);
        }
    }
}

static void store_items(const ev_lanes *column, const block *b, ptrdiff_t from,
                        ptrdiff_t rows, double *to)
{
    for (int j = 0; j < b->lanes; j++) {
        for (ptrdiff_t k = 0; k < rows && from + k < b->items[j]; k++) {
            to[b->first[j] + from + k] = column[k][j];
        }
    }
}

static void store_groups(const ev_lanes *parts, int count, const block *b,
                         double *const *to)
{
    for (int k = 0; k < count; k++) {
        memcpy(to[k] + b->group, &parts[k], (size_t)b->lanes * sizeof **to);
    }
}

typedef void load_kernel(const ev_operand *operand, ptrdiff_t group, ptrdiff_t from,
                         ptrdiff_t rows, ev_lanes *column);

#define EV_SELF "explain.c"
#include "each_isa.h"

static load_kernel *const load_even[EV_ISA_COUNT] = EV_EACH(load_even);

static void load(const ev_explanation *family, ev_isa isa, const ev_groups *groups,
                 const ev_operand *in, const block *b, ptrdiff_t from, ptrdiff_t rows,
                 ev_column *columns)
{
    for (int k = 0; k < family->reads; k++) {
        if (b->even) {
            load_even[isa](&in[k], b->group, from, rows, columns[k]);
        }
        else {
            load_ragged(&in[k], groups, b, from, rows, columns[k]);
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
    memset(&state, 0, sizeof state);
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
        for (int k = 0; k < family->item_parts; k++) {
            store_items(spread[k], b, from, rows, item_parts[k]);
        }
    }
    if (family->close[isa] != NULL) {
        family->close[isa](&state, given);
    }
    given[family->parts - 1] = state.rest.high + state.rest.low;
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

/* Four lanes of one length, `rows` items from `from` on: turned round, so that the same
 * item of the four groups lies together. */
static void EV_NAME(load_even)(const ev_operand *operand, ptrdiff_t group, ptrdiff_t from,
                               ptrdiff_t rows, ev_lanes *restrict column)
{
    const ptrdiff_t across = operand->group_stride, along = operand->item_stride;
    const char *lane = operand->first + group * across + from * along;
    for (ptrdiff_t k = 0; k < rows; k++, lane += along) {
        const ev_lanes row = {load_one(lane), load_one(lane + across),
                              load_one(lane + 2 * across), load_one(lane + 3 * across)};
        column[k] = row;
    }
}

#endif
