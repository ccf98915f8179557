#include "explain/explain.h"

#ifndef EV_PASS

#include "arrays/growth.h"

/* ---- contributions ----------------------------------------------------------- */

/* The change is summed apart: of totals much larger than it little would be left. */
enum { BASE, CURRENT, CHANGE };

/* ---- mix and rate ------------------------------------------------------------ */

enum { WEIGHT0, AMOUNT0, WEIGHT1, AMOUNT1 };
enum { KEPT_WEIGHT0, KEPT_WEIGHT1, KEPT_MEAN0, KEPT_MEAN1, KEPT_NOTHING };

/* ---- price and volume -------------------------------------------------------- */

typedef enum method { LASPEYRES, PAASCHE, BENNET, THREE_WAY } method;

enum { WORTH, PRICE, VOLUME, JOINT, ENTRY, LOST, BASE_WORTH, UNITS0, UNITS_CHANGE };

/* What an item's change of worth is made of. Bennet's price and volume are twice what
 * they are, and halved once summed. */
typedef struct effects {
    ev_mask matched;
    ev_lanes worth0, worth1, change;
    ev_lanes price, volume, joint, entry, lost;
} effects;

/* An item is in a period when its quantity is not 0; its price is looked at only then. */
EV_INLINE effects effects_of(const ev_column *in, ptrdiff_t k, method how)
{
    const ev_lanes p0 = in[0][k], q0 = in[1][k], p1 = in[2][k], q1 = in[3][k];
    const ev_lanes nothing = ev_fill(0), dp = p1 - p0, dq = q1 - q0;
    const ev_mask in0 = q0 != nothing, in1 = q1 != nothing, both = in0 & in1;
    effects e = {.matched = both, .joint = nothing};
    e.worth0 = ev_where(in0, p0 * q0);
    e.worth1 = ev_where(in1, p1 * q1);
    e.change = e.worth1 - e.worth0;
    e.entry = ev_where(~in0, e.worth1);
    e.lost = ev_where(~in1, e.worth0);
    if (how == BENNET) {
        e.price = ev_where(both, dp * (q0 + q1));
        e.volume = ev_where(both, dq * (p0 + p1));
    }
    else {
        e.price = ev_where(both, dp * (how == LASPEYRES ? q1 : q0));
        e.volume = ev_where(both, dq * (how == PAASCHE ? p1 : p0));
        e.joint = how == THREE_WAY ? ev_where(both, dp * dq) : nothing;
    }
    return e;
}

/* Gives the statuses of price and volume, the total, and where its parts are known.
 * With nothing in both periods entry and exit are all there is, and said to be. */
EV_INLINE ev_mask settle_worth(ev_state *state)
{
    const ev_lanes change = ev_total_value(&state->total[WORTH]);
    ev_flag(state, ~state->matched, EV_NO_MATCH);
    ev_flag(state, state->negative, EV_NEGATIVE_DENOMINATOR);
    ev_flag(state, ev_unbounded(change), EV_INVALID);
    ev_flag(state, state->absent, EV_GAP);
    const ev_mask known = (state->status == ev_fill(EV_OK)) |
                          (state->status == ev_fill(EV_NO_MATCH));
    const ev_mask stands = known | (state->status == ev_fill(EV_NEGATIVE_DENOMINATOR));
    state->rest.high = ev_number_or_nan(stands, change);
    return known;
}

/* Writes a part and takes it from the rest. */
EV_INLINE ev_lanes *give(ev_state *state, ev_lanes *to, ev_mask known, ev_lanes part)
{
    *to = ev_number_or_nan(known, part);
    ev_total_add(&state->rest, -*to);
    return to + 1;
}

/* Takes back the parts given that left the range, and says so: then the rest did too. */
EV_INLINE void check_given(ev_state *state, ev_lanes *from, const ev_lanes *to,
                           ev_mask known)
{
    const ev_mask lost = known & ev_unbounded(state->rest.high);
    if (ev_any(lost)) {
        ev_flag(state, lost, EV_INVALID);
        for (; from < to; from++) {
            *from = ev_finite(*from);
        }
    }
}

