/* Contributions to growth, and mix and rate of a weighted mean. */

/* ---- contributions ----------------------------------------------------------- */

/* The change is a sum too: the difference of totals much larger than it would keep few
 * of its digits. */
enum { BASE, CURRENT, CHANGE };

static void gather_contributions(const column *in, ptrdiff_t rows, state *restrict s)
{
    sum base = s->total[BASE], current = s->total[CURRENT], change = s->total[CHANGE];
    mask absent = s->absent;
    for (ptrdiff_t k = 0; k < rows; k++) {
        const lanes x0 = in[0][k], x1 = in[1][k];
        add(&base, x0);
        add(&current, x1);
        add(&change, x1 - x0);
        absent |= is_nan(x0) | is_nan(x1);
    }
    s->total[BASE] = base, s->total[CURRENT] = current, s->total[CHANGE] = change;
    s->absent = absent;
}

static void settle_contributions(state *s, lanes *parts)
{
    const lanes base = value_of(&s->total[BASE]), current = value_of(&s->total[CURRENT]);
    const lanes growth = value_of(&s->total[CHANGE]) / base;
    for (int j = 0; j < LANES; j++) {
        LANE(s->status, j) = ev_growth_status(LANE(base, j), LANE(current, j));
    }
    const mask usable = not(not_finite(base) | not_finite(current));
    const mask positive = base > 0;
    flag(s, not(usable) | (positive & not_finite(growth)), EV_INVALID);
    flag(s, s->absent, EV_GAP);
    const mask known = usable & positive & not(s->absent) & not(not_finite(growth));
    s->keep[0] = number_or_nan(known, base);
    parts[0] = s->rest.high = number_or_nan(known, growth);
}

static void spread_contributions(const column *in, ptrdiff_t rows, state *restrict s,
                                 column *restrict out)
{
    sum rest = s->rest;
    for (ptrdiff_t k = 0; k < rows; k++) {
        const lanes part = finite_or_nan((in[1][k] - in[0][k]) / s->keep[0]);
        out[0][k] = part;
        add(&rest, -part);
    }
    s->rest = rest;
}

/* INVALID where the group has a total but the number of an item left the range. */
static void close_items(state *s, lanes *parts)
{
    flag(s, not(is_nan(parts[0])) & not_finite(s->rest.high), EV_INVALID);
}

/* ---- mix and rate ------------------------------------------------------------ */

enum { WEIGHT0, AMOUNT0, WEIGHT1, AMOUNT1 };
enum { KEPT_WEIGHT0, KEPT_WEIGHT1, KEPT_MEAN0, KEPT_MEAN1, KEPT_NOTHING };

static void gather_rates(const column *in, ptrdiff_t rows, state *restrict s)
{
    for (ptrdiff_t k = 0; k < rows; k++) {
        const lanes w0 = in[0][k], w1 = in[2][k];
        const lanes amount0 = where(w0 != 0, w0 * in[1][k]);
        const lanes amount1 = where(w1 != 0, w1 * in[3][k]);
        add(&s->total[WEIGHT0], w0);
        add(&s->total[AMOUNT0], amount0);
        add(&s->total[WEIGHT1], w1);
        add(&s->total[AMOUNT1], amount1);
        s->absent |= is_nan(amount0) | is_nan(amount1);
        s->negative |= (w0 < 0) | (w1 < 0);
    }
}

static void settle_rates(state *s, lanes *parts)
{
    const lanes weight0 = value_of(&s->total[WEIGHT0]);
    const lanes weight1 = value_of(&s->total[WEIGHT1]);
    const lanes mean0 = value_of(&s->total[AMOUNT0]) / weight0;
    const lanes mean1 = value_of(&s->total[AMOUNT1]) / weight1;
    const mask empty = (weight0 == 0) | (weight1 == 0);
    flag(s, s->negative, EV_NEGATIVE_DENOMINATOR);
    flag(s, empty, EV_ZERO_DENOMINATOR);
    flag(s, not(empty) & (not_finite(mean0) | not_finite(mean1)), EV_INVALID);
    flag(s, not_finite(weight0) | not_finite(weight1), EV_INVALID);
    flag(s, s->absent, EV_GAP);
    const mask known = is_ok(s);
    s->keep[KEPT_WEIGHT0] = weight0;
    s->keep[KEPT_WEIGHT1] = weight1;
    s->keep[KEPT_MEAN0] = mean0;
    s->keep[KEPT_MEAN1] = mean1;
    s->keep[KEPT_NOTHING] = number_or_nan(known, fill(0));
    parts[0] = s->rest.high = number_or_nan(known, mean1 - mean0);
}

static void spread_rates(const column *in, ptrdiff_t rows, state *restrict s,
                         column *restrict out)
{
    const lanes nothing = s->keep[KEPT_NOTHING];
    const lanes mean0 = s->keep[KEPT_MEAN0], mean1 = s->keep[KEPT_MEAN1];
    const mask known = nothing == 0;
    for (ptrdiff_t k = 0; k < rows; k++) {
        const mask in0 = in[0][k] != 0, in1 = in[2][k] != 0;
        const mask given = (in0 | in1) & known;
        const lanes share0 = in[0][k] / s->keep[KEPT_WEIGHT0];
        const lanes share1 = in[2][k] / s->keep[KEPT_WEIGHT1];
        const lanes rate0 = choose(in0, in[1][k], in[3][k]);
        const lanes rate1 = choose(in1, in[3][k], in[1][k]);
        const lanes moved = share1 - share0, change = rate1 - rate0;
        lanes rate, mix;
        if (s->how == THREE_WAY) {
            rate = share0 * change;
            mix = moved * (rate0 - mean0);
            out[2][k] = choose(given, finite_or_nan(moved * change), nothing);
            add(&s->rest, -out[2][k]);
        }
        else {
            rate = (share1 + share0) * 0.5 * change;
            mix = moved * ((rate1 + rate0) * 0.5 - (mean1 + mean0) * 0.5);
        }
        out[0][k] = choose(given, finite_or_nan(rate), nothing);
        out[1][k] = choose(given, finite_or_nan(mix), nothing);
        add(&s->rest, -out[0][k]);
        add(&s->rest, -out[1][k]);
    }
}
