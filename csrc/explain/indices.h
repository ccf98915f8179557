/* Price and quantity indices, and contributions to the Fisher index. */

/* Sums of price times quantity over the items in both periods; V10 is of the current
 * prices at the base quantities. Then the weighted logarithms of the second pass. */
enum { V00, V10, V01, V11, LOG_PRICE, LOG_QUANTITY, WEIGHT };
/* The numbers of the group. */
enum { INDEX_PRICE, INDEX_QUANTITY, INDEX_IN_BOTH, INDEX_IN_ONE };

EV_INLINE lanes root(lanes x)
{
    for (int j = 0; j < LANES; j++) {
        LANE(x, j) = sqrt(LANE(x, j));
    }
    return x;
}

/* An item is in a period when its quantity is not 0 and both its numbers are known. */
EV_INLINE mask present(lanes p, lanes q)
{
    return (q != 0) & not(is_nan(p) | is_nan(q));
}

static void gather_values(const column *in, ptrdiff_t rows, state *restrict s)
{
    for (ptrdiff_t k = 0; k < rows; k++) {
        const lanes p0 = in[0][k], q0 = in[1][k], p1 = in[2][k], q1 = in[3][k];
        const mask in0 = present(p0, q0), in1 = present(p1, q1), both = in0 & in1;
        add(&s->total[V00], where(both, p0 * q0));
        add(&s->total[V10], where(both, p1 * q0));
        add(&s->total[V01], where(both, p0 * q1));
        add(&s->total[V11], where(both, p1 * q1));
        s->in_both += where(both, fill(1));
        s->in_one += where(in0 ^ in1, fill(1));
        s->negative |= (p0 < 0) | (q0 < 0) | (p1 < 0) | (q1 < 0);
    }
}

/* The statuses of all formulas; `zero` is set where a sum that is divided by is 0. */
EV_INLINE void flag_values(state *s, mask zero)
{
    const mask matched = s->in_both != 0;
    lanes sums = fill(0);
    for (int i = V00; i <= V11; i++) {
        sums += value_of(&s->total[i]);
    }
    flag(s, not(matched), EV_NO_MATCH);
    flag(s, s->negative, EV_NEGATIVE_DENOMINATOR);
    flag(s, matched & zero, EV_ZERO_DENOMINATOR);
    flag(s, not_finite(sums), EV_INVALID);
}

/* Writes both indices where they are finite, and the rest of the value ratio. */
EV_INLINE void give_indices(state *s, lanes price, lanes quantity, lanes *parts)
{
    const lanes value = value_of(&s->total[V11]) / value_of(&s->total[V00]);
    flag(s, (not_finite(price) | not_finite(quantity)) & is_ok(s), EV_INVALID);
    const mask known = is_ok(s);
    parts[INDEX_PRICE] = number_or_nan(known, price);
    parts[INDEX_QUANTITY] = number_or_nan(known, quantity);
    parts[INDEX_IN_BOTH] = s->in_both;
    parts[INDEX_IN_ONE] = s->in_one;
    s->rest.high = number_or_nan(known, value - price * quantity);
}

/* ---- from ratios of sums ----------------------------------------------------- */

static void settle_ratios(state *s, lanes *parts)
{
    const lanes v00 = value_of(&s->total[V00]), v10 = value_of(&s->total[V10]);
    const lanes v01 = value_of(&s->total[V01]), v11 = value_of(&s->total[V11]);
    flag_values(s, (v00 == 0) | (v10 == 0) | (v01 == 0));
    const lanes laspeyres = v10 / v00, paasche = v11 / v01;
    const lanes laspeyres_q = v01 / v00, paasche_q = v11 / v10;
    if (s->how == LASPEYRES) {
        give_indices(s, laspeyres, laspeyres_q, parts);
    }
    else if (s->how == PAASCHE) {
        give_indices(s, paasche, paasche_q, parts);
    }
    else {
        give_indices(s, root(laspeyres * paasche), root(laspeyres_q * paasche_q), parts);
    }
}

/* ---- from weighted logarithms ------------------------------------------------ */

static void settle_logs(state *s, lanes *parts)
{
    (void)parts;
    s->keep[0] = value_of(&s->total[V00]);
    s->keep[1] = value_of(&s->total[V11]);
    flag_values(s, (s->keep[0] == 0) | (s->keep[1] == 0));
}

static void spread_logs(const column *in, ptrdiff_t rows, state *restrict s, column *out)
{
    (void)out;
    for (ptrdiff_t k = 0; k < rows; k++) {
        const lanes p0 = in[0][k], q0 = in[1][k], p1 = in[2][k], q1 = in[3][k];
        const mask both = present(p0, q0) & present(p1, q1);
        const lanes share0 = p0 * q0 / s->keep[0], share1 = p1 * q1 / s->keep[1];
        lanes weight = fill(0), price = weight, quantity = weight;
        for (int j = 0; j < LANES; j++) {
            const double a = LANE(share0, j), b = LANE(share1, j);
            if (LANE(both, j) && (a > 0 || b > 0)) {
                const double w = s->how == TORNQVIST ? 0.5 * (a + b) : ev_log_mean(a, b);
                LANE(weight, j) = w;
                LANE(price, j) = w * ev_log_change(LANE(p0, j), LANE(p1, j));
                LANE(quantity, j) = w * ev_log_change(LANE(q0, j), LANE(q1, j));
            }
        }
        add(&s->total[LOG_PRICE], price);
        add(&s->total[LOG_QUANTITY], quantity);
        add(&s->total[WEIGHT], weight);
    }
}

static void close_logs(state *s, lanes *parts)
{
    const lanes weight = value_of(&s->total[WEIGHT]);
    lanes price = value_of(&s->total[LOG_PRICE]) / weight;
    lanes quantity = value_of(&s->total[LOG_QUANTITY]) / weight;
    for (int j = 0; j < LANES; j++) {
        LANE(price, j) = exp(LANE(price, j));
        LANE(quantity, j) = exp(LANE(quantity, j));
    }
    give_indices(s, price, quantity, parts);
}

/* ---- contributions to the Fisher index --------------------------------------- */

/* Item i adds (a0 + a1/A)(b1 - b0) / sum (a0 + a1/A) b0 to the index of b, where A is
 * the Fisher index of a: prices weigh quantities, quantities weigh prices. */
static void settle_shares(state *s, lanes *parts)
{
    const int of_price = s->how == OF_PRICE;
    lanes indices[4];
    settle_ratios(s, indices);
    const lanes own = indices[of_price ? INDEX_PRICE : INDEX_QUANTITY];
    const lanes other = indices[of_price ? INDEX_QUANTITY : INDEX_PRICE];
    s->keep[0] = other;
    s->keep[1] =
        value_of(&s->total[V00]) + value_of(&s->total[of_price ? V01 : V10]) / other;
    parts[0] = s->rest.high = own - 1;
}

static void spread_shares(const column *in, ptrdiff_t rows, state *restrict s,
                          column *restrict out)
{
    const int a = s->how == OF_PRICE ? 1 : 0, b = 1 - a;
    const lanes nothing = where(is_nan(s->keep[0]), s->keep[0]);
    for (ptrdiff_t k = 0; k < rows; k++) {
        const mask both = present(in[0][k], in[1][k]) & present(in[2][k], in[3][k]);
        const lanes weight = in[a][k] + in[a + 2][k] / s->keep[0];
        const lanes part = weight * (in[b + 2][k] - in[b][k]) / s->keep[1];
        out[0][k] = choose(both, part, nothing);
        add(&s->rest, -out[0][k]);
    }
}