/* ---- margin bridge ----------------------------------------------------------- */

/* Sums of revenue and cost in both periods over all items, the matched ones, and those
 * in both periods that are not; then over the matched ones at the price or unit cost of
 * one period and the quantities of the other. */
enum { ALL = 0, MATCHED = 4, UNMATCHED = 8, R10 = 12, C10, R01, C01 };
enum { R0, C0, R1, C1 };

/* The margin of sums of revenue and cost. */
EV_INLINE ev_lanes margin_of(const ev_total *revenue, const ev_total *cost)
{
    return ev_total_difference(revenue, cost) / ev_total_value(revenue);
}

/* A Shapley average over six orders: two of the four steps come first or last in an
 * order and count for a third, two come between and count for a sixth. */
EV_INLINE ev_lanes shapley(ev_lanes first, ev_lanes last, ev_lanes between,
                           ev_lanes other)
{
    return ((first + last) * ev_fill(2) + (between + other)) / ev_fill(6);
}

#define EV_SELF "explain/explain_parts.c"
#include "base/each_isa.h"

#define NO_KERNEL {NULL, NULL}
#define PRICE_VOLUME(method, parts)                                                   \
    {"price_volume_" #method, 4, 6, parts, parts, EV_EACH(gather_##method),              \
     EV_EACH(settle_##method), EV_EACH(spread_##method), NO_KERNEL}

const ev_explanation ev_explanations[] = {
    {"contributions", 2, 3, 2, 1, EV_EACH(gather_contributions),
     EV_EACH(settle_contributions), EV_EACH(spread_contributions), EV_EACH(close_items)},
    {"mix_rate_symmetric", 4, 4, 2, 2, EV_EACH(gather_rates), EV_EACH(settle_rates),
     EV_EACH(spread_symmetric), EV_EACH(close_items)},
    {"mix_rate_three_way", 4, 4, 2, 3, EV_EACH(gather_rates), EV_EACH(settle_rates),
     EV_EACH(spread_rates_three_way), EV_EACH(close_items)},
    PRICE_VOLUME(laspeyres, 6),
    PRICE_VOLUME(paasche, 6),
    PRICE_VOLUME(bennet, 6),
    PRICE_VOLUME(three_way, 7),
    {"price_volume_mix", 4, 9, 7, 0, EV_EACH(gather_units), EV_EACH(settle_units),
     NO_KERNEL, NO_KERNEL},
    {"margin_bridge", 6, 16, 9, 0, EV_EACH(gather_bridge), EV_EACH(settle_bridge),
     NO_KERNEL, NO_KERNEL},
};
const int ev_explanation_count =
    (int)(sizeof ev_explanations / sizeof ev_explanations[0]);

#else

/* ---- contributions ----------------------------------------------------------- */

static void EV_NAME(gather_contributions)(const ev_column *in, ptrdiff_t rows,
                                          ev_state *restrict state)
{
    ev_total base = state->total[BASE], current = state->total[CURRENT];
    ev_total change = state->total[CHANGE];
    ev_mask absent = state->absent;
    for (ptrdiff_t k = 0; k < rows; k++) {
        const ev_lanes x0 = in[0][k], x1 = in[1][k];
        ev_total_add(&base, x0);
        ev_total_add(&current, x1);
        ev_total_add(&change, x1 - x0);
        absent |= ev_absent(x0) | ev_absent(x1);
    }
    state->total[BASE] = base, state->total[CURRENT] = current;
    state->total[CHANGE] = change;
    state->absent = absent;
}

static void EV_NAME(settle_contributions)(ev_state *state, ev_lanes *parts)
{
    const ev_lanes base = ev_total_value(&state->total[BASE]);
    const ev_lanes current = ev_total_value(&state->total[CURRENT]);
    const ev_lanes growth = ev_total_value(&state->total[CHANGE]) / base;
    for (int j = 0; j < EV_LANE_COUNT; j++) {
        state->status[j] = ev_growth_status(base[j], current[j]);
    }
    const ev_mask usable = ~(ev_unbounded(base) | ev_unbounded(current));
    const ev_mask positive = base > ev_fill(0);
    ev_flag(state, ~usable | (positive & ev_unbounded(growth)), EV_INVALID);
    ev_flag(state, state->absent, EV_GAP);
    const ev_mask known = usable & positive & ~state->absent & ~ev_unbounded(growth);
    state->keep[0] = ev_number_or_nan(known, base);
    parts[0] = state->rest.high = ev_number_or_nan(known, growth);
}

static void EV_NAME(spread_contributions)(const ev_column *in, ptrdiff_t rows,
                                          ev_state *restrict state,
                                          ev_column *restrict out)
{
    ev_total rest = state->rest;
    for (ptrdiff_t k = 0; k < rows; k++) {
        const ev_lanes part = ev_finite((in[1][k] - in[0][k]) / state->keep[0]);
        out[0][k] = part;
        ev_total_add(&rest, -part);
    }
    state->rest = rest;
}

/* Says of the groups that have a total and lack some part that it left the range. */
static void EV_NAME(close_items)(ev_state *state, ev_lanes *parts)
{
    ev_flag(state, ~ev_absent(parts[0]) & ev_unbounded(state->rest.high), EV_INVALID);
}

/* ---- mix and rate ------------------------------------------------------------ */

static void EV_NAME(gather_rates)(const ev_column *in, ptrdiff_t rows,
                                  ev_state *restrict state)
{
    const ev_lanes nothing = ev_fill(0);
    for (ptrdiff_t k = 0; k < rows; k++) {
        const ev_lanes w0 = in[0][k], w1 = in[2][k];
        const ev_lanes amount0 = ev_where(w0 != nothing, w0 * in[1][k]);
        const ev_lanes amount1 = ev_where(w1 != nothing, w1 * in[3][k]);
        ev_total_add(&state->total[WEIGHT0], w0);
        ev_total_add(&state->total[AMOUNT0], amount0);
        ev_total_add(&state->total[WEIGHT1], w1);
        ev_total_add(&state->total[AMOUNT1], amount1);
        state->absent |= ev_absent(amount0) | ev_absent(amount1);
        state->negative |= (w0 < nothing) | (w1 < nothing);
    }
}

static void EV_NAME(settle_rates)(ev_state *state, ev_lanes *parts)
{
    const ev_lanes nothing = ev_fill(0);
    const ev_lanes weight0 = ev_total_value(&state->total[WEIGHT0]);
    const ev_lanes weight1 = ev_total_value(&state->total[WEIGHT1]);
    const ev_lanes mean0 = ev_total_value(&state->total[AMOUNT0]) / weight0;
    const ev_lanes mean1 = ev_total_value(&state->total[AMOUNT1]) / weight1;
    const ev_mask empty = (weight0 == nothing) | (weight1 == nothing);
    ev_flag(state, state->negative, EV_NEGATIVE_DENOMINATOR);
    ev_flag(state, empty, EV_ZERO_DENOMINATOR);
    ev_flag(state, ~empty & (ev_unbounded(mean0) | ev_unbounded(mean1)), EV_INVALID);
    ev_flag(state, ev_unbounded(weight0) | ev_unbounded(weight1), EV_INVALID);
    ev_flag(state, state->absent, EV_GAP);
    const ev_mask known = state->status == ev_fill(EV_OK);
    state->keep[KEPT_WEIGHT0] = weight0;
    state->keep[KEPT_WEIGHT1] = weight1;
    state->keep[KEPT_MEAN0] = mean0;
    state->keep[KEPT_MEAN1] = mean1;
    state->keep[KEPT_NOTHING] = ev_number_or_nan(known, nothing);
    parts[0] = state->rest.high = ev_number_or_nan(known, mean1 - mean0);
}

EV_INLINE void EV_NAME(spread_rates)(const ev_column *in, ptrdiff_t rows,
                                     ev_state *restrict state, ev_column *restrict out,
                                     int three_way)
{
    const ev_lanes nothing = state->keep[KEPT_NOTHING], half = ev_fill(0.5);
    const ev_mask known = nothing == ev_fill(0);
    const ev_lanes mean0 = state->keep[KEPT_MEAN0], mean1 = state->keep[KEPT_MEAN1];
    for (ptrdiff_t k = 0; k < rows; k++) {
        const ev_mask in0 = in[0][k] != ev_fill(0), in1 = in[2][k] != ev_fill(0);
        const ev_mask there = (in0 | in1) & known;
        const ev_lanes share0 = in[0][k] / state->keep[KEPT_WEIGHT0];
        const ev_lanes share1 = in[2][k] / state->keep[KEPT_WEIGHT1];
        const ev_lanes rate0 = ev_choose(in0, in[1][k], in[3][k]);
        const ev_lanes rate1 = ev_choose(in1, in[3][k], in[1][k]);
        const ev_lanes moved = share1 - share0, change = rate1 - rate0;
        ev_lanes rate, mix;
        if (three_way) {
            rate = share0 * change;
            mix = moved * (rate0 - mean0);
            out[2][k] = ev_choose(there, ev_finite(moved * change), nothing);
            ev_total_add(&state->rest, -out[2][k]);
        }
        else {
            rate = (share1 + share0) * half * change;
            mix = moved * ((rate1 + rate0) * half - (mean1 + mean0) * half);
        }
        out[0][k] = ev_choose(there, ev_finite(rate), nothing);
        out[1][k] = ev_choose(there, ev_finite(mix), nothing);
        ev_total_add(&state->rest, -out[0][k]);
        ev_total_add(&state->rest, -out[1][k]);
    }
}

static void EV_NAME(spread_symmetric)(const ev_column *in, ptrdiff_t rows,
                                      ev_state *state, ev_column *out)
{
    EV_NAME(spread_rates)(in, rows, state, out, 0);
}

static void EV_NAME(spread_rates_three_way)(const ev_column *in, ptrdiff_t rows,
                                            ev_state *state, ev_column *out)
{
    EV_NAME(spread_rates)(in, rows, state, out, 1);
}

/* ---- price and volume -------------------------------------------------------- */

EV_INLINE void EV_NAME(gather_worth)(const ev_column *in, ptrdiff_t rows,
                                     ev_state *restrict state, method how)
{
    /* Out of memory and into registers while the items pass. */
    ev_total worth = state->total[WORTH], price = state->total[PRICE];
    ev_total volume = state->total[VOLUME], joint = state->total[JOINT];
    ev_total entry = state->total[ENTRY], lost = state->total[LOST];
    ev_mask matched = state->matched, odd = {0, 0, 0, 0};
    for (ptrdiff_t k = 0; k < rows; k++) {
        const effects e = effects_of(in, k, how);
        matched |= e.matched;
        ev_total_add(&price, e.price);
        ev_total_add(&volume, e.volume);
        if (how == THREE_WAY) {
            ev_total_add(&joint, e.joint);
        }
        odd |= ev_absent(e.change) | ev_signed(in[1][k]) | ev_signed(in[3][k]);
        ev_total_add(&worth, e.change);
        ev_total_add(&entry, e.entry);
        ev_total_add(&lost, e.lost);
    }
    for (ptrdiff_t k = 0; k < rows && ev_any(odd < 0); k++) { /* seldom */
        const effects e = effects_of(in, k, how);
        state->absent |= ev_absent(e.worth0) | ev_absent(e.worth1);
        state->negative |= (in[1][k] < ev_fill(0)) | (in[3][k] < ev_fill(0));
    }
    state->total[WORTH] = worth, state->total[PRICE] = price;
    state->total[VOLUME] = volume, state->total[JOINT] = joint;
    state->total[ENTRY] = entry, state->total[LOST] = lost;
    state->matched = matched;
}

EV_INLINE void EV_NAME(settle_price_volume)(ev_state *state, ev_lanes *parts, method how)
{
    const ev_lanes scale = ev_fill(how == BENNET ? 0.5 : 1);
    const ev_mask known = settle_worth(state);
    ev_lanes *to = parts;
    *to++ = state->rest.high;
    to = give(state, to, known, ev_total_value(&state->total[PRICE]) * scale);
    to = give(state, to, known, ev_total_value(&state->total[VOLUME]) * scale);
    if (how == THREE_WAY) {
        to = give(state, to, known, ev_total_value(&state->total[JOINT]));
    }
    to = give(state, to, known, ev_total_value(&state->total[ENTRY]));
    to = give(state, to, known, ev_fill(0) - ev_total_value(&state->total[LOST]));
    check_given(state, parts + 1, to, known);
    state->keep[0] = ev_number_or_nan(known, ev_fill(0));
}

/* The items' own parts, in the order of the group's. */
EV_INLINE void EV_NAME(spread_worth)(const ev_column *in, ptrdiff_t rows,
                                     const ev_state *restrict state,
                                     ev_column *restrict out, method how)
{
    const ev_lanes scale = ev_fill(how == BENNET ? 0.5 : 1);
    const ev_mask known = state->keep[0] == ev_fill(0);
    for (ptrdiff_t k = 0; k < rows; k++) {
        const effects e = effects_of(in, k, how);
        const ev_lanes given[] = {e.price * scale, e.volume * scale, e.joint, e.entry,
                                  ev_fill(0) - e.lost};
        ev_total rest = {ev_number_or_nan(known, e.change), ev_fill(0)};
        int to = 0;
        out[to++][k] = rest.high;
        for (int i = 0; i < 5; i++) {
            if (i != 2 || how == THREE_WAY) {
                out[to][k] = ev_number_or_nan(known, ev_finite(given[i]));
                ev_total_add(&rest, -out[to++][k]);
            }
        }
        out[to][k] = ev_total_value(&rest);
    }
}

#define PRICE_VOLUME_KERNELS(name, how)                                               \
    static void EV_NAME(gather_##name)(const ev_column *in, ptrdiff_t rows,           \
                                       ev_state *state)                               \
    {                                                                                 \
        EV_NAME(gather_worth)(in, rows, state, how);                                  \
    }                                                                                 \
    static void EV_NAME(settle_##name)(ev_state *state, ev_lanes *parts)              \
    {                                                                                 \
        EV_NAME(settle_price_volume)(state, parts, how);                              \
    }                                                                                 \
    static void EV_NAME(spread_##name)(const ev_column *in, ptrdiff_t rows,           \
                                       ev_state *state, ev_column *out)               \
    {                                                                                 \
        EV_NAME(spread_worth)(in, rows, state, out, how);                             \
    }
PRICE_VOLUME_KERNELS(laspeyres, LASPEYRES)
PRICE_VOLUME_KERNELS(paasche, PAASCHE)
PRICE_VOLUME_KERNELS(bennet, BENNET)
PRICE_VOLUME_KERNELS(three_way, THREE_WAY)
#undef PRICE_VOLUME_KERNELS

static void EV_NAME(gather_units)(const ev_column *in, ptrdiff_t rows,
                                  ev_state *restrict state)
{
    EV_NAME(gather_worth)(in, rows, state, LASPEYRES);
    for (ptrdiff_t k = 0; k < rows; k++) {
        const ev_lanes q0 = in[1][k], q1 = in[3][k], nothing = ev_fill(0);
        const ev_mask both = (q0 != nothing) & (q1 != nothing);
        ev_total_add(&state->total[BASE_WORTH], ev_where(both, in[0][k] * q0));
        ev_total_add(&state->total[UNITS0], ev_where(both, q0));
        ev_total_add(&state->total[UNITS_CHANGE], ev_where(both, q1 - q0));
    }
}

/* Laspeyres' volume, sum p0 (q1 - q0), is volume as if every item had changed as the
 * units did, and mix. */
static void EV_NAME(settle_units)(ev_state *state, ev_lanes *parts)
{
    const ev_mask known = settle_worth(state);
    const ev_lanes units = ev_total_value(&state->total[UNITS_CHANGE]) /
                           ev_total_value(&state->total[UNITS0]);
    const ev_lanes volume =
        ev_where(state->matched, units * ev_total_value(&state->total[BASE_WORTH]));
    ev_lanes *to = parts;
    *to++ = state->rest.high;
    to = give(state, to, known, ev_total_value(&state->total[PRICE]));
    to = give(state, to, known, volume);
    to = give(state, to, known, ev_total_value(&state->total[VOLUME]) - volume);
    to = give(state, to, known, ev_total_value(&state->total[ENTRY]));
    to = give(state, to, known, ev_fill(0) - ev_total_value(&state->total[LOST]));
    check_given(state, parts + 1, to, known);
}

/* ---- margin bridge ----------------------------------------------------------- */

/* What few items are: in both periods but not matched, or with a number absent. */
EV_INLINE void EV_NAME(gather_odd)(const ev_column *in, ptrdiff_t k, ev_mask unmatched,
                                   ev_state *restrict state)
{
    const ev_lanes nothing = ev_fill(0);
    const ev_lanes r0 = in[0][k], c0 = in[1][k], r1 = in[3][k], c1 = in[4][k];
    ev_total_add(&state->total[UNMATCHED + R0], ev_where(unmatched, r0));
    ev_total_add(&state->total[UNMATCHED + C0], ev_where(unmatched, c0));
    ev_total_add(&state->total[UNMATCHED + R1], ev_where(unmatched, r1));
    ev_total_add(&state->total[UNMATCHED + C1], ev_where(unmatched, c1));
    state->absent |= ev_absent(r0) | ev_absent(r1) | (ev_absent(c0) & (r0 == nothing)) |
                     (ev_absent(c1) & (r1 == nothing));
    state->unpaired |= ev_absent(c0) | ev_absent(c1);
}

static void EV_NAME(gather_bridge)(const ev_column *in, ptrdiff_t rows,
                                   ev_state *restrict state)
{
    const ev_lanes nothing = ev_fill(0);
    ev_mask unmatched[EV_ROWS], any = {0, 0, 0, 0}, odd = any;
    for (ptrdiff_t k = 0; k < rows; k++) {
        const ev_lanes r0 = in[0][k], c0 = in[1][k], q0 = in[2][k];
        const ev_lanes r1 = in[3][k], c1 = in[4][k], q1 = in[5][k];
        const ev_mask in0 = (r0 != nothing) | (c0 != nothing);
        const ev_mask in1 = (r1 != nothing) | (c1 != nothing);
        const ev_mask matched = (r0 > nothing) & (r1 > nothing) & (q0 > nothing) &
                                (q1 > nothing);
        const ev_lanes sides[] = {r0, c0, r1, c1}, back = q0 / q1, forth = q1 / q0;
        for (int i = 0; i < 4; i++) {
            ev_total_add(&state->total[ALL + i], sides[i]);
            ev_total_add(&state->total[MATCHED + i], ev_where(matched, sides[i]));
        }
        ev_total_add(&state->total[R10], ev_where(matched, r1 * back));
        ev_total_add(&state->total[C10], ev_where(matched, c1 * back));
        ev_total_add(&state->total[R01], ev_where(matched, r0 * forth));
        ev_total_add(&state->total[C01], ev_where(matched, c0 * forth));
        unmatched[k] = in0 & in1 & ~matched;
        any |= matched;
        odd |= unmatched[k] | ev_absent((r0 + c0) + (r1 + c1));
    }
    state->matched |= any;
    for (ptrdiff_t k = 0; k < rows && ev_any(odd); k++) {
        EV_NAME(gather_odd)(in, k, unmatched[k], state);
    }
}

static void EV_NAME(settle_bridge)(ev_state *state, ev_lanes *parts)
{
    const ev_total *all = state->total + ALL, *in = state->total + MATCHED;
    ev_total both[4];
    for (int i = 0; i < 4; i++) {
        both[i] = in[i];
        ev_total_join(&both[i], &state->total[UNMATCHED + i]);
    }
    const ev_lanes nothing = ev_fill(0);
    const ev_lanes before = ev_total_value(&all[R0]), after = ev_total_value(&all[R1]);
    const ev_lanes kept0 = ev_total_value(&both[R0]), kept1 = ev_total_value(&both[R1]);
    const ev_lanes margin0 = margin_of(&all[R0], &all[C0]);
    const ev_lanes margin1 = margin_of(&all[R1], &all[C1]);
    const ev_lanes change = margin1 - margin0;
    const ev_mask there = (before > nothing) & (after > nothing);
    ev_flag(state, ~state->matched, EV_NO_MATCH);
    ev_flag(state, (before < nothing) | (after < nothing) |
                    (state->matched & ((kept0 < nothing) | (kept1 < nothing))),
         EV_NEGATIVE_DENOMINATOR);
    ev_flag(state, (before == nothing) | (after == nothing) |
                    (state->matched & ((kept0 == nothing) | (kept1 == nothing))),
         EV_ZERO_DENOMINATOR);
    ev_flag(state, ev_unbounded(before) | ev_unbounded(after) |
                       (there & ev_unbounded(change)), EV_INVALID);
    ev_flag(state, state->unpaired, EV_UNPAIRED);
    ev_flag(state, state->absent, EV_GAP);
    const ev_mask known = state->status == ev_fill(EV_OK);
    state->rest.high = ev_number_or_nan(there & ~ev_unbounded(change) & ~state->unpaired &
                                         ~state->absent, change);

    /* Cost over revenue at prices, unit costs and quantities of either period. */
    const ev_lanes r00 = ev_total_value(&in[R0]), r11 = ev_total_value(&in[R1]);
    const ev_lanes c00 = ev_total_value(&in[C0]), c11 = ev_total_value(&in[C1]);
    const ev_lanes r10 = ev_total_value(&state->total[R10]);
    const ev_lanes c10 = ev_total_value(&state->total[C10]);
    const ev_lanes r01 = ev_total_value(&state->total[R01]);
    const ev_lanes c01 = ev_total_value(&state->total[C01]);
    const ev_lanes k000 = c00 / r00, k100 = c00 / r10, k010 = c10 / r00, k110 = c10 / r10;
    const ev_lanes k001 = c01 / r01, k101 = c01 / r11, k011 = c11 / r01, k111 = c11 / r11;
    const ev_lanes both0 = margin_of(&both[R0], &both[C0]);
    const ev_lanes both1 = margin_of(&both[R1], &both[C1]);
    const ev_lanes other = (both1 - margin_of(&in[R1], &in[C1])) -
                           (both0 - margin_of(&in[R0], &in[C0]));
    ev_lanes *to = parts;
    *to++ = state->rest.high;
    const ev_lanes price =
        shapley(k000 - k100, k011 - k111, k010 - k110, k001 - k101);
    const ev_lanes unit_cost =
        shapley(k000 - k010, k101 - k111, k100 - k110, k001 - k011);
    const ev_lanes mix =
        shapley(k000 - k001, k110 - k111, k100 - k101, k010 - k011);
    to = give(state, to, known, price);
    to = give(state, to, known, unit_cost);
    to = give(state, to, known, mix);
    to = give(state, to, known, margin1 - both1);
    to = give(state, to, known, both0 - margin0);
    to = give(state, to, known, other);
    check_given(state, parts + 1, to, known);
    *to = ev_number_or_nan(known | (state->status == ev_fill(EV_NO_MATCH)), r00 / before);
}

#endif
