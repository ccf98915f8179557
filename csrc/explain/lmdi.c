#include "explain/lmdi.h"

#include "arrays/growth.h"
#include "base/exact.h"
#include "base/memory.h"

double ev_log_change(double x0, double x1)
{
    return x1 >= x0 ? ev_log_growth(x0, x1) : -ev_log_growth(x1, x0);
}

double ev_log_mean(double a, double b)
{
    const double low = a < b ? a : b, high = a < b ? b : a;
    return low == high ? low : low == 0 ? 0 : (high - low) / ev_log_change(low, high);
}

/* ---- LMDI -------------------------------------------------------------------- */

static double product_of(const double *x, ptrdiff_t n)
{
    double product = 1;
    for (ptrdiff_t k = 0; k < n; k++) {
        product *= x[k];
    }
    return product;
}

static ptrdiff_t zeros_of(const double *x, ptrdiff_t n)
{
    ptrdiff_t count = 0;
    for (ptrdiff_t k = 0; k < n; k++) {
        count += x[k] == 0;
    }
    return count;
}

/* Adds the effects of one item. If it is 0 in one period, its whole change is due to the
 * factors that are 0 in that period. */
static void add_effects(const double *x0, const double *x1, ptrdiff_t factors, double v0,
                        double v1, ev_pair *effects)
{
    const int lost = v0 > 0 && v1 == 0, gained = v0 == 0 && v1 > 0;
    const double *vanishing = lost ? x1 : x0;
    const double mean = ev_log_mean(v0, v1);
    const ptrdiff_t zeros = lost || gained ? zeros_of(vanishing, factors) : 0;
    for (ptrdiff_t k = 0; k < factors; k++) {
        double effect = 0;
        if (zeros > 0) {
            effect = vanishing[k] == 0 ? (v1 - v0) / (double)zeros : 0;
        }
        else if (mean > 0) {
            effect = mean * ev_log_change(x0[k], x1[k]);
        }
        effects[k] = ev_sum_add(effects[k], effect);
    }
}

/* The first negative number of x[0 .. n-1], or -1. */
static ptrdiff_t first_negative(const double *x, ptrdiff_t n)
{
    ptrdiff_t found = -1;
    for (ptrdiff_t i = 0; i < n && found < 0; i++) {
        found = x[i] < 0 ? i : -1;
    }
    return found;
}

/* GAP where a number is NaN, INVALID where one is infinite, else OK. */
static uint8_t group_status(const double *x0, const double *x1, ptrdiff_t n)
{
    int absent = 0, infinite = 0;
    for (ptrdiff_t i = 0; i < n; i++) {
        absent |= isnan(x0[i]) || isnan(x1[i]);
        infinite |= isinf(x0[i]) || isinf(x1[i]);
    }
    return absent ? EV_GAP : infinite ? EV_INVALID : EV_OK;
}

/* Turns additive effects into ratios and returns their product. */
static double multiply_effects(ptrdiff_t factors, double v0, double v1, double *effects)
{
    const double mean = ev_log_mean(v0, v1);
    double product = 1;
    for (ptrdiff_t k = 0; k < factors; k++) {
        effects[k] = exp(effects[k] / mean);
        product *= effects[k];
    }
    return product;
}

static uint8_t ratio_status(double v0, double v1)
{
    return v0 == 0 ? (v1 == 0 ? EV_BOTH_ZERO : EV_ZERO_BASE)
           : v1 == 0 ? EV_INVALID /* no logarithm reaches 0 */
                     : EV_OK;
}

static void lmdi_group(const ev_factors *from, ptrdiff_t group, ev_pair *sums,
                       const ev_effects *to)
{
    const ptrdiff_t factors = from->factors, size = from->items * factors;
    const double *x0 = from->x0 + group * size, *x1 = from->x1 + group * size;
    double *effects = to->effects + group * factors;
    ev_pair before = {0, 0}, after = {0, 0}, change = {0, 0};
    uint8_t status = group_status(x0, x1, size);
    memset(sums, 0, (size_t)factors * sizeof *sums);
    for (ptrdiff_t i = 0; i < from->items && status == EV_OK; i++) {
        const double *a = x0 + i * factors, *b = x1 + i * factors;
        const double v0 = product_of(a, factors), v1 = product_of(b, factors);
        before = ev_sum_add(before, v0);
        after = ev_sum_add(after, v1);
        change = ev_sum_add(ev_sum_add(change, v1), -v0);
        add_effects(a, b, factors, v0, v1, sums);
    }
    const double v0 = ev_sum_value(before), v1 = ev_sum_value(after);
    if (status == EV_OK) {
        status = !(isfinite(v0) && isfinite(v1)) ? EV_INVALID
                 : from->multiplicative          ? ratio_status(v0, v1)
                                                 : EV_OK;
    }
    const double total = from->multiplicative ? v1 / v0 : ev_sum_value(change);
    ev_pair rest = {total, 0};
    for (ptrdiff_t k = 0; k < factors; k++) {
        effects[k] = status == EV_OK ? ev_sum_value(sums[k]) : NAN;
        rest = ev_sum_add(rest, -effects[k]);
    }
    if (from->multiplicative) {
        rest = (ev_pair){total - multiply_effects(factors, v0, v1, effects), 0};
    }
    to->total[group] = status == EV_OK ? total : NAN;
    to->residual[group] = status == EV_OK ? ev_sum_value(rest) : NAN;
    to->status[group] = status;
}

