/* Arithmetic on lanes: groups side by side, one item of each.
 *
 * Every lane is computed by the same operations in the same order whatever LANES is, so
 * results are the same bits. With one lane the types are plain numbers. Only
 * families.h includes this file, once for each instruction set.
 */
#if LANES == 1
typedef double lanes;
typedef int64_t mask; /* 1 or 0 */
#define LANE(x, j) (x)
#define CHOOSE(one_lane, four_lanes) (one_lane)
#else
typedef ev_four_doubles lanes;
typedef ev_four_masks mask; /* -1 or 0 in each lane */
#define LANE(x, j) (x)[j]
#define CHOOSE(one_lane, four_lanes) (four_lanes)
#endif

/* x where m is set, else y, whatever bits the other holds. */
EV_INLINE lanes choose(mask m, lanes x, lanes y)
{
    return CHOOSE(m ? x : y, (lanes)((m & (mask)x) | (~m & (mask)y)));
}

EV_INLINE mask not(mask m) { return CHOOSE(!m, ~m); }

/* x where m is set, else 0. */
EV_INLINE lanes where(mask m, lanes x)
{
    return CHOOSE(m ? x : 0, (lanes)(m & (mask)x));
}

/* Negative, or NaN, or -0: a quick test that any_set can read. */
EV_INLINE mask maybe_negative(lanes x) { return CHOOSE(x < 0, (mask)x); }

/* Whether m is set in any lane. */
EV_INLINE int any_set(mask m)
{
    return CHOOSE(m != 0, (m[0] | m[1] | m[2] | m[3]) < 0);
}

EV_INLINE lanes fill(double x)
{
    const lanes zero = {0};
    return zero + x;
}

EV_INLINE mask is_nan(lanes x) { return x != x; }
EV_INLINE mask not_finite(lanes x) { return x - x != 0; }
EV_INLINE lanes number_or_nan(mask m, lanes x) { return choose(m, x, fill(NAN)); }
EV_INLINE lanes finite_or_nan(lanes x) { return number_or_nan(not(not_finite(x)), x); }

/* A compensated sum: low collects what rounding drops from high, as in ev_sum_add. Only
 * terms of second order are lost, however many items there are. */
typedef struct sum {
    lanes high;
    lanes low;
} sum;

EV_INLINE void add(sum *to, lanes x)
{
    const lanes high = to->high + x;
    const lanes back = high - to->high;
    to->low += (to->high - (high - back)) + (x - back);
    to->high = high;
}

EV_INLINE lanes value_of(const sum *of) { return of->high + of->low; }
