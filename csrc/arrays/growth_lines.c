/* The functions of the growth family that need a whole line at once. */
#include "arrays/growth.h"
#include "base/compound.h"
#include "base/exact_sum.h"
#include "base/relative.h"

/* ---- exact sums of the values of a line ---------------------------------------- */

/* `near` holds the sum where the cut allows it, else `far` does. That one is apart, so
 * that the rest stays in registers. Infinities and NaN count as 0. */
typedef struct running {
    ev_cut cut;
    ev_pair near;
    ev_long_sum *far;
} running;

EV_INLINE void clear(running *sum)
{
    sum->near = (ev_pair){0, 0};
    if (sum->cut.is_far) {
        ev_long_clear(sum->far);
    }
}

/* Begins a sum of at most `terms` of the n values. */
EV_INLINE running begin(ev_long_sum *far, const double *x, ptrdiff_t n, ptrdiff_t terms)
{
    running sum = {ev_cut_of(x, n, terms), {0, 0}, far};
    clear(&sum);
    return sum;
}

EV_INLINE void add(running *sum, double x)
{
    const ev_pair parts = ev_cut_in_two(x, sum->cut);
    sum->near.hi += parts.hi;
    sum->near.lo += parts.lo;
    if (EV_UNLIKELY(sum->cut.is_far)) {
        ev_long_add(sum->far, x);
    }
}

/* The nearest double to the sum times 2^power, infinite beyond the range. */
EV_INLINE double value_of(running *sum, int power)
{
    return EV_UNLIKELY(sum->cut.is_far) ? ev_long_value(sum->far, power)
                                        : ldexp(sum->near.hi + sum->near.lo, power);
}

/* ---- windows --------------------------------------------------------------------- */

/* Counts of the values of a window. */
typedef struct window {
    ptrdiff_t absent;   /* NaN values */
    ptrdiff_t infinite; /* infinite values */
} window;

static void window_count(window *w, double x, ptrdiff_t step)
{
    w->absent += isnan(x) ? step : 0;
    w->infinite += isinf(x) ? step : 0;
}

/* The status of a sum over `size` places of which `inside` lie in the line. */
static uint8_t window_status(window w, ptrdiff_t inside, int64_t size)
{
    return w.absent == inside              ? EV_MISSING
           : w.absent > 0 || inside < size ? EV_INCOMPLETE
           : w.infinite > 0                ? EV_INVALID
                                           : EV_OK;
}

/* Writes result i: NaN unless the status is OK, and INVALID where an OK value has left
 * the range. */
EV_INLINE void put(const ev_line *restrict line, ptrdiff_t i, double value,
                   uint8_t status)
{
    const double kept = status == EV_OK ? ev_within(value, 1, line->limit) : NAN;
    line->out[i] = kept;
    line->status[i] = status == EV_OK && isnan(kept) ? EV_INVALID : status;
}

/* ---- year to date ------------------------------------------------------------ */

static void ytd_f64(const ev_line *restrict line)
{
    const double *restrict x = line->x;
    const ptrdiff_t n = line->n;
    const int64_t per_year = line->params[0];
    int64_t place = line->params[1];
    ptrdiff_t first = 0;
    ev_long_sum far;
    running sum = begin(&far, x, n, per_year < n ? (ptrdiff_t)per_year : n);
    window w = {0, 0};
    for (ptrdiff_t i = 0; i < n; i++, place++) {
        if (place == per_year) {
            place = 0;
            first = i;
            clear(&sum);
            w = (window){0, 0};
        }
        window_count(&w, x[i], 1);
        add(&sum, x[i]);
        const uint8_t code = window_status(w, i - first + 1, place + 1);
        put(line, i, code == EV_OK ? value_of(&sum, 0) : NAN, code);
    }
}

