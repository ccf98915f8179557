/* Explanations that add up, over many groups of items at once.
 *
 * A family reads one or more numbers of every item of a group. It gives some numbers for
 * the group, some for every item, or both. The result of a group does not depend on the
 * other groups, on where the work is cut, or on the instruction set.
 */
#ifndef EV_EXPLAIN_H
#define EV_EXPLAIN_H

#include "base/core.h"

/* The most numbers read of an item, and given for a group or an item. */
enum { EV_MOST_READ = 6, EV_MOST_PARTS = 9 };

/* One number of every item, as doubles anywhere in memory: strides in bytes, any
 * alignment. With offsets, the item stride runs through all items and the group stride
 * is not used. */
typedef struct ev_operand {
    const char *first;
    ptrdiff_t group_stride;
    ptrdiff_t item_stride;
} ev_operand;

/* The items: `count` groups of `items` each or, where `offsets` is not NULL, group g has
 * the items offsets[g] .. offsets[g + 1] - 1 of `items` in all. in[] holds as many operands
 * as the family reads. */
typedef struct ev_groups {
    ptrdiff_t count;
    ptrdiff_t items;
    const ptrdiff_t *offsets;
    ev_operand in[EV_MOST_READ];
} ev_groups;

/* Where the results go. parts[k][g] and status[g] receive the numbers of group g,
 * item_parts[k][i] those of item i, counted through all groups (g * items + place, or
 * the place that offsets gives). item_parts[0] may be NULL where the numbers of a group
 * do not depend on those of its items (price_volume): items then get nothing. The arrays
 * overlap neither one another nor the operands. */
typedef struct ev_explained {
    double *parts[EV_MOST_PARTS];
    double *item_parts[EV_MOST_PARTS];
    uint8_t *status;
} ev_explained;

/* A family, compiled for one instruction set. The first number of a group is the total,
 * the last the residual: the total less the other parts. */
typedef struct ev_explanation ev_explanation;
struct ev_explanation {
    const char *name;
    int reads;      /* numbers read of an item */
    int parts;      /* numbers given for a group */
    int item_parts; /* numbers given for an item */
    void (*explain)(const ev_explanation *family, const ev_groups *groups,
                    ptrdiff_t start, ptrdiff_t stop, const ev_explained *to);
    const struct ev_kernels *kernels; /* private to the instruction set */
};

/* All families for an instruction set that the build has. The name of the last is NULL.
 *
 * contributions: x0, x1 -> total, residual; an item: its contribution.
 * mix_rate_symmetric, _three_way: w0, r0, w1, r1 -> total, residual; an item: rate, mix
 *   (three-way: and joint).
 * price_volume_laspeyres, _paasche, _bennet, _three_way: p0, q0, p1, q1 -> total, price,
 *   volume (three-way: and joint), entry, exit, residual; an item: the same.
 * price_volume_mix: p0, q0, p1, q1 -> total, price, volume, mix, entry, exit, residual.
 * margin_bridge: r0, c0, q0, r1, c1, q1 -> total, price, unit cost, mix, entry, exit,
 *   other, matched (its share of the base revenue), residual.
 * index_laspeyres, _paasche, _fisher, _tornqvist, _sato_vartia: p0, q0, p1, q1 -> price
 *   index, quantity index, items in both periods, items in one, residual: the value
 *   ratio less the product of both indices.
 * index_contributions_price, _quantity: p0, q0, p1, q1 -> Fisher index - 1, residual; an
 *   item: its contribution.
 * sums_by_fate: x, fate -> the sums of x over the items of fate 0 (in both periods),
 *   1 (new), 2 (lost), 3 (unknown in one of them); residual: what rounding leaves of the
 *   last three sums. */
const ev_explanation *ev_explanations(ev_isa isa);

/* The family of that name, or NULL. */
const ev_explanation *ev_explanation_named(const char *name, ev_isa isa);

/* Explains the groups start .. stop - 1. A NaN that matters makes a group GAP, an
 * infinity INVALID. Threads may explain disjoint runs of groups at the same time. */
void ev_explain(const ev_explanation *family, const ev_groups *groups, ptrdiff_t start,
                ptrdiff_t stop, const ev_explained *to);

#endif
