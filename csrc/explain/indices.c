#include "explain/explain.h"

#ifndef EV_PASS

#include "explain/lmdi.h"

/* Sums of price times quantity over the items in both periods; V10 is of the current
 * prices at the base quantities. Then the weighted logarithms of the second pass. */
enum { V00, V10, V01, V11, LOG_PRICE, LOG_QUANTITY, WEIGHT };
/* What the group's numbers are. */
enum { INDEX_PRICE, INDEX_QUANTITY, INDEX_MATCHED, INDEX_DROPPED };

typedef enum formula { LASPEYRES, PAASCHE, FISHER, TORNQVIST, SATO_VARTIA } formula;

EV_INLINE ev_lanes root(ev_lanes x)
{
    const ev_lanes roots = {sqrt(x[0]), sqrt(x[1]), sqrt(x[2]), sqrt(x[3])};
    return roots;
}

/* An item is in a period when its quantity is not 0 and both its numbers are known. */
EV_INLINE ev_mask present(ev_lanes p, ev_lanes q)
{
    return (q != ev_fill(0)) & ~(ev_absent(p) | ev_absent(q));
}

/* The statuses of all formulas; `zero` says where a sum that is divided by is 0. */
EV_INLINE void settle_statuses(ev_state *state, ev_mask zero)
{
    const ev_mask matched = state->matched != (ev_mask){0, 0, 0, 0};
    ev_lanes sums = ev_fill(0);
    for (int i = V00; i <= V11; i++) {
        sums += ev_total_value(&state->total[i]);
    }
    ev_flag(state, ~matched, EV_NO_MATCH);
    ev_flag(state, state->negative, EV_NEGATIVE_DENOMINATOR);
    ev_flag(state, matched & zero, EV_ZERO_DENOMINATOR);
    ev_flag(state, ev_unbounded(sums), EV_INVALID);
}

EV_INLINE ev_lanes counts(ev_mask count)
{
    const ev_lanes numbers = {(double)count[0], (double)count[1], (double)count[2],
                              (double)count[3]};
    return numbers;
}

/* Writes both indices, where they are numbers, and what they leave of the value. */
EV_INLINE void give_indices(ev_state *state, ev_lanes price, ev_lanes quantity,
                            ev_lanes *parts)
{
    const ev_lanes value =
        ev_total_value(&state->total[V11]) / ev_total_value(&state->total[V00]);
    ev_flag(state, (ev_unbounded(price) | ev_unbounded(quantity)) &
                    (state->status == ev_fill(EV_OK)), EV_INVALID);
    const ev_mask known = state->status == ev_fill(EV_OK);
    parts[INDEX_PRICE] = ev_number_or_nan(known, price);
    parts[INDEX_QUANTITY] = ev_number_or_nan(known, quantity);
    parts[INDEX_MATCHED] = counts(state->matched);
    parts[INDEX_DROPPED] = counts(state->dropped);
    state->rest.high = ev_number_or_nan(known, value - price * quantity);
}

#define EV_SELF "explain/indices.c"
#include "base/each_isa.h"

#define NO_KERNEL {NULL, NULL}
#define RATIO_INDEX(formula)                                                          \
    {"index_" #formula, 4, 4, 5, 0, EV_EACH(gather_values), EV_EACH(settle_##formula),   \
     NO_KERNEL, NO_KERNEL}