static void ytd_i64(const ev_line *restrict line)
{
    const int64_t *restrict x = line->x;
    int64_t place = line->params[1];
    int whole = place == 0;
    ev_wide sum = ev_wide_zero();
    for (ptrdiff_t i = 0; i < line->n; i++, place++) {
        if (place == line->params[0]) {
            place = 0;
            whole = 1;
            sum = ev_wide_zero();
        }
        sum = ev_wide_add(sum, ev_wide_of_i64(x[i]));
        put(line, i, ev_wide_double(sum), whole ? EV_OK : EV_INCOMPLETE);
    }
}

/* A single period is the change of the year to date, or that itself where the year
 * begins. */
static void from_ytd_f64(const ev_line *restrict line)
{
    const double *restrict x = line->x;
    int64_t place = line->params[1];
    for (ptrdiff_t i = 0; i < line->n; i++, place++) {
        if (place == line->params[0]) {
            place = 0;
        }
        const double base = place == 0 ? 0 : i == 0 ? NAN : x[i - 1];
        const uint8_t code = isnan(x[i])            ? EV_MISSING
                             : place != 0 && i == 0 ? EV_OUTSIDE
                             : isnan(base)          ? EV_GAP
                                                    : EV_OK;
        put(line, i, x[i] - base, code);
    }
}

static void from_ytd_i64(const ev_line *restrict line)
{
    const int64_t *restrict x = line->x;
    int64_t place = line->params[1];
    for (ptrdiff_t i = 0; i < line->n; i++, place++) {
        if (place == line->params[0]) {
            place = 0;
        }
        const int outside = place != 0 && i == 0;
        const int64_t base = place == 0 || outside ? 0 : x[i - 1];
        put(line, i, ev_difference_i64(x[i], base), outside ? EV_OUTSIDE : EV_OK);
    }
}

/* ---- trailing sums ----------------------------------------------------------- */

static void trailing_f64(const ev_line *restrict line)
{
    const double *restrict x = line->x;
    const ptrdiff_t n = line->n;
    const ptrdiff_t size = line->params[0] < n + 1 ? (ptrdiff_t)line->params[0] : n + 1;
    ev_long_sum far;
    running sum = begin(&far, x, n, size);
    window w = {0, 0};
    for (ptrdiff_t i = 0; i < n; i++) {
        if (i >= size) {
            window_count(&w, x[i - size], -1);
            add(&sum, -x[i - size]);
        }
        window_count(&w, x[i], 1);
        add(&sum, x[i]);
        const uint8_t code = window_status(w, i < size ? i + 1 : size, size);
        put(line, i, code == EV_OK ? value_of(&sum, 0) : NAN, code);
    }
}

static void trailing_i64(const ev_line *restrict line)
{
    const int64_t *restrict x = line->x;
    const int64_t size = line->params[0];
    ev_wide sum = ev_wide_zero();
    for (ptrdiff_t i = 0; i < line->n; i++) {
        sum = ev_wide_add(sum, ev_wide_of_i64(x[i]));
        if (i >= size) {
            sum = ev_wide_subtract(sum, ev_wide_of_i64(x[i - (ptrdiff_t)size]));
        }
        put(line, i, ev_wide_double(sum), i + 1 >= size ? EV_OK : EV_INCOMPLETE);
    }
}

/* ---- means ---------------------------------------------------------------------- */

static void mean_f64(const ev_line *restrict line)
{
    const double *restrict x = line->x;
    const ptrdiff_t n = line->n;
    ev_long_sum far;
    running sum = begin(&far, x, n, n);
    window w = {0, 0};
    for (ptrdiff_t i = 0; i < n; i++) {
        window_count(&w, x[i], 1);
        add(&sum, x[i]);
    }
    const double mean = value_of(&sum, 0) / (double)n;
    *line->out = w.absent > 0     ? NAN
                 : w.infinite > 0 ? INFINITY
                 : isfinite(mean) ? mean
                                  : value_of(&sum, -70) / (double)n * 0x1p70;
    *line->status = w.absent > 0 ? EV_MISSING : w.infinite > 0 ? EV_INVALID : EV_OK;
}

