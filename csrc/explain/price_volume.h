/* Price, volume, entry and exit. */

enum { WORTH, PRICE, VOLUME, JOINT, ENTRY, EXIT, BASE_WORTH, UNITS0, UNITS_CHANGE };

/* The parts of the change of an item's worth. With BENNET, price and volume are doubled
 * here and halved once summed. */
typedef struct effects {
    mask matched;
    lanes worth0, worth1, change;
    lanes price, volume, joint, entry, exit;
} effects;

/* An item is in a period when its quantity is not 0. Its price matters only then. */
EV_INLINE effects effects_of(const column *in, ptrdiff_t k, method how)
{
    const lanes p0 = in[0][k], q0 = in[1][k], p1 = in[2][k], q1 = in[3][k];
    const lanes dp = p1 - p0, dq = q1 - q0;
    const mask in0 = q0 != 0, in1 = q1 != 0, both = in0 & in1;
    effects e = {.matched = both, .joint = fill(0)};
    e.worth0 = where(in0, p0 * q0);
    e.worth1 = where(in1, p1 * q1);
    e.change = e.worth1 - e.worth0;
    e.entry = where(not(in0), e.worth1);
    e.exit = where(not(in1), e.worth0);
    if (how == BENNET) {
        e.price = where(both, dp * (q0 + q1));
        e.volume = where(both, dq * (p0 + p1));
    }
    else {
        e.price = where(both, dp * (how == LASPEYRES ? q1 : q0));
        e.volume = where(both, dq * (how == PAASCHE ? p1 : p0));
        e.joint = how == THREE_WAY ? where(both, dp * dq) : e.joint;
    }
    return e;
}

/* Flags the statuses and sets the total. Returns where its parts are known: also where
 * no item is in both periods, as entry and exit are then the whole change. */
static mask settle_worth(state *s)
{
    const lanes change = value_of(&s->total[WORTH]);
    flag(s, not(s->matched), EV_NO_MATCH);
    flag(s, s->negative, EV_NEGATIVE_DENOMINATOR);
    flag(s, not_finite(change), EV_INVALID);
    flag(s, s->absent, EV_GAP);
    const mask known = is_ok(s) | (s->status == EV_NO_MATCH);
    s->rest.high =
        number_or_nan(known | (s->status == EV_NEGATIVE_DENOMINATOR), change);
    return known;
}

/* Writes the total and then the parts, and takes the parts from the rest. A part that
 * left the range becomes NaN and its group INVALID: the rest has left it too. */
static void give_parts(state *s, mask known, const lanes *given, int count, lanes *parts)
{
    parts[0] = s->rest.high;
    for (int i = 0; i < count; i++) {
        parts[1 + i] = number_or_nan(known, given[i]);
        add(&s->rest, -parts[1 + i]);
    }
    const mask lost = known & not_finite(s->rest.high);
    flag(s, lost, EV_INVALID);
    for (int i = 0; i < count && any_set(lost); i++) {
        parts[1 + i] = finite_or_nan(parts[1 + i]);
    }
}

EV_INLINE void gather_worth(const column *in, ptrdiff_t rows, state *restrict s,
                            method how)
{
    /* Local copies stay in registers while the items pass. */
    sum worth = s->total[WORTH], price = s->total[PRICE], volume = s->total[VOLUME];
    sum joint = s->total[JOINT], entry = s->total[ENTRY], left = s->total[EXIT];
    mask matched = s->matched, odd = {0};
    for (ptrdiff_t k = 0; k < rows; k++) {
        const effects e = effects_of(in, k, how);
        matched |= e.matched;
        add(&price, e.price);
        add(&volume, e.volume);
        if (how == THREE_WAY) {
            add(&joint, e.joint);
        }
        odd |= is_nan(e.change) | maybe_negative(in[1][k]) | maybe_negative(in[3][k]);
        add(&worth, e.change);
        add(&entry, e.entry);
        add(&left, e.exit);
    }
    for (ptrdiff_t k = 0; k < rows && any_set(odd); k++) { /* rare */
        const effects e = effects_of(in, k, how);
        s->absent |= is_nan(e.worth0) | is_nan(e.worth1);
        s->negative |= (in[1][k] < 0) | (in[3][k] < 0);
    }
    s->total[WORTH] = worth, s->total[PRICE] = price, s->total[VOLUME] = volume;
    s->total[JOINT] = joint, s->total[ENTRY] = entry, s->total[EXIT] = left;
    s->matched = matched;
}

