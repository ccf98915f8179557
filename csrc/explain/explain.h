/* Explanations that add up, over many groups of items at once.
 *
 * A family reads one or more numbers of every item of a group and gives some numbers
 * for the group, some for every item, or both. Four groups are worked on side by side;
 * a group's result does not depend on its neighbours, on where work is cut, or on the
 * instruction set.
 */
#ifndef EV_EXPLAIN_H
#define EV_EXPLAIN_H

#include "base/core.h"
#include "base/lanes.h"

/* Most numbers an item has, most numbers given for a group or an item, and the items of
 * a group that are looked at together. */
enum { EV_MOST_READ = 6, EV_MOST_PARTS = 9, EV_ROWS = 32 };
/* Most totals that a family sums, and numbers it keeps between its two passes. */
enum { EV_MOST_TOTALS = 16, EV_MOST_KEPT = 5 };

/* Where the items are: `count` groups of `items` each or, where `offsets` is not NULL,
 * group g of the items offsets[g] .. offsets[g + 1] - 1. */
typedef struct ev_groups {
    ptrdiff_t count;
    ptrdiff_t items;
    const ptrdiff_t *offsets;
} ev_groups;

/* One number of every item, as doubles anywhere in memory: strides in bytes, any
 * alignment. With offsets, the item stride runs through all items and the group stride
 * is not used. */
typedef struct ev_operand {
    const char *first;
    ptrdiff_t group_stride;
    ptrdiff_t item_stride;
} ev_operand;

/* One number of some items of four groups. */
typedef ev_lanes ev_column[EV_ROWS];

/* What is known of four groups while their items pass. All but `keep`, and as many
 * totals as the family has, are cleared before the first item. */
typedef struct ev_state {
    ev_lanes keep[EV_MOST_KEPT];        /* what settle leaves for spread */
    ev_mask absent, negative, unpaired; /* set once an item is so */
    ev_mask matched, dropped;           /* counts, or set once an item is so */
    ev_lanes status;                    /* a status code a lane */
    ev_total rest;                       /* the total less the parts given so far */
    ev_total total[EV_MOST_TOTALS];
} ev_state;

/* Gives the lanes of the mask a status. Told from the highest code to the lowest, so
 * that the lowest wins. */
EV_INLINE void ev_flag(ev_state *state, ev_mask mask, ev_status code)
{
    state->status = ev_choose(mask, ev_fill((double)code), state->status);
}

typedef void ev_items_kernel(const ev_column *in, ptrdiff_t rows, ev_state *state);
typedef void ev_groups_kernel(ev_state *state, ev_lanes *parts);
typedef void ev_spread_kernel(const ev_column *in, ptrdiff_t rows, ev_state *state,
                              ev_column *out);

/* One family. `gather` adds items to the state, `settle` makes the group's numbers of
 * it; where each item gets numbers of its own, `spread` makes them in a second pass.
 * `close`, where given, makes the group's numbers after that. The first number of a
 * group is the total, the last the residual, which is state->rest in the end. */
typedef struct ev_explanation {
    const char *name;
    int reads;                          /* numbers of an item */
    int totals;                         /* sums over the items */
    int parts;                          /* numbers given for a group */
    int item_parts;                     /* numbers given for an item */
    ev_items_kernel *gather[EV_ISA_COUNT];
    ev_groups_kernel *settle[EV_ISA_COUNT];
    ev_spread_kernel *spread[EV_ISA_COUNT]; /* NULL: no second pass */
    ev_groups_kernel *close[EV_ISA_COUNT];  /* NULL: all has been said */
} ev_explanation;

/* Explains the groups start .. stop - 1. in[] holds `reads` operands. parts[k][g] and
 * status[g] receive the group's numbers; item_parts[k][i] those of item i, the items of
 * all groups counted through (g * items + place, or the place that offsets gives).
 * item_parts may be NULL where the group's
 * numbers do not depend on them (price_volume), and then items get nothing. Outputs
 * overlap nothing.
 * NaN that matters makes the group GAP, an infinity INVALID. */
void ev_explain(const ev_explanation *family, ev_isa isa, const ev_groups *groups,
                const ev_operand *in, ptrdiff_t start, ptrdiff_t stop,
                double *const *parts, double *const *item_parts, uint8_t *status);

/* x0, x1 -> total, residual; an item: its contribution.
 *   contributions
 * w0, r0, w1, r1 -> total, residual; an item: rate, mix (three-way: and joint).
 *   mix_rate_symmetric, mix_rate_three_way
 * p0, q0, p1, q1 -> total, price, volume (three-way: and joint), entry, exit, residual;
 * an item: the same.
 *   price_volume_laspeyres, _paasche, _bennet, _three_way
 * p0, q0, p1, q1 -> total, price, volume, mix, entry, exit, residual.
 *   price_volume_mix
 * r0, c0, q0, r1, c1, q1 -> total, price, unit cost, mix, entry, exit, other, matched,
 * residual, where matched is the share of the base revenue.
 *   margin_bridge */
extern const ev_explanation ev_explanations[];
extern const int ev_explanation_count;

/* p0, q0, p1, q1 -> price index, quantity index, items in both periods, items in one,
 * residual: the value ratio less the product of both indices.
 *   index_laspeyres, index_paasche, index_fisher, index_tornqvist, index_sato_vartia
 * p0, q0, p1, q1 -> Fisher index - 1, residual; an item: its contribution.
 *   index_contributions_price, index_contributions_quantity */
extern const ev_explanation ev_indices[];
extern const int ev_index_count;

/* x, fate -> the sums of x over the items of fate 0 (in both periods), 1 (new), 2 (lost),
 * 3 (unknown in one of them); residual: what rounding left of the last three sums. */
extern const ev_explanation ev_sums_by_fate;

#endif