ev_result ev_lmdi(const ev_factors *from, ptrdiff_t start, ptrdiff_t stop,
                  const ev_effects *to, ptrdiff_t *place, const ev_memory *memory)
{
    ev_result result = EV_DONE;
    const ptrdiff_t size = from->items * from->factors;
    const ptrdiff_t first = start * size, count = (stop - start) * size;
    const ptrdiff_t in0 = first_negative(from->x0 + first, count);
    const ptrdiff_t in1 = first_negative(from->x1 + first, count);
    ev_pair *sums = ev_take(memory, from->factors, sizeof *sums);
    if (sums == NULL) {
        result = EV_NO_MEMORY;
    }
    else if (in0 >= 0 || in1 >= 0) {
        *place = in0 >= 0 ? first + in0 : from->groups * size + first + in1;
        result = EV_BAD_VALUE;
    }
    else {
        const ev_fp_flags flags = ev_fp_save();
        for (ptrdiff_t g = start; g < stop; g++) {
            lmdi_group(from, g, sums, to);
        }
        ev_fp_restore(flags);
    }
    ev_give(memory, sums);
    return result;
}

/* ---- shift-share ------------------------------------------------------------- */

/* Base and change of one industry over the regions, or of the nation. */
typedef struct industry {
    ev_pair base, change;
    int has_base; /* some cell has one */
} industry;

static double growth_of(const industry *of)
{
    const double base = ev_sum_value(of->base);
    return base > 0 ? ev_sum_value(of->change) / base : 0;
}

static void add_cell(industry *to, double x0, double x1)
{
    to->base = ev_sum_add(to->base, x0);
    to->change = ev_sum_add(ev_sum_add(to->change, x1), -x0);
    to->has_base |= x0 != 0;
}

/* An industry has no rate if its base is 0 although cells have one, or below 0, or if its
 * sums leave the range. */
static uint8_t industries_status(const industry *industries, ptrdiff_t n)
{
    int zero = 0, negative = 0, beyond = 0;
    for (ptrdiff_t i = 0; i < n; i++) {
        const double base = ev_sum_value(industries[i].base);
        zero |= base == 0 && industries[i].has_base;
        negative |= base < 0;
        beyond |= !(isfinite(base) && isfinite(ev_sum_value(industries[i].change)));
    }
    return beyond     ? EV_INVALID
           : zero     ? EV_ZERO_DENOMINATOR
           : negative ? EV_NEGATIVE_DENOMINATOR
                      : EV_OK;
}

static uint8_t sum_regions(const ev_regions *from, const double *x0, const double *x1,
                           industry *industries, industry *nation)
{
    const ptrdiff_t columns = from->industries, cells = from->regions * columns;
    uint8_t status = group_status(x0, x1, cells);
    memset(industries, 0, (size_t)columns * sizeof *industries);
    memset(nation, 0, sizeof *nation);
    for (ptrdiff_t i = 0; i < cells && status == EV_OK; i++) {
        add_cell(&industries[i % columns], x0[i], x1[i]);
        add_cell(nation, x0[i], x1[i]);
    }
    if (status == EV_OK) {
        const double base = ev_sum_value(nation->base);
        const double current = ev_sum_value(ev_sum_join(nation->base, nation->change));
        status = !(isfinite(base) && isfinite(current)) ? EV_INVALID
                 : base > 0 ? industries_status(industries, columns)
                            : ev_growth_status(base, current);
    }
    return status;
}

/* Whether all parts of all cells are numbers. */
static int share_cells(const ev_regions *from, const double *x0, const double *x1,
                       const industry *industries, double growth, double *const *to,
                       ptrdiff_t first)
{
    int finite = 1;
    for (ptrdiff_t i = 0; i < from->regions * from->industries; i++) {
        const double own = growth_of(&industries[i % from->industries]);
        const double change = x1[i] - x0[i];
        const double parts[] = {x0[i] * growth, x0[i] == 0 ? 0 : x0[i] * (own - growth),
                                change - x0[i] * own};
        ev_pair rest = {change, 0};
        to[EV_SHIFT_TOTAL][first + i] = change;
        for (int k = 0; k < 3; k++) {
            to[EV_SHIFT_NATIONAL + k][first + i] = parts[k];
            rest = ev_sum_add(rest, -parts[k]);
        }
        to[EV_SHIFT_RESIDUAL][first + i] = ev_sum_value(rest);
        finite &= isfinite(ev_sum_value(rest)) != 0; /* it holds all the others */
    }
    return finite;
}

ev_result ev_shift_share(const ev_regions *from, ptrdiff_t start, ptrdiff_t stop,
                         double *const *out, uint8_t *status, const ev_memory *memory)
{
    const ptrdiff_t cells = from->regions * from->industries;
    const ev_fp_flags flags = ev_fp_save();
    industry *industries = ev_take(memory, from->industries, sizeof *industries);
    ev_result result = industries == NULL ? EV_NO_MEMORY : EV_DONE;
    for (ptrdiff_t g = start; g < stop && result == EV_DONE; g++) {
        const double *x0 = from->x0 + g * cells, *x1 = from->x1 + g * cells;
        industry nation;
        status[g] = sum_regions(from, x0, x1, industries, &nation);
        const int finite =
            share_cells(from, x0, x1, industries, growth_of(&nation), out, g * cells);
        status[g] = status[g] == EV_OK && !finite ? EV_INVALID : status[g];
        for (int k = 0; k < EV_SHIFT_OUT && status[g] != EV_OK; k++) {
            for (ptrdiff_t i = 0; i < cells; i++) {
                out[k][g * cells + i] = NAN;
            }
        }
    }
    ev_fp_restore(flags);
    ev_give(memory, industries);
    return result;
}