static void settle_price_volume(state *s, lanes *parts)
{
    const double scale = s->how == BENNET ? 0.5 : 1;
    const mask known = settle_worth(s);
    lanes given[5];
    int count = 0;
    given[count++] = value_of(&s->total[PRICE]) * scale;
    given[count++] = value_of(&s->total[VOLUME]) * scale;
    if (s->how == THREE_WAY) {
        given[count++] = value_of(&s->total[JOINT]);
    }
    given[count++] = value_of(&s->total[ENTRY]);
    given[count++] = 0 - value_of(&s->total[EXIT]);
    give_parts(s, known, given, count, parts);
    s->keep[0] = number_or_nan(known, fill(0));
}

/* The parts of the items, in the order of those of the group. */
EV_INLINE void spread_worth(const column *in, ptrdiff_t rows, const state *restrict s,
                            column *restrict out, method how)
{
    const double scale = how == BENNET ? 0.5 : 1;
    const mask known = s->keep[0] == 0;
    for (ptrdiff_t k = 0; k < rows; k++) {
        const effects e = effects_of(in, k, how);
        const lanes given[] = {e.price * scale, e.volume * scale, e.joint, e.entry,
                               0 - e.exit};
        sum rest = {number_or_nan(known, e.change), fill(0)};
        int to = 0;
        out[to++][k] = rest.high;
        for (int i = 0; i < 5; i++) {
            if (i != 2 || how == THREE_WAY) {
                out[to][k] = number_or_nan(known, finite_or_nan(given[i]));
                add(&rest, -out[to++][k]);
            }
        }
        out[to][k] = value_of(&rest);
    }
}

#define PRICE_VOLUME_KERNELS(name, how)                                               \
    static void gather_##name(const column *in, ptrdiff_t rows, state *s)             \
    {                                                                                 \
        gather_worth(in, rows, s, how);                                               \
    }                                                                                 \
    static void spread_##name(const column *in, ptrdiff_t rows, state *s, column *out) \
    {                                                                                 \
        spread_worth(in, rows, s, out, how);                                          \
    }
PRICE_VOLUME_KERNELS(laspeyres, LASPEYRES)
PRICE_VOLUME_KERNELS(paasche, PAASCHE)
PRICE_VOLUME_KERNELS(bennet, BENNET)
PRICE_VOLUME_KERNELS(three_way, THREE_WAY)
#undef PRICE_VOLUME_KERNELS

static void gather_units(const column *in, ptrdiff_t rows, state *restrict s)
{
    gather_laspeyres(in, rows, s);
    for (ptrdiff_t k = 0; k < rows; k++) {
        const lanes q0 = in[1][k], q1 = in[3][k];
        const mask both = (q0 != 0) & (q1 != 0);
        add(&s->total[BASE_WORTH], where(both, in[0][k] * q0));
        add(&s->total[UNITS0], where(both, q0));
        add(&s->total[UNITS_CHANGE], where(both, q1 - q0));
    }
}

/* The volume of Laspeyres, sum p0 (q1 - q0), is split: volume as if every item had
 * changed as the units did, and mix. */
static void settle_units(state *s, lanes *parts)
{
    const mask known = settle_worth(s);
    const lanes units = value_of(&s->total[UNITS_CHANGE]) / value_of(&s->total[UNITS0]);
    const lanes volume = where(s->matched, units * value_of(&s->total[BASE_WORTH]));
    const lanes given[] = {value_of(&s->total[PRICE]), volume,
                           value_of(&s->total[VOLUME]) - volume,
                           value_of(&s->total[ENTRY]), 0 - value_of(&s->total[EXIT])};
    give_parts(s, known, given, 5, parts);
}