static void mean_i64(const ev_line *restrict line)
{
    const int64_t *restrict x = line->x;
    ev_wide sum = ev_wide_zero();
    for (ptrdiff_t i = 0; i < line->n; i++) {
        sum = ev_wide_add(sum, ev_wide_of_i64(x[i]));
    }
    *line->out = ev_wide_double(sum) / (double)line->n;
    *line->status = EV_OK;
}

/* ---- mean growth ------------------------------------------------------------- */

static void mean_level_f64(const ev_line *restrict line)
{
    const double *restrict x = line->x;
    const ptrdiff_t n = line->n;
    const double first = n > 0 ? x[0] : NAN, last = n > 0 ? x[n - 1] : NAN;
    const double rate = n > 1 ? ev_compound(first, last, 1, (double)(n - 1)) : NAN;
    const uint8_t code = n < 1         ? EV_OUTSIDE
                         : isnan(last) ? EV_MISSING
                         : n < 2       ? EV_OUTSIDE
                                       : ev_result_status(first, last, rate);
    put(line, 0, rate, code);
}

static void mean_level_i64(const ev_line *restrict line)
{
    const int64_t *restrict x = line->x;
    const ptrdiff_t n = line->n;
    const int64_t first = n > 1 ? x[0] : 0, last = n > 1 ? x[n - 1] : 0;
    const uint8_t code = n < 2 ? EV_OUTSIDE : ev_growth_status_i64(first, last);
    const double rate = code == EV_OK
                            ? ev_pair_compound(ev_pair_of_i64(first),
                                               ev_pair_of_i64(last), 1, (double)(n - 1))
                            : NAN;
    put(line, 0, rate, code);
}

/* sum over i = 1..steps of ((1+g)^i - 1), and its derivative, without cancellation. */
static void accumulated(double g, ptrdiff_t steps, double *value, double *slope)
{
    double excess = 0, d_excess = 0, sum = 0, d_sum = 0;
    for (ptrdiff_t i = 0; i < steps; i++) {
        d_excess = d_excess * (1 + g) + (1 + excess);
        excess += g * (1 + excess);
        sum += excess;
        d_sum += d_excess;
    }
    *value = sum;
    *slope = d_sum;
}

/* The g > -1 with sum of (1+g)^i over i = 1..steps equal to steps + excess, which must
 * be positive. Newton inside a bracket: the sum is convex and increasing. */
static double solve_accumulative(double excess, ptrdiff_t steps)
{
    const double total = (double)steps + excess;
    const int grows = excess >= 0;
    double low = grows ? 0 : total / (1 + total) - 1;
    double high = grows ? pow(total, 1 / (double)steps) - 1 + 0x1p-40 : 0;
    double g = steps == 1 ? excess : grows ? high : low;
    int more = steps > 1;
    for (int i = 0; i < 200 && more; i++) {
        double value, slope;
        accumulated(g, steps, &value, &slope);
        const double miss = value - excess;
        if (miss > 0) {
            high = g;
        }
        else {
            low = g;
        }
        double next = g - miss / slope;
        if (!(next >= low && next <= high)) {
            next = low + (high - low) / 2;
        }
        more = fabs(next - g) > 0x1p-54 * fabs(next);
        g = next;
    }
    return g;
}

/* The root where the sum over the first value is huge; `root` is its n-th root less 1.
 * The highest power dominates, and the lower ones are divided out. */
static double solve_huge(double root, ptrdiff_t steps)
{
    const double whole = 1 + root, n = (double)steps;
    double u = whole;
    for (int i = 0; i < 100; i++) {
        /* u + ... + u^n = u^n (1 - u^-n) / (1 - 1/u) */
        u = whole * exp((log1p(-1 / u) - log1p(-pow(u, -n))) / n);
    }
    return steps > 1 ? u - 1 : root;
}

/* `rest` is the sum of all values after the first, `excess` what it has beyond n - 1
 * times the first; both times `scale`. */
