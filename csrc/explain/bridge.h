/* The margin bridge. */

/* Sums of revenue and cost in both periods over all items, the matched ones, and those
 * in both periods that are not matched. Then sums over the matched ones at the price or
 * unit cost of one period and the quantities of the other. */
enum { ALL = 0, MATCHED = 4, UNMATCHED = 8, R10 = 12, C10, R01, C01 };
enum { R0, C0, R1, C1 };

/* The margin of sums of revenue and cost. */
EV_INLINE lanes margin_of(const sum *revenue, const sum *cost)
{
    return ((revenue->high - cost->high) + (revenue->low - cost->low)) /
           value_of(revenue);
}

/* A Shapley average over six orders: two of the four steps come first or last in an
 * order and count for a third, two come between and count for a sixth. */
EV_INLINE lanes shapley(lanes first, lanes last, lanes between, lanes other)
{
    return ((first + last) * 2 + (between + other)) / 6;
}

/* For the few items that are in both periods but not matched, or lack a number. */
EV_INLINE void gather_odd(const column *in, ptrdiff_t k, mask unmatched,
                          state *restrict s)
{
    const lanes r0 = in[0][k], c0 = in[1][k], r1 = in[3][k], c1 = in[4][k];
    add(&s->total[UNMATCHED + R0], where(unmatched, r0));
    add(&s->total[UNMATCHED + C0], where(unmatched, c0));
    add(&s->total[UNMATCHED + R1], where(unmatched, r1));
    add(&s->total[UNMATCHED + C1], where(unmatched, c1));
    s->absent |= is_nan(r0) | is_nan(r1) | (is_nan(c0) & (r0 == 0)) |
                 (is_nan(c1) & (r1 == 0));
    s->unpaired |= is_nan(c0) | is_nan(c1);
}

static void gather_bridge(const column *in, ptrdiff_t rows, state *restrict s)
{
    mask unmatched[ROWS], any = {0}, odd = {0};
    for (ptrdiff_t k = 0; k < rows; k++) {
        const lanes r0 = in[0][k], c0 = in[1][k], q0 = in[2][k];
        const lanes r1 = in[3][k], c1 = in[4][k], q1 = in[5][k];
        const mask in0 = (r0 != 0) | (c0 != 0), in1 = (r1 != 0) | (c1 != 0);
        const mask matched = (r0 > 0) & (r1 > 0) & (q0 > 0) & (q1 > 0);
        const lanes sides[] = {r0, c0, r1, c1}, back = q0 / q1, forth = q1 / q0;
        for (int i = 0; i < 4; i++) {
            add(&s->total[ALL + i], sides[i]);
            add(&s->total[MATCHED + i], where(matched, sides[i]));
        }
        add(&s->total[R10], where(matched, r1 * back));
        add(&s->total[C10], where(matched, c1 * back));
        add(&s->total[R01], where(matched, r0 * forth));
        add(&s->total[C01], where(matched, c0 * forth));
        unmatched[k] = in0 & in1 & not(matched);
        any |= matched;
        odd |= unmatched[k] | is_nan((r0 + c0) + (r1 + c1));
    }
    s->matched |= any;
    for (ptrdiff_t k = 0; k < rows && any_set(odd); k++) {
        gather_odd(in, k, unmatched[k], s);
    }
}

/* Flags the statuses and sets the total, the change of the margin. `both` holds the sums
 * over the items in both periods. */
static void settle_margins(state *s, const sum *both, lanes change)
{
    const lanes before = value_of(&s->total[ALL + R0]);
    const lanes after = value_of(&s->total[ALL + R1]);
    const lanes both0 = value_of(&both[R0]), both1 = value_of(&both[R1]);
    const mask positive = (before > 0) & (after > 0), wide = not_finite(change);
    flag(s, not(s->matched), EV_NO_MATCH);
    flag(s, (before < 0) | (after < 0) | (s->matched & ((both0 < 0) | (both1 < 0))),
         EV_NEGATIVE_DENOMINATOR);
    flag(s, (before == 0) | (after == 0) | (s->matched & ((both0 == 0) | (both1 == 0))),
         EV_ZERO_DENOMINATOR);
    flag(s, not_finite(before) | not_finite(after) | (positive & wide), EV_INVALID);
    flag(s, s->unpaired, EV_UNPAIRED);
    flag(s, s->absent, EV_GAP);
    s->rest.high = number_or_nan(
        positive & not(wide) & not(s->unpaired) & not(s->absent), change);
}

static void settle_bridge(state *s, lanes *parts)
{
    const sum *all = s->total + ALL, *in = s->total + MATCHED;
    sum both[4];
    for (int i = 0; i < 4; i++) {
        both[i] = in[i];
        add(&both[i], s->total[UNMATCHED + i].high);
        both[i].low += s->total[UNMATCHED + i].low;
    }
    const lanes margin0 = margin_of(&all[R0], &all[C0]);
    const lanes margin1 = margin_of(&all[R1], &all[C1]);
    const lanes both0 = margin_of(&both[R0], &both[C0]);
    const lanes both1 = margin_of(&both[R1], &both[C1]);
    const lanes other = (both1 - margin_of(&in[R1], &in[C1])) -
                        (both0 - margin_of(&in[R0], &in[C0]));
    settle_margins(s, both, margin1 - margin0);

    /* Cost over revenue at prices, unit costs and quantities of either period. */
    const lanes r00 = value_of(&in[R0]), r11 = value_of(&in[R1]);
    const lanes c00 = value_of(&in[C0]), c11 = value_of(&in[C1]);
    const lanes r10 = value_of(&s->total[R10]), c10 = value_of(&s->total[C10]);
    const lanes r01 = value_of(&s->total[R01]), c01 = value_of(&s->total[C01]);
    const lanes k000 = c00 / r00, k100 = c00 / r10, k010 = c10 / r00, k110 = c10 / r10;
    const lanes k001 = c01 / r01, k101 = c01 / r11, k011 = c11 / r01, k111 = c11 / r11;
    const lanes given[] = {
        shapley(k000 - k100, k011 - k111, k010 - k110, k001 - k101), /* price */
        shapley(k000 - k010, k101 - k111, k100 - k110, k001 - k011), /* unit cost */
        shapley(k000 - k001, k110 - k111, k100 - k101, k010 - k011), /* mix */
        margin1 - both1,                                             /* entry */
        both0 - margin0,                                             /* exit */
        other,
    };
    const mask known = is_ok(s);
    give_parts(s, known, given, 6, parts);
    parts[7] = number_or_nan(known | (s->status == EV_NO_MATCH),
                             r00 / value_of(&all[R0]));
}