#define LOG_INDEX(formula)                                                            \
    {"index_" #formula, 4, 7, 5, 0, EV_EACH(gather_values), EV_EACH(settle_logs),        \
     EV_EACH(spread_##formula), EV_EACH(close_logs)}
#define CONTRIBUTIONS(of)                                                             \
    {"index_contributions_" #of, 4, 4, 2, 1, EV_EACH(gather_values),                     \
     EV_EACH(settle_##of), EV_EACH(spread_##of), NO_KERNEL}

const ev_explanation ev_indices[] = {
    RATIO_INDEX(laspeyres),
    RATIO_INDEX(paasche),
    RATIO_INDEX(fisher),
    LOG_INDEX(tornqvist),
    LOG_INDEX(sato_vartia),
    CONTRIBUTIONS(price),
    CONTRIBUTIONS(quantity),
};
const int ev_index_count = (int)(sizeof ev_indices / sizeof ev_indices[0]);

#else

static void EV_NAME(gather_values)(const ev_column *in, ptrdiff_t rows,
                                   ev_state *restrict state)
{
    const ev_lanes nothing = ev_fill(0);
    for (ptrdiff_t k = 0; k < rows; k++) {
        const ev_lanes p0 = in[0][k], q0 = in[1][k], p1 = in[2][k], q1 = in[3][k];
        const ev_mask in0 = present(p0, q0), in1 = present(p1, q1), both = in0 & in1;
        ev_total_add(&state->total[V00], ev_where(both, p0 * q0));
        ev_total_add(&state->total[V10], ev_where(both, p1 * q0));
        ev_total_add(&state->total[V01], ev_where(both, p0 * q1));
        ev_total_add(&state->total[V11], ev_where(both, p1 * q1));
        state->matched -= both; /* a set mask is -1 */
        state->dropped -= in0 ^ in1;
        state->negative |= (p0 < nothing) | (q0 < nothing) | (p1 < nothing) |
                           (q1 < nothing);
    }
}

/* ---- from ratios of sums ----------------------------------------------------- */

EV_INLINE void EV_NAME(settle_ratios)(ev_state *state, ev_lanes *parts, formula how)
{
    const ev_lanes v00 = ev_total_value(&state->total[V00]);
    const ev_lanes v10 = ev_total_value(&state->total[V10]);
    const ev_lanes v01 = ev_total_value(&state->total[V01]);
    const ev_lanes v11 = ev_total_value(&state->total[V11]);
    const ev_mask zero = (v00 == ev_fill(0)) |
                         ((v10 == ev_fill(0)) | (v01 == ev_fill(0)));
    settle_statuses(state, zero);
    const ev_lanes laspeyres = v10 / v00, paasche = v11 / v01;
    const ev_lanes laspeyres_q = v01 / v00, paasche_q = v11 / v10;
    if (how == FISHER) {
        give_indices(state, root(laspeyres * paasche), root(laspeyres_q * paasche_q),
                     parts);
    }
    else {
        give_indices(state, how == LASPEYRES ? laspeyres : paasche,
                     how == LASPEYRES ? laspeyres_q : paasche_q, parts);
    }
}

static void EV_NAME(settle_laspeyres)(ev_state *state, ev_lanes *parts)
{
    EV_NAME(settle_ratios)(state, parts, LASPEYRES);
}

static void EV_NAME(settle_paasche)(ev_state *state, ev_lanes *parts)
{
    EV_NAME(settle_ratios)(state, parts, PAASCHE);
}

static void EV_NAME(settle_fisher)(ev_state *state, ev_lanes *parts)
{
    EV_NAME(settle_ratios)(state, parts, FISHER);
}

/* ---- from weighted logarithms ------------------------------------------------ */

static void EV_NAME(settle_logs)(ev_state *state, ev_lanes *parts)
{
    const ev_lanes v00 = ev_total_value(&state->total[V00]);
    const ev_lanes v11 = ev_total_value(&state->total[V11]);
    const ev_mask zero = (v00 == ev_fill(0)) | (v11 == ev_fill(0));
    (void)parts;
    settle_statuses(state, zero);
    state->keep[0] = v00;
    state->keep[1] = v11;
}

EV_INLINE void EV_NAME(spread_logs)(const ev_column *in, ptrdiff_t rows,
                                    ev_state *restrict state, formula how)
{
    for (ptrdiff_t k = 0; k < rows; k++) {
        const ev_lanes p0 = in[0][k], q0 = in[1][k], p1 = in[2][k], q1 = in[3][k];
        const ev_mask both = present(p0, q0) & present(p1, q1);
        const ev_lanes share0 = p0 * q0 / state->keep[0];
        const ev_lanes share1 = p1 * q1 / state->keep[1];
        ev_lanes weight = ev_fill(0), prices = weight, quantities = weight;
        for (int j = 0; j < EV_LANE_COUNT; j++) {
            if (both[j] && (share0[j] > 0 || share1[j] > 0)) {
                weight[j] = how == TORNQVIST ? 0.5 * (share0[j] + share1[j])
                                             : ev_log_mean(share0[j], share1[j]);
                prices[j] = weight[j] * ev_log_change(p0[j], p1[j]);
                quantities[j] = weight[j] * ev_log_change(q0[j], q1[j]);
            }
        }
        ev_total_add(&state->total[LOG_PRICE], prices);
        ev_total_add(&state->total[LOG_QUANTITY], quantities);
        ev_total_add(&state->total[WEIGHT], weight);
    }
}

static void EV_NAME(spread_tornqvist)(const ev_column *in, ptrdiff_t rows,
                                      ev_state *state, ev_column *out)
{
    (void)out;
    EV_NAME(spread_logs)(in, rows, state, TORNQVIST);
}

static void EV_NAME(spread_sato_vartia)(const ev_column *in, ptrdiff_t rows,
                                        ev_state *state, ev_column *out)
{
    (void)out;
    EV_NAME(spread_logs)(in, rows, state, SATO_VARTIA);
}

static void EV_NAME(close_logs)(ev_state *state, ev_lanes *parts)
{
    const ev_lanes weight = ev_total_value(&state->total[WEIGHT]);
    ev_lanes price = ev_total_value(&state->total[LOG_PRICE]) / weight;
    ev_lanes quantity = ev_total_value(&state->total[LOG_QUANTITY]) / weight;
    for (int j = 0; j < EV_LANE_COUNT; j++) {
        price[j] = exp(price[j]);
        quantity[j] = exp(quantity[j]);
    }
    give_indices(state, price, quantity, parts);
}

/* ---- Fisher contributions ---------------------------------------------------- */

/* Item i adds (a0 + a1/A)(b1 - b0) / sum (a0 + a1/A) b0 to the index of b, where A is
 * the Fisher index of a: prices weigh quantities, quantities weigh prices. */
EV_INLINE void EV_NAME(settle_contributions)(ev_state *state, ev_lanes *parts,
                                             int of_price)
{
    ev_lanes indices[4];
    EV_NAME(settle_ratios)(state, indices, FISHER);
    const ev_lanes own = indices[of_price ? INDEX_PRICE : INDEX_QUANTITY];
    const ev_lanes other = indices[of_price ? INDEX_QUANTITY : INDEX_PRICE];
    state->keep[0] = other;
    state->keep[1] = ev_total_value(&state->total[V00]) +
                     ev_total_value(&state->total[of_price ? V01 : V10]) / other;
    parts[0] = state->rest.high = own - ev_fill(1);
}

EV_INLINE void EV_NAME(spread_contributions)(const ev_column *in, ptrdiff_t rows,
                                             ev_state *restrict state,
                                             ev_column *restrict out, int of_price)
{
    const ev_lanes nothing = ev_where(ev_absent(state->keep[0]), state->keep[0]);
    for (ptrdiff_t k = 0; k < rows; k++) {
        const ev_mask both = present(in[0][k], in[1][k]) & present(in[2][k], in[3][k]);
        const ev_lanes a0 = in[of_price ? 1 : 0][k], a1 = in[of_price ? 3 : 2][k];
        const ev_lanes b0 = in[of_price ? 0 : 1][k], b1 = in[of_price ? 2 : 3][k];
        const ev_lanes part = (a0 + a1 / state->keep[0]) * (b1 - b0) / state->keep[1];
        out[0][k] = ev_choose(both, part, nothing);
        ev_total_add(&state->rest, -out[0][k]);
    }
}

static void EV_NAME(settle_price)(ev_state *state, ev_lanes *parts)
{
    EV_NAME(settle_contributions)(state, parts, 1);
}

static void EV_NAME(settle_quantity)(ev_state *state, ev_lanes *parts)
{
    EV_NAME(settle_contributions)(state, parts, 0);
}

static void EV_NAME(spread_price)(const ev_column *in, ptrdiff_t rows, ev_state *state,
                                  ev_column *out)
{
    EV_NAME(spread_contributions)(in, rows, state, out, 1);
}

static void EV_NAME(spread_quantity)(const ev_column *in, ptrdiff_t rows,
                                     ev_state *state, ev_column *out)
{
    EV_NAME(spread_contributions)(in, rows, state, out, 0);
}

#endif