static void put_accumulative(const ev_line *line, double first, double rest,
                             double excess, double scale, uint8_t status)
{
    const uint8_t code = status == EV_OK && rest < 0 ? EV_TURNED_LOSS : status;
    const double ratio = excess / first / scale, steps = (double)(line->n - 1);
    double rate = NAN;
    if (code == EV_OK && rest == 0) {
        rate = -1;
    }
    else if (code == EV_OK && ratio < 0x1p900) {
        rate = solve_accumulative(ratio, line->n - 1);
    }
    else if (code == EV_OK) {
        const double apart = exp2(-log2(scale) / steps);
        const double root = ev_compound(first, rest, 1, steps);
        rate = solve_huge(apart * root + (apart - 1), line->n - 1);
    }
    put(line, 0, rate, code);
}

static void mean_accumulative_f64(const ev_line *restrict line)
{
    const double *restrict x = line->x;
    const ptrdiff_t n = line->n;
    const double first = n > 0 ? x[0] : NAN;
    ev_long_sum far[2];
    running rest = begin(far, x, n, n), excess = begin(far + 1, x, n, 2 * n);
    window w = {0, 0};
    for (ptrdiff_t i = 1; i < n; i++) {
        window_count(&w, x[i], 1);
        add(&rest, x[i]);
        add(&excess, x[i]);
        add(&excess, -first);
    }
    const uint8_t code =
        n < 2 ? (n == 1 && isnan(first) ? EV_MISSING : EV_OUTSIDE)
        : isnan(first)                     ? EV_GAP
        : w.absent > 0                     ? EV_INCOMPLETE
        : w.infinite > 0 || isinf(first)   ? EV_INVALID
        : first > 0                        ? EV_OK
                                           : ev_result_status(first, x[n - 1], NAN);
    double sum = value_of(&rest, 0), beyond = value_of(&excess, 0), scale = 1;
    if (!(isfinite(sum) && isfinite(beyond))) {
        /* The total left the range; the root may not have. */
        sum = value_of(&rest, -70);
        beyond = value_of(&excess, -70);
        scale = 0x1p-70;
    }
    put_accumulative(line, first, sum, beyond, scale, code);
}

/* x * n, with the sign of x. */
static ev_wide times(int64_t x, ptrdiff_t n)
{
    const ev_wide size = ev_wide_product(
        ev_wide_low(ev_wide_size(ev_wide_of_i64(x))), (uint64_t)n);
    return x < 0 ? ev_wide_negate(size) : size;
}

static void mean_accumulative_i64(const ev_line *restrict line)
{
    const int64_t *restrict x = line->x;
    const ptrdiff_t n = line->n;
    const int64_t first = n > 0 ? x[0] : 0;
    ev_wide rest = ev_wide_zero();
    for (ptrdiff_t i = 1; i < n; i++) {
        rest = ev_wide_add(rest, ev_wide_of_i64(x[i]));
    }
    const uint8_t code = n < 2       ? EV_OUTSIDE
                         : first > 0 ? EV_OK
                                     : ev_growth_status_i64(first, x[n - 1]);
    const ev_wide excess = ev_wide_subtract(rest, times(first, n - 1));
    put_accumulative(line, (double)first, ev_wide_double(rest), ev_wide_double(excess), 1,
                     code);
}

const ev_linewise ev_growth_lines[] = {
    {"mean", 0, 1, 0, {mean_i64, mean_f64}},
    {"mean_level", 0, 1, 0, {mean_level_i64, mean_level_f64}},
    {"mean_accumulative", 0, 1, 0, {mean_accumulative_i64, mean_accumulative_f64}},
    {"ytd", 2, 0, 0, {ytd_i64, ytd_f64}},
    {"from_ytd", 2, 0, 0, {from_ytd_i64, from_ytd_f64}},
    {"trailing", 1, 0, 0, {trailing_i64, trailing_f64}},
    {.name = NULL},
};
